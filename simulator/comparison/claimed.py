"""A claim checked on a comparison: finds the strategy it is about and hands over what was measured of it."""

from collections.abc import Callable, Sequence

from simulator.comparison.result import Comparison, Contender, Saving
from simulator.errors import BadInput
from simulator.figures import Figures
from simulator.scenario.claim import Claimed
from simulator.units import scale_text
from simulator.verdicts.claims import Claim, Verdict, judge
from simulator.verdicts.clauses import Facts, SegmentQuality
from simulator.verdicts.flips import Parts

Judged = Callable[[str, float], Sequence[SegmentQuality]]
"""Strategy and scale → its quality against the baseline's; empty where nobody judged it."""


def check(
    claim: Claim,
    comparison: Comparison,
    *,
    strategy: str | None = None,
    scale: float | None = None,
    quality: Sequence[SegmentQuality] = (),
) -> Verdict:
    """Judge `claim` of one strategy at one scale (default: the only strategy beside the baseline, the smallest scale).

    Raises BadInput where that is not one strategy. Without `quality`, a clause about it has no data.
    """
    one = sole(comparison, strategy, scale)
    assert one.saving is not None  # `sole` finds only those
    return judge(claim, Facts(one.saving.like_for_like or one.saving.total, _parts(one.saving), quality))


class CheckedClaim(Figures):
    """A claim of the scenario beside what the run says of it."""

    strategy: str
    scale: float | None
    verdict: Verdict
    note: str | None = None
    """Why nothing could be checked."""


def check_all(
    claims: Sequence[Claimed], comparison: Comparison, *, quality: Judged = lambda *_: ()
) -> list[CheckedClaim]:
    """Every claim of a scenario; one about a strategy or scale that was not run has no data.

    `quality` gives the paired quality of a strategy at a scale, segment by segment.
    """
    return [_checked(claimed, comparison, quality) for claimed in claims]


def _checked(claimed: Claimed, comparison: Comparison, quality: Judged) -> CheckedClaim:
    others = dict.fromkeys(one.strategy for one in comparison.contenders if one.strategy != comparison.baseline)
    strategy, note = claimed.strategy or next(iter(others), "none"), None
    try:
        about = sole(comparison, strategy, claimed.scale)
        judged = quality(strategy, about.scale)
        found = check(claimed.says, comparison, strategy=strategy, scale=about.scale, quality=judged)
    except BadInput as error:
        note = str(error)
        found = Verdict(claim=claimed.says.text, outcome="no data", clauses=[], flips=[], break_even=[])
    return CheckedClaim(strategy=strategy, scale=claimed.scale, verdict=found, note=note)


def sole(comparison: Comparison, strategy: str | None, scale: float | None) -> Contender:
    """The strategy that is meant: the only one beside the baseline, at the smallest scale, unless said otherwise.

    Raises BadInput where that is not one.
    """
    compared = [one for one in comparison.contenders if one.saving and scale in (None, one.scale)]
    names = sorted({one.strategy for one in compared})
    named = [one for one in compared if strategy in (None, one.strategy)]
    if not named:
        rivals = [f"{one.strategy} at {scale_text(one.scale)}" for one in comparison.contenders if one.saving]
        against = f"beside the baseline {comparison.baseline!r} this run has {', '.join(rivals) or 'no strategy'}"
        raise BadInput(f"nothing to check: {against}")
    if strategy is None and len(names) > 1:
        raise BadInput(f"say which strategy the claim is about: {', '.join(names)}")
    return min(named, key=lambda one: one.scale)


def _parts(saving: Saving) -> Parts | None:
    parts = [saving.moved, saving.same_model, saving.unanswered, saving.overhead, saving.waste]
    known = [share for share in (*parts, saving.cost_share_moved) if share is not None]
    if len(known) <= len(parts):
        return None
    moved, same, unanswered, overhead, waste, cost_share = known
    return Parts(moved, same, unanswered, overhead, waste, saving.request_share_small, cost_share)
