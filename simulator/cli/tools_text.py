"""Findings about a machine for people, a line each."""

from collections.abc import Iterable

from simulator.replay.selfcheck import Step
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
    return _line(name for name, _ in _COLUMNS)


def step_line(step: Step) -> str:
    """One rate of a selfcheck."""
    errors = (seconds_text(step.error_p50_s), seconds_text(step.error_p99_s))
    costs = (seconds_text(step.cpu_s_per_request), f"{step.memory_mb:.0f} MB")
    return _line((f"{step.rate:g}", f"{step.sent}/{step.planned}", *errors, seconds_text(step.send_lag_p99_s), *costs))


def _line(cells: Iterable[str]) -> str:
    return " ".join(cell.rjust(width) for cell, (_, width) in zip(cells, _COLUMNS, strict=True))
