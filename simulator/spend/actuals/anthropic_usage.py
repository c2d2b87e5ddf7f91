"""Anthropic's `/v1/organizations/usage_report/messages`: tokens per day, neither requests nor dollars."""

from collections.abc import Iterator

from simulator.spend.actuals.export import Actual, Export, Record, day, number, text

_METERS = {
    "uncached_input_tokens": "input_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m_tokens",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h_tokens",
    "output_tokens": "output_tokens",
    "server_tool_use.web_search_requests": "web_search_requests",
}


class AnthropicUsage(Export):
    """Every count is of its part alone."""

    name = "anthropic-usage"
    marks = ("uncached_input_tokens", "starting_at")

    def lines(self, record: Record) -> Iterator[Actual]:
        for key, meter in _METERS.items():
            if count := number(record, key):
                yield Actual(day=day(record, "starting_at"), model=text(record, "model"), meter=meter, quantity=count)
