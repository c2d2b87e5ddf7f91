"""What breaks first: conditions ranked by their breaking multiplier, the smallest scale at which they fire."""

from typing import Literal

from simulator.figures import Figures, Provenance


class Break(Figures):
    """One thing that breaks, and from which multiple of the 1× traffic on."""

    kind: Literal["limit", "objective", "budget", "errors", "queue", "retries", "context", "client"]
    title: str
    """As in `gpt-4o tokens-per-minute limit exhausted`."""
    strategy: str
    multiplier: float | None
    """Breaking multiplier; None where it cannot be identified."""
    low: float | None = None
    high: float | None = None
    provenance: Provenance
    evidence: str
    """The figures that say so, in one sentence."""
    costs: str | None = None
    """What it does to users or to the bill."""
    fix: str
    """What to try next, with the number it takes."""
    verify: str | None = None
    """The command that tests the fix."""
