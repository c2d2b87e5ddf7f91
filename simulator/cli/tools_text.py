"""Findings about a machine for people, a line each."""

from collections.abc import Iterable

from simulator.replay.selfcheck import ERROR_LIMIT_S, LAG_LIMIT_S, TOKENS, Step
from simulator.units import seconds_text

_COLUMNS = (
    ("rate", 6),
    ("sent", 12),
    ("TTFT error p50", 15),
    ("p99", 9),
    ("send lag p99", 13),
    ("CPU/request", 12),
    ("memory", 9),
)


def step_head() -> str:
    """What is done, and the columns."""
    what = f"streams of {TOKENS} tokens, so many a second; error: our time to first token minus the endpoint's own"
    return f"{what}\n{_line(name for name, _ in _COLUMNS)}"


def safe_line(safe: float | None) -> str:
    """What the steps come to."""
    limits = f"first-token error p99 ≤ {seconds_text(ERROR_LIMIT_S)}, send lag p99 ≤ {seconds_text(LAG_LIMIT_S)}"
    if safe is None:
        return f"no rate was safe on this machine ({limits})"
    return f"safe up to {safe:g} streams a second in one process ({limits})"


def step_line(step: Step) -> str:
    """One rate of a selfcheck."""
    errors = (seconds_text(step.error_p50_s), seconds_text(step.error_p99_s))
    costs = (seconds_text(step.cpu_s_per_request), f"{step.memory_mb:.0f} MB")
    return _line((f"{step.rate:g}", f"{step.sent}/{step.planned}", *errors, seconds_text(step.send_lag_p99_s), *costs))


def _line(cells: Iterable[str]) -> str:
    return " ".join(cell.rjust(width) for cell, (_, width) in zip(cells, _COLUMNS, strict=True))
