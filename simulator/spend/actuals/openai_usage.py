"""OpenAI's `/v1/organization/usage/completions`: tokens and requests per day, no dollars."""

from collections.abc import Iterator
from decimal import Decimal

from simulator.spend.actuals.export import Actual, Export, Record, day, number, text


class OpenAiUsage(Export):
    """`input_tokens` includes the cached ones."""

    name = "openai-usage"
    marks = ("num_model_requests", "input_tokens", "output_tokens")

    def lines(self, record: Record) -> Iterator[Actual]:
        when, model = day(record, "start_time"), text(record, "model")
        cached = number(record, "input_cached_tokens") or Decimal(0)
        total = number(record, "input_tokens")
        counts = {
            "input_tokens": None if total is None else total - cached,
            "cache_read_tokens": cached,
            "output_tokens": number(record, "output_tokens"),
        }
        for meter, count in counts.items():
            if count:
                yield Actual(day=when, model=model, meter=meter, quantity=count)
        requests = number(record, "num_model_requests")
        yield Actual(day=when, model=model, requests=None if requests is None else int(requests))
