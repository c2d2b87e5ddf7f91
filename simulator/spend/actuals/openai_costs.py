"""OpenAI's `/v1/organization/costs`: dollars per day, by line item where grouped."""

from collections.abc import Iterator

from simulator.spend.actuals.export import Actual, Export, Record, day, number, text

_METERS = {"input": "input_tokens", "cached input": "cache_read_tokens", "output": "output_tokens"}


class OpenAiCosts(Export):
    """Amounts are dollars. `line_item` reads `gpt-4o-2024-08-06, input`."""

    name = "openai-costs"
    marks = ("amount.value", "amount.currency", "start_time")

    def lines(self, record: Record) -> Iterator[Actual]:
        item = text(record, "line_item") or ""
        model, _, part = item.rpartition(", ")
        yield Actual(
            day=day(record, "start_time"),
            model=model or None,
            meter=_METERS.get(part),
            quantity=number(record, "quantity"),
            amount=number(record, "amount.value"),
            currency=str(record["amount.currency"]).upper(),
            description=item,
        )
