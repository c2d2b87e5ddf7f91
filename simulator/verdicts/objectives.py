"""Objectives judged: pass, fail, or no data. No data is not a pass (DESIGN rule 8)."""

from typing import Literal

from simulator.figures import Figures, Provenance


class Judgement(Figures):
    """One objective on one rung (or on the projected month)."""

    objective: str
    """As written in the scenario."""
    scale: float
    strategy: str
    outcome: Literal["pass", "fail", "no data"]
    measured: float | None
    """In the objective's own unit: seconds, share, or dollars."""
    target: float
    unit: Literal["s", "share", "usd", "count"]
    low: float | None = None
    high: float | None = None
    provenance: Provenance
    note: str | None = None
