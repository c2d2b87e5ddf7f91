"""One strategy at one scale, request by request: what was spent on the answer, on overhead and on waste."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.calls import ANSWERED, CUT_OFF, HUMAN
from simulator.run.percentiles import Floats
from simulator.run.rows import origins, settled


@dataclass(frozen=True, slots=True)
class Arm:
    """Columns with one entry per planned request. Dollars are floats here: they only make shares."""

    keys: pa.Array
    """Replicate and request: what pairs this arm with another."""
    sessions: NDArray[np.str_]
    """The session of the 1× trace: its copies at 10× are one observation."""
    reached: NDArray[np.bool_]
    """Not cut off by the run's end or left unsent by the generator: neither is the strategy's doing."""
    answered: NDArray[np.bool_]
    model: NDArray[np.str_]
    """Of the served attempt; empty where there was none."""
    valid: Floats
    """Of the served attempt: 1 where it passed the scenario's validator, 0 where not, NaN where nothing checked it."""
    answer: Floats
    """Spent on the attempt that was served."""
    overhead: Floats
    """Spent on classifiers, judges and other calls that are no answers."""
    waste: Floats
    """Spent on answers that nobody was served."""
    cost: Decimal | None
    """Exact, of all attempts; None where one of them has no price."""
    unpriced: int
    people: Decimal = Decimal(0)
    """Of the cost: cases at the price that a strategy declares."""

    @classmethod
    def of(cls, calls: pa.Table, requests: pa.Table, costs: Sequence[Decimal | None]) -> "Arm":
        """From the rows of one strategy at one scale; `costs` are the dollars of each call, in the calls' order."""
        keys = _keys(requests)
        owner = pc.index_in(_keys(calls), value_set=keys).fill_null(-1).to_numpy()
        known = owner >= 0
        served = calls["served"].to_numpy().astype(bool) & known
        extra = pc.not_equal(calls["purpose"], "answer").to_numpy().astype(bool) & known
        usd = np.array([np.nan if cost is None else float(cost) for cost in costs])
        priced = [cost for cost in costs if cost is not None]
        return cls(
            keys=keys,
            sessions=origins(requests).to_numpy(zero_copy_only=False),
            reached=~np.isin(settled(requests), CUT_OFF),
            answered=pc.is_in(requests["final_outcome"], value_set=pa.array(sorted(ANSWERED))).to_numpy(),
            model=_placed(calls["model"].to_numpy()[served], owner[served], len(keys)),
            valid=_verdicts(calls, owner, served, len(keys)),
            answer=_summed(usd, owner, served, len(keys)),
            overhead=_summed(usd, owner, extra & ~served, len(keys)),
            waste=_summed(usd, owner, known & ~extra & ~served, len(keys)),
            cost=sum(priced, Decimal(0)) if len(priced) == len(costs) else None,
            unpriced=len(costs) - len(priced),
            people=sum(_of_people(calls, costs), Decimal(0)),
        )

    def take(self, rows: NDArray[np.int64]) -> "Arm":
        """The same arm with these requests only, in this order; `cost` stays that of the whole."""
        return Arm(
            keys=self.keys.take(pa.array(rows)),
            cost=self.cost,
            unpriced=self.unpriced,
            people=self.people,
            **{name: getattr(self, name)[rows] for name in _COLUMNS},
        )

    @property
    def requests(self) -> list[str]:
        """The ids of its requests, without their replicate."""
        return [key.partition("/")[2] for key in self.keys.to_pylist()]

    @property
    def spent(self) -> Floats:
        return self.answer + self.overhead + self.waste


_COLUMNS = ("sessions", "reached", "answered", "model", "valid", "answer", "overhead", "waste")


def _keys(table: pa.Table) -> pa.Array:
    replicate = pc.cast(table["replicate"], pa.string())
    return pa.chunked_array(pc.binary_join_element_wise(replicate, table["request_id"], "/")).combine_chunks()


def _of_people(calls: pa.Table, costs: Sequence[Decimal | None]) -> Iterator[Decimal]:
    purposes = calls["purpose"].to_pylist() if HUMAN in pc.unique(calls["purpose"]).to_pylist() else []
    return (cost for purpose, cost in zip(purposes, costs, strict=False) if purpose == HUMAN and cost is not None)


def _summed(usd: Floats, owner: NDArray[np.int64], chosen: NDArray[np.bool_], length: int) -> Floats:
    return np.bincount(owner[chosen], weights=usd[chosen], minlength=length).astype(float)


def _verdicts(calls: pa.Table, owner: NDArray[np.int64], served: NDArray[np.bool_], length: int) -> Floats:
    found = np.full(length, np.nan)
    found[owner[served]] = verdicts(calls)[served]
    return found


def verdicts(calls: pa.Table) -> Floats:
    """By row: 1 where the answer was valid, 0 where it was not, NaN where nothing checked it."""
    numbers = pc.cast(pc.cast(calls["valid"], pa.int8()), pa.float64())
    return np.asarray(pc.fill_null(numbers, np.nan).to_numpy(), dtype=float)


def _placed(models: NDArray[np.str_], owner: NDArray[np.int64], length: int) -> NDArray[np.str_]:
    placed = np.full(length, "", dtype=object)
    placed[owner] = models
    return placed
