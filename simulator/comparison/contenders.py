"""Strategies side by side, scale by scale: what each costs, how long it takes, how often it fails, what it saves."""

from collections.abc import Sequence
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from simulator.comparison.arm import Arm
from simulator.comparison.result import Comparison, Contender, Saving
from simulator.comparison.saving import paired, saving
from simulator.comparison.side import Evidence, Side
from simulator.errors import BadInput
from simulator.figures import joined
from simulator.run.percentiles import exact
from simulator.units import share_text, usd_text

_UNEQUAL = 0.01
"""Share of the baseline's bill that answered or unanswered requests must move before a note says so."""


def compare(
    calls: pa.Table,
    requests: pa.Table,
    costs: Sequence[Decimal | None],
    *,
    baseline: str,
    strategies: Sequence[str] = (),
    span_s: float | None = None,
    seed: int = 0,
) -> Comparison:
    """Every strategy at every scale beside the baseline; raises BadInput where the baseline was not run.

    `calls` and `requests` are tables of `CALLS` and `REQUESTS`, `costs` the dollars of each call in the calls' order.
    At each scale the baseline comes first, then the others in the order of `strategies`, as the scenario lists them.
    With `span_s`, the planned span of a rung in seconds, latency is that of its steady window.
    """
    names = pc.unique(requests["strategy"]).to_pylist()
    if baseline not in names:
        raise BadInput(f"baseline {baseline!r} was not run; this run has: {', '.join(names) or 'no requests'}")
    evidence = Evidence(calls, requests, costs, span_s)
    rungs = requests.group_by(["scale", "strategy"], use_threads=False).aggregate([]).to_pylist()
    sides = {(one["scale"], one["strategy"]): Side.of(evidence, **one) for one in rungs}
    place = {name: index for index, name in enumerate(dict.fromkeys([*strategies, *names]))}
    order = sorted(sides, key=lambda key: (key[0], key[1] != baseline, place[key[1]]))
    contenders = [_beside(sides[key], sides.get((key[0], baseline)), baseline, seed) for key in order]
    return Comparison(baseline=baseline, contenders=contenders)


def _beside(side: Side, other: Side | None, baseline: str, seed: int) -> Contender:
    """The figures of one side, with its saving against the baseline's side at the same scale."""
    arm, answered = side.arm, int(side.arm.answered.sum())
    saved = None if side is other else _saving(side, other, seed)
    return Contender(
        scale=side.scale,
        strategy=side.strategy,
        baseline=baseline,
        cost=arm.cost,
        cost_per_answered=arm.cost / answered if arm.cost is not None and answered else None,
        response_p95=exact(side.response, 95),
        first_token_p95=exact(side.first_token, 95),
        error_share=side.failed / side.due if side.due else None,
        answered=answered,
        planned=len(arm.answered),
        saving=saved,
        people=arm.people,
        note=joined(_people(arm), _note(side, other, baseline, saved)),
    )


def _saving(side: Side, other: Side | None, seed: int) -> Saving | None:
    if other is None or side.arm.cost is None or other.arm.cost is None:
        return None
    return saving(*paired(side.arm, other.arm), seed=seed, name=f"{side.scale:g}/{side.strategy}")


def _people(arm: Arm) -> str | None:
    return f"{usd_text(arm.people)} of its cost is people's cases, assumed as declared" if arm.people else None


def _note(side: Side, other: Side | None, baseline: str, saved: Saving | None) -> str | None:
    """Why a figure is missing, or what it rests on."""
    if side is other and not side.arm.unpriced:
        return None
    if side.arm.unpriced:
        return f"no price for {side.arm.unpriced} of its calls: neither cost nor saving is known"
    if other is None:
        return f"{baseline!r} was not run at this scale: no saving"
    if other.arm.unpriced:
        return f"no price for {other.arm.unpriced} calls of {baseline!r}: no saving"
    shared = len(paired(side.arm, other.arm)[0].answered)
    asked = max(len(side.arm.answered), len(other.arm.answered))
    notes = [f"compared on the {shared} of {asked} requests that both were asked"] if shared < asked else []
    if saved and saved.like_for_like and abs(saved.unanswered or 0.0) >= _UNEQUAL:
        equal = share_text(saved.like_for_like.value)
        notes.append(f"on equal answers it saves {equal}; the rest is requests that only one of the two answered")
    return joined(*notes)
