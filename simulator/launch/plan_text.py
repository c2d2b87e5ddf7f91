"""The dry run for people and for programs: what a test would send, and what that alone costs."""

import json
from collections.abc import Iterator

from simulator.launch.forecast import Forecast, RungForecast
from simulator.launch.inputs import Inputs
from simulator.launch.options import Options
from simulator.units import count_text, scale_text, usd_text

_HEAD = ("scale", "strategy", "sessions", "requests", "calls", "peak sessions/s", "tokens in", "tokens out", "cost")


def plan_lines(inputs: Inputs, ahead: Forecast, options: Options) -> Iterator[str]:
    """A table of the rungs, then what holds for all of them."""
    rows = [_HEAD, *(_cells(rung) for rung in ahead.rungs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    yield f"{options.scenario}: valid. A run of it would send:"
    for row in rows:
        yield "  " + "  ".join(
            cell.ljust(width) if i < 2 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
    yield f"10× means {inputs.multiply_text(options)}."
    yield f"The test itself costs about {ahead.text()}, at prices of {inputs.at:%Y-%m-%d}."
    yield from (f"note: {note}" for note in inputs.notes)


def plan_json(inputs: Inputs, ahead: Forecast) -> str:
    """The same as one JSON object; money as decimal strings."""
    rungs = [
        {name: getattr(rung, name) for name in rung.__slots__} | {"usd": None if rung.usd is None else str(rung.usd)}
        for rung in ahead.rungs
    ]
    total = None if ahead.usd is None else str(ahead.usd)
    return json.dumps(
        {"scenario": inputs.scenario.name, "rungs": rungs, "total_usd": total, "provenance": "assumed"}, indent=1
    )


def _cells(rung: RungForecast) -> tuple[str, ...]:
    counts = (rung.sessions, rung.requests, rung.calls, rung.peak_rate, rung.input_tokens, rung.output_tokens)
    return (scale_text(rung.scale), rung.strategy, *(count_text(count) for count in counts), usd_text(rung.usd))
