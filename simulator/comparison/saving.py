"""A saving and its parts, from two arms that served the same requests."""

import numpy as np
import pyarrow.compute as pc

from simulator.comparison.arm import Arm
from simulator.comparison.resample import saving_interval
from simulator.comparison.result import Saving
from simulator.run.percentiles import Floats


def paired(own: Arm, baseline: Arm) -> tuple[Arm, Arm]:
    """Both arms with the requests that both were asked, in the same order; one that was cut off in either was not."""
    at = pc.index_in(own.keys, value_set=baseline.keys).fill_null(-1).to_numpy()
    shared = (at >= 0) & own.reached & baseline.reached[at]
    return own.take(np.flatnonzero(shared)), baseline.take(at[shared])


def saving(own: Arm, baseline: Arm, *, seed: int, name: str) -> Saving:
    """What `own` saves against `baseline`, arm beside paired arm.

    total = moved + same_model + unanswered − overhead − waste.
    """
    bill = float(baseline.spent.sum())
    if bill <= 0:
        nothing = saving_interval(own.spent, baseline.spent, seed=seed, name=name)
        return Saving(
            total=nothing, moved=None, overhead=None, waste=None, request_share_small=None, cost_share_moved=None
        )
    both = own.answered & baseline.answered
    moved = both & (own.model != baseline.model)
    answer = baseline.answer - own.answer
    answered = int(own.answered.sum())
    return Saving(
        total=saving_interval(*_by_session(own.spent, baseline), seed=seed, name=name),
        like_for_like=saving_interval(
            *_by_session(own.spent + np.where(both, 0.0, answer), baseline), seed=seed, name=name
        ),
        moved=float(answer[moved].sum()) / bill,
        same_model=float(answer[both & ~moved].sum()) / bill,
        unanswered=float(answer[~both].sum()) / bill,
        overhead=float((own.overhead - baseline.overhead).sum()) / bill,
        waste=float((own.waste - baseline.waste).sum()) / bill,
        request_share_small=int(moved.sum()) / answered if answered else None,
        cost_share_moved=float(baseline.spent[moved].sum()) / bill,
    )


def _by_session(spent: Floats, baseline: Arm) -> tuple[Floats, Floats]:
    """Dollars of each session under both strategies: turns of a session are not independent."""
    session = np.unique(baseline.sessions.astype(str), return_inverse=True)[1].reshape(-1)
    return (
        np.bincount(session, weights=spent).astype(float),
        np.bincount(session, weights=baseline.spent).astype(float),
    )
