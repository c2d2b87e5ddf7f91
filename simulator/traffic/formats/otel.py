"""OpenTelemetry spans with GenAI attributes, as OTLP JSON: one export per line, as the collector writes.

Only spans that are one call of a model count; `invoke_agent` repeats the totals of its children. The deprecated names
`gen_ai.usage.prompt_tokens` and `completion_tokens` are read too. Input includes what was cached.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from simulator.traffic.formats.format import RecordFormat, Skip
from simulator.traffic.records import whole

CALLS = ("chat", "text_completion", "generate_content")


class Otel(RecordFormat):
    """`resourceSpans[].scopeSpans[].spans[]` with `gen_ai.*` attributes."""

    name: ClassVar[str] = "otel"
    marks: ClassVar[tuple[str, ...]] = ("resourceSpans", "scopeSpans")

    def rows(self, record: dict[str, Any]) -> Iterator[dict[str, Any]]:
        found = [row for span in _spans(record) if (row := _row(span))]
        if not found:
            raise Skip("an export without a call of a model")
        return iter(found)


def _spans(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in record["resourceSpans"]:
        for scope in resource.get("scopeSpans", []):
            yield from scope.get("spans", [])


def _row(span: dict[str, Any]) -> dict[str, Any] | None:
    said = {one["key"]: next(iter(one["value"].values()), None) for one in span.get("attributes", [])}
    if said.get("gen_ai.operation.name") not in CALLS:
        return None
    return {
        "at_ns": whole(span.get("startTimeUnixNano")),
        "ended_ns": whole(span.get("endTimeUnixNano")),
        "input_tokens": whole(said.get("gen_ai.usage.input_tokens", said.get("gen_ai.usage.prompt_tokens"))),
        "output_tokens": whole(said.get("gen_ai.usage.output_tokens", said.get("gen_ai.usage.completion_tokens"))),
        "request_id": f"{span.get('traceId', '')}/{span.get('spanId', '')}",
        "session_id": said.get("gen_ai.conversation.id"),
        "model": said.get("gen_ai.request.model") or said.get("gen_ai.response.model"),
        "user": said.get("user.id"),
    }
