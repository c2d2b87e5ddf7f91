"""What a session costs: the offered sessions of one measured rung, priced at any date."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.calls import CUT_OFF
from simulator.run.percentiles import Floats
from simulator.run.rows import of_rung, origins, settled
from simulator.run.rung import RungFigures

Price = Callable[[pa.Table, datetime], Sequence[Decimal | None]]
"""Dollars of each row of a table of `CALLS` at an instant; None where a row has no price."""

LEAST_ANSWERED = 0.999


@dataclass(frozen=True, slots=True)
class Basis:
    """Sessions that the run did not cut off, with their calls."""

    strategy: str
    scale: float
    clean: bool
    """Nearly everything was answered; otherwise refused requests make the sample cheaper than what was offered."""
    calls: pa.Table
    owner: tuple[int, ...]
    """Number of the original session of each call, from 0."""
    copies: tuple[int, ...]
    """How many sessions are each original's: at 10× ten that ask the same, in each replicate."""
    turns: tuple[int, ...]
    """Planned requests of each original."""
    requests: int
    answered: int
    cut_off: int
    """Sessions that the run cut off, which are not in it."""

    @classmethod
    def of(cls, calls: pa.Table, requests: pa.Table, rungs: Sequence[RungFigures]) -> "Basis":
        """From all replicates of one strategy at one scale."""
        kept = pa.concat_tables(_whole(of_rung(requests, rung)) for rung in rungs)
        names, sessions = origins(kept).to_pylist(), _keys(kept)
        whole = set(sessions)
        number = {name: index for index, name in enumerate(dict.fromkeys(names))}
        mine = pa.concat_tables(of_rung(calls, rung) for rung in rungs)
        mine = mine.filter(pa.array([key in whole for key in _keys(mine)], pa.bool_()))
        asked, copies = Counter(names), Counter(dict(zip(sessions, names, strict=True)).values())
        return cls(
            strategy=rungs[0].strategy,
            scale=rungs[0].scale,
            clean=is_clean(rungs),
            calls=mine,
            owner=tuple(number[name] for name in origins(mine).to_pylist()),
            copies=tuple(copies[name] for name in number),
            turns=tuple(asked[name] // copies[name] for name in number),
            requests=len(kept),
            answered=int((settled(kept) == "answered").sum()),
            cut_off=sum(len(set(_keys(of_rung(requests, rung)))) for rung in rungs) - len(set(sessions)),
        )

    @property
    def sessions(self) -> int:
        return sum(self.copies)

    @property
    def bias(self) -> str | None:
        """Why its sessions cost less than those that were offered; None where they are what was offered."""
        reasons = []
        if self.answered < LEAST_ANSWERED * self.requests:
            reasons.append("requests of the sample were refused or failed")
        if self.cut_off and not self.clean:
            reasons.append(f"sessions that the run cut off ({self.cut_off:,}) are missing, long ones most likely")
        return f"{', and '.join(reasons)}: sessions cost less than was offered" if reasons else None

    def costs(self, price: Price, at: datetime, *, calls: pa.Table | None = None) -> list[Decimal | None]:
        """Dollars of a session of each original at `at`, the mean of its copies. `calls`: altered rows.

        None where a call has no price, never 0.
        """
        totals: list[Decimal | None] = [Decimal(0)] * len(self.copies)
        for original, cost in zip(self.owner, price(self.calls if calls is None else calls, at), strict=True):
            before = totals[original]
            totals[original] = None if before is None or cost is None else before + cost
        return [None if total is None else total / n for total, n in zip(totals, self.copies, strict=True)]


def _whole(requests: pa.Table) -> pa.Table:
    """The rows of sessions that the run did not cut off."""
    cut = pa.array(np.isin(settled(requests), CUT_OFF))
    broken = pc.unique(requests.filter(cut)["session_id"])
    return requests.filter(pc.invert(pc.is_in(requests["session_id"], value_set=broken)))


def _keys(table: pa.Table) -> list[tuple[int, str]]:
    """Sessions of different replicates share their names."""
    return list(zip(table["replicate"].to_pylist(), table["session_id"].to_pylist(), strict=True))


def is_clean(rungs: Sequence[RungFigures]) -> bool:
    """Whether nearly all planned requests were answered, so that the sample is what was offered."""
    planned = sum(rung.planned for rung in rungs)
    return sum(rung.settled["answered"] for rung in rungs) >= LEAST_ANSWERED * planned > 0


def basis_for(bases: Mapping[float, Basis], scale: float) -> Basis:
    """The highest clean one up to `scale`; where none is clean, the lowest there is."""
    clean = [one for one in bases.values() if one.clean and one.scale <= scale]
    return max(clean, key=lambda one: one.scale) if clean else bases[min(bases)]


def known(costs: Sequence[Decimal | None]) -> list[Decimal]:
    """The sessions that could be priced whole."""
    return [cost for cost in costs if cost is not None]


def as_floats(costs: Sequence[Decimal]) -> Floats:
    """For resampling; sums and means stay exact."""
    return np.array([float(cost) for cost in costs])
