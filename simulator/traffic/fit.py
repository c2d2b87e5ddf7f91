"""A `traffic:` block that generates what a recorded trace looks like: lengths by quantile tables, arrivals by windows.

One burstiness knob cannot follow real traffic: a gamma process fitted to Azure's conversations has a dispersion of 0.9
at a minute where the log has 16. So starts are counted in windows, and only the bunching inside them is a parameter.
"""

from typing import Any

import numpy as np
import pyarrow.compute as pc
import yaml

from simulator.errors import BadInput
from simulator.traffic import keys, shape
from simulator.traffic.arrivals.recorded import Recorded
from simulator.traffic.info import turns_per_session
from simulator.traffic.keys import Ints
from simulator.traffic.plan import Traffic
from simulator.traffic.trace import Trace

WINDOWS_S = (10, 30, 60, 300, 900, 3600)
MOST_WINDOWS = 12_000
"""An hour has 360 windows of 10 s, a week 10,080 minutes."""
BUNCHING = np.geomspace(0.4, 15, 28)
"""Coefficients of variation that are tried inside windows."""
SHARES = [
    0.0,
    *np.round(np.arange(0.005, 0.99, 0.005), 3).tolist(),
    0.99,
    0.992,
    0.994,
    0.996,
    0.998,
    0.999,
    0.9995,
    1.0,
]
"""Where quantiles are taken: denser in the tail, which carries the mean of answer lengths."""
SHARED = 0.9
"""A leading block that so many sessions begin with belongs to the system prompt."""
SHRINKING = 0.1
"""With more than this share of turns shorter than their history, the app does not send its history."""


def fit(trace: Trace) -> Traffic:
    """The plan. Check it with `likeness.compare(trace, generate(plan, span_s=trace.span_s, seed=…))`."""
    return Traffic.model_validate(block(trace))


def block(trace: Trace) -> dict[str, Any]:
    """The plan as it is written in a scenario. Raises `BadInput` for a trace of fewer than 50 requests."""
    if len(trace) < 50:
        raise BadInput(f"{len(trace)} requests are too few to fit; 50 are the least, 1,000 are better")
    return {"arrivals": _arrivals(trace), "journeys": [_journey(trace)]}


def text(traffic: dict[str, Any]) -> str:
    """A `traffic:` block as YAML."""
    return yaml.safe_dump({"traffic": traffic}, sort_keys=False, default_flow_style=None, width=118)


def into(scenario: str, traffic: str) -> str:
    """A scenario's text with its top-level `traffic:` block replaced."""
    lines = scenario.splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if line.startswith("traffic:")), None)
    if start is None:
        raise BadInput("the scenario has no `traffic:` block to replace")
    rest = (i for i in range(start + 1, len(lines)) if lines[i][:1] not in (" ", "#", "\n", "-"))
    end = next(rest, len(lines))
    return "".join([*lines[:start], traffic.rstrip("\n") + "\n\n", *lines[end:]])


def _arrivals(trace: Trace) -> dict[str, Any]:
    starts = np.sort(trace.table.column("at").drop_null().to_numpy())
    every = next((s for s in WINDOWS_S if trace.span_s / s <= MOST_WINDOWS), WINDOWS_S[-1])
    windows = int(np.ceil(trace.span_s / every))
    counts = np.bincount((starts / every).astype(int), minlength=windows).tolist()
    found = min(BUNCHING, key=lambda cv: _misfit(starts, trace.span_s, every=every, counts=counts, cv=cv))
    return {"kind": "recorded", "every": f"{every}s", "counts": counts, "cv": round(float(found), 3)}


def _misfit(starts: keys.Floats, span_s: float, *, every: int, counts: list[int], cv: float) -> float:
    """How far generated starts are from the recorded ones, in dispersion at 1 s and in the gaps' variation."""
    process = Recorded(kind="recorded", every=f"{every}s", counts=counts, cv=cv)
    times = process.times(span_s, keys.stream(0, "fit"))
    pairs = [
        (shape.dispersion(starts, 1.0, span_s), shape.dispersion(times, 1.0, span_s)),
        (shape.cv(starts), shape.cv(times)),
    ]
    return float(sum(abs(np.log(b / a)) for a, b in pairs if a and b))


def _journey(trace: Trace) -> dict[str, Any]:
    table = trace.table
    system = _system_tokens(trace)
    sent, answers, turn = (table.column(name).to_numpy() for name in ("input_tokens", "output_tokens", "turn"))
    later = turn > 1
    message, history = _messages(sent, answers, turn=turn, system=system)
    correlation = shape.spearman(message, answers) or 0.0
    journey: dict[str, Any] = {"name": "recorded", "turns": _histogram(turns_per_session(turn))}
    if later.any():
        think = table.column("think_s").to_numpy()[later]
        journey |= {
            "think": {
                "kind": "quantiles",
                "shares": SHARES,
                "values": [f"{value:.3f}s" for value in np.quantile(think, SHARES)],
            }
        }
        journey |= {"history": history}
    journey |= {"system_tokens": system, "input_tokens": _quantiles(message[~later])}
    if later.any():
        journey |= {"next_input_tokens": _quantiles(message[later])}
    return journey | {
        "output_tokens": _quantiles(answers),
        "correlation": round(float(np.clip(correlation, -0.99, 0.99)), 3),
    }


def _messages(sent: Ints, answers: Ints, *, turn: Ints, system: int) -> tuple[Ints, str]:
    """The new message of every row, and whether the app sends its history."""
    later = np.flatnonzero(turn > 1)
    grown = sent - system
    grown[later] = sent[later] - sent[later - 1] - answers[later - 1]
    if len(later) and np.mean(grown[later] <= 0) > SHRINKING:
        return np.maximum(1, sent - system), "none"
    return np.maximum(1, grown), "all"


def _system_tokens(trace: Trace) -> int:
    """The system prompt's length: as `parts` say, or the leading blocks that nearly all sessions share; else 0."""
    first = trace.table.filter(pc.equal(trace.table.column("turn"), 1))
    parts = [row[0] for row in first.column("parts").to_pylist() if row]
    if parts:
        return int(np.median(parts))
    hashes, size = first.column("prefix_hashes").to_pylist(), first.column("block_size")[0].as_py() or 0
    shared = 0
    while (ids := [row[shared] for row in hashes if len(row) > shared]) and size:
        _, counts = np.unique(ids, return_counts=True)
        if counts.max() < SHARED * len(hashes):
            break
        shared += 1
    return min(shared * size, int(pc.min(first.column("input_tokens")).as_py()) - 1)


def _quantiles(values: Ints) -> dict[str, Any]:
    table = [int(value) for value in np.rint(np.quantile(values, SHARES))]
    return {"kind": "quantiles", "shares": SHARES, "values": table}


def _histogram(values: Ints) -> Any:
    found, counts = np.unique(values, return_counts=True)
    return (
        int(found[0])
        if len(found) == 1
        else {"kind": "histogram", "values": found.tolist(), "weights": counts.tolist()}
    )
