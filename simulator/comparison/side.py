"""One strategy at one scale, over all its replicates: what it spent and how long its users waited."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import compress

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.comparison.arm import Arm
from simulator.run.metrics import window
from simulator.run.percentiles import Floats
from simulator.run.rows import Rows


@dataclass(frozen=True, slots=True)
class Evidence:
    """The rows of a run with the dollars of each call (None: no price), in the calls' order."""

    calls: pa.Table
    requests: pa.Table
    costs: Sequence[Decimal | None]
    span_s: float | None
    """Planned span of a rung: latency is then that of its steady window, as in the rung's own figures."""

    def of(self, scale: float, strategy: str) -> "Evidence":
        """The rows of one strategy at one scale."""
        mine, theirs = _here(self.calls, scale, strategy), _here(self.requests, scale, strategy)
        costs = list(compress(self.costs, mine))
        return Evidence(self.calls.filter(pa.array(mine)), self.requests.filter(pa.array(theirs)), costs, self.span_s)

    def replicates(self) -> list[Rows]:
        """Requests of each replicate with the attempts that served them: request ids repeat across replicates."""
        return [
            Rows.of(*(table.filter(pc.equal(table["replicate"], one)) for table in (self.calls, self.requests)))
            for one in pc.unique(self.requests["replicate"]).to_pylist()
        ]


@dataclass(frozen=True, slots=True)
class Side:
    """Latencies are of requests that became due, in seconds from the schedule; +∞ where there was no answer."""

    scale: float
    strategy: str
    arm: Arm
    response: Floats
    first_token: Floats
    """Without answers that came in one piece; empty where nothing was streamed."""
    failed: int
    due: int

    @classmethod
    def of(cls, evidence: Evidence, scale: float, strategy: str) -> "Side":
        here = evidence.of(scale, strategy)
        rows = here.replicates()
        steady = [one.offered & one.within(*window(here.span_s)) if here.span_s else one.offered for one in rows]
        response = [one.response[due] for one, due in zip(rows, steady, strict=True)]
        first = np.concatenate([one.shown[due] for one, due in zip(rows, steady, strict=True)])
        return cls(
            scale=scale,
            strategy=strategy,
            arm=Arm.of(here.calls, here.requests, here.costs),
            response=np.concatenate(response),
            first_token=first[~np.isnan(first)],
            failed=sum(int((one.offered & ~one.answered).sum()) for one in rows),
            due=sum(int(one.offered.sum()) for one in rows),
        )


def _here(table: pa.Table, scale: float, strategy: str) -> NDArray[np.bool_]:
    here = pc.and_(pc.equal(table["scale"], scale), pc.equal(table["strategy"], strategy))
    return np.asarray(here.to_numpy(), dtype=bool)
