"""LiteLLM's spend logs: what a gateway believes that each request cost. A second opinion, not an invoice."""

from collections.abc import Iterator
from decimal import Decimal

from simulator.spend.actuals.export import Actual, Export, Record, day, number, text


class LiteLlmSpend(Export):
    """One row per request; the dollars are not split by meter."""

    name = "litellm-spend"
    marks = ("spend", "prompt_tokens", "completion_tokens")

    def lines(self, record: Record) -> Iterator[Actual]:
        when, model = day(record, "starttime", "start_time"), text(record, "model")
        cached = number(record, "metadata.usage_object.prompt_tokens_details.cached_tokens") or Decimal(0)
        counts = {
            "input_tokens": (number(record, "prompt_tokens") or Decimal(0)) - cached,
            "cache_read_tokens": cached,
            "output_tokens": number(record, "completion_tokens"),
        }
        for meter, count in counts.items():
            if count:
                yield Actual(day=when, model=model, meter=meter, quantity=count)
        yield Actual(
            day=when,
            model=model,
            requests=1,
            amount=number(record, "spend"),
            description=text(record, "request_id") or "",
        )
