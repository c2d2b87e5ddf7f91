"""Anthropic's `/v1/organizations/cost_report`: cents per day, by description where grouped."""

from collections.abc import Iterator

from simulator.spend.actuals.export import Actual, Export, Record, day, number, text

_METERS = {
    "uncached_input_tokens": "input_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m_tokens",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h_tokens",
    "output_tokens": "output_tokens",
}


class AnthropicCosts(Export):
    """`amount` is a decimal string of the smallest unit: "123.45" in USD is $1.2345. Priority tier is not in it."""

    name = "anthropic-costs"
    marks = ("amount", "currency", "starting_at")

    def lines(self, record: Record) -> Iterator[Actual]:
        cents = number(record, "amount")
        kind = text(record, "cost_type")
        meter = _METERS.get(text(record, "token_type") or "") if kind == "tokens" else None
        yield Actual(
            day=day(record, "starting_at"),
            model=text(record, "model"),
            meter="web_search_requests" if kind == "web_search" else meter,
            amount=None if cents is None else cents.scaleb(-2),
            currency=str(record["currency"]),
            description=text(record, "description") or "",
        )
