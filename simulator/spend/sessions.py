"""What a session costs: the offered sessions of one measured rung, priced at any date."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.calls import settled_as
from simulator.run.percentiles import Floats
from simulator.run.rows import of_rung
from simulator.run.rung import RungFigures

Price = Callable[[pa.Table, datetime], Sequence[Decimal | None]]
"""Dollars of each row of a table of `CALLS` at an instant; None where a row has no price."""

LEAST_ANSWERED = 0.999
_CUT_OFF = {"not_reached", "cancelled", "dropped"}


@dataclass(frozen=True, slots=True)
class Basis:
    """Sessions that the run did not cut off, with their calls. `session` numbers the owner of each call from 0."""

    strategy: str
    scale: float
    clean: bool
    """Nearly everything was answered; otherwise refused requests make the sample cheaper than what was offered."""
    calls: pa.Table
    session: tuple[int, ...]
    turns: tuple[int, ...]
    """Planned requests of each session."""
    requests: int
    answered: int

    @classmethod
    def of(cls, calls: pa.Table, requests: pa.Table, rung: RungFigures) -> "Basis":
        rows = of_rung(requests, rung).select(["session_id", "final_outcome"]).to_pylist()
        cut = {row["session_id"] for row in rows if settled_as(row["final_outcome"]) in _CUT_OFF}
        kept = [row for row in rows if row["session_id"] not in cut]
        number = {session: index for index, session in enumerate(dict.fromkeys(row["session_id"] for row in kept))}
        mine = of_rung(calls, rung)
        mine = mine.filter(pc.is_in(mine["session_id"], value_set=pa.array(list(number), pa.string())))
        return cls(
            strategy=rung.strategy,
            scale=rung.scale,
            clean=is_clean(rung),
            calls=mine,
            session=tuple(number[session] for session in mine["session_id"].to_pylist()),
            turns=tuple(np.bincount([number[row["session_id"]] for row in kept], minlength=len(number)).tolist()),
            requests=len(kept),
            answered=sum(settled_as(row["final_outcome"]) == "answered" for row in kept),
        )

    def costs(self, price: Price, at: datetime, *, calls: pa.Table | None = None) -> list[Decimal | None]:
        """Dollars of each session at `at`; None where one of its calls has no price, never 0. `calls`: altered rows."""
        totals: list[Decimal | None] = [Decimal(0)] * len(self.turns)
        for session, cost in zip(self.session, price(self.calls if calls is None else calls, at), strict=True):
            before = totals[session]
            totals[session] = None if before is None or cost is None else before + cost
        return totals


def is_clean(rung: RungFigures) -> bool:
    """Whether nearly all planned requests were answered, so that the sample is what was offered."""
    return rung.settled["answered"] >= LEAST_ANSWERED * rung.planned > 0


def basis_rung(rungs: Iterable[RungFigures], *, strategy: str, scale: float) -> RungFigures | None:
    """The highest clean rung up to `scale`; where none is clean the lowest there is; None where none was run."""
    own = sorted((rung for rung in rungs if rung.strategy == strategy), key=lambda rung: rung.scale)
    clean = [rung for rung in own if is_clean(rung) and rung.scale <= scale]
    return clean[-1] if clean else next(iter(own), None)


def known(costs: Sequence[Decimal | None]) -> list[Decimal]:
    """The sessions that could be priced whole."""
    return [cost for cost in costs if cost is not None]


def as_floats(costs: Sequence[Decimal]) -> Floats:
    """For resampling; sums and means stay exact."""
    return np.array([float(cost) for cost in costs])
