"""A team's own application: any HTTP endpoint that takes JSON and answers with JSON or server-sent events."""

import json
from typing import Any

from simulator.calls import Outcome
from simulator.replay.dialects.dialect import Wanted, compact, parsed
from simulator.replay.reading import Reading, Usage, utf8, whole
from simulator.scenario.target import AppShape

_DONE = b"[DONE]"


class App:
    """Reads answers by the places that the plan names: dotted paths into the JSON of an event or of the body."""

    def __init__(self, shape: AppShape) -> None:
        self.path = shape.path
        self._shape = shape

    def headers(self, key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"} if key else {}

    def body(self, wanted: Wanted) -> bytes:
        last = next((m["content"] for m in reversed(wanted.messages) if m["role"] == "user"), "")
        values: dict[str, Any] = {"{messages}": wanted.messages, "{prompt}": last, "{model}": wanted.model}
        values |= {"{max_output_tokens}": wanted.max_output_tokens, "{stream}": wanted.stream}
        return compact(_filled(self._shape.body, values))

    def event(self, reading: Reading, kind: bytes, data: bytes, at: int) -> None:
        """Data that is no JSON object is text itself, as some frameworks send it.

        A stream with no text at the place that the plan names is no answer: the place is wrong, or an error was sent.
        """
        reading.finish_reason = "stop"  # an application has no word for its end: the transport's counts
        self._read(reading, kind, data, at)
        reading.malformed = not reading.chunks

    def _read(self, reading: Reading, kind: bytes, data: bytes, at: int) -> None:
        if data == _DONE:
            reading.done = True
            return
        if kind == b"error":
            reading.error = Outcome.ERROR_IN_STREAM
            return
        try:
            event = json.loads(data)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            reading.output(at, data)
            return
        said = found(event, self._shape.text)
        if said:
            reading.output(at, utf8(str(said)))
        self._usage(event, reading)

    def whole(self, data: bytes, reading: Reading) -> None:
        answer = parsed(data, reading)
        if answer is None:
            return
        said = found(answer, self._shape.text)
        reading.malformed = said is None
        reading.texts.append(utf8(str(said or "")))
        self._usage(answer, reading)

    def _usage(self, answer: dict[str, Any], reading: Reading) -> None:
        shape = self._shape
        counts = {
            "input_tokens": whole(found(answer, shape.input_tokens)),
            "output_tokens": whole(found(answer, shape.output_tokens)),
            "cache_read_tokens": whole(found(answer, shape.cache_read_tokens)),
        }
        if any(count is not None for count in counts.values()):
            reading.usage = Usage(**counts)


def found(value: Any, place: str | None) -> Any:
    """What stands at a dotted path, as in `choices.0.text`; None where nothing does."""
    for step in place.split(".") if place else ():
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value if place else None


def _filled(template: Any, values: dict[str, Any]) -> Any:
    """The template with placeholders replaced: a text that is one becomes its value, inside a text it becomes text."""
    if isinstance(template, dict):
        return {name: _filled(inner, values) for name, inner in template.items()}
    if isinstance(template, list):
        return [_filled(inner, values) for inner in template]
    if not isinstance(template, str):
        return template
    if template in values:
        return values[template]
    for name, value in values.items():
        template = template.replace(name, value if isinstance(value, str) else json.dumps(value))
    return template
