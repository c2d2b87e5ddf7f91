"""Results as summary.json holds them: exact money, infinities kept, every figure with its provenance."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Provenance = Literal["measured", "priced", "extrapolated", "assumed"]
"""measured: from rows of this run · priced: measured usage × a dated price · extrapolated: beyond what was run ·
assumed: declared by a person."""


class Figures(BaseModel):
    """Base of every result: immutable, unknown is None and never 0, ∞ survives JSON as a string."""

    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="strings")


class Interval(Figures):
    """A value with its bounds over sessions; bounds are None where there were too few sessions."""

    value: float | None
    low: float | None = None
    high: float | None = None
    note: str | None = None
    """Why there are no bounds, or what the asked precision would need."""


def joined(*notes: str | None) -> str | None:
    """Several notes as one; None where nobody has any."""
    return "; ".join(filter(None, notes)) or None
