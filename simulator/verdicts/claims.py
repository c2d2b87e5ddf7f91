"""A claim about a routed architecture, checked against what was measured.

`saves 60-70% with 75% of requests on the small model and no visible loss`
"""

from collections.abc import Sequence

from simulator.figures import Figures
from simulator.scenario.claim import Claim
from simulator.verdicts import clauses
from simulator.verdicts.clauses import Clause, Facts, Outcome
from simulator.verdicts.flips import Flip, flips, formula, quality_flips

__all__ = ["Claim", "Verdict", "judge"]


class Verdict(Figures):
    """A claim holds if every clause holds, and fails if one fails; otherwise there is no data to say."""

    claim: str
    outcome: Outcome
    clauses: list[Clause]
    formula: str | None = None
    """The saving with its parts, as it is usually argued; None where nothing is claimed of it, or known."""
    flips: list[Flip]
    """Inputs that would turn the saving, then those that would turn the quality, the nearest ones first."""
    break_even: list[Flip]
    """The same inputs where nothing is saved any more: how far the strategy is from not paying."""


def judge(claim: Claim, facts: Facts) -> Verdict:
    """Check every clause of a claim."""
    checked = []
    if claim.saves:
        checked.append(clauses.saving(claim.saves, facts))
    if claim.request_share:
        checked.append(clauses.request_share(claim.request_share, facts.parts))
    if claim.loss_below is not None:
        checked.append(clauses.quality(claim.loss_below, facts.quality))
    saving = facts.parts if claim.saves else None
    return Verdict(
        claim=claim.text,
        outcome=_overall(checked),
        clauses=checked,
        formula=formula(saving) if saving else None,
        flips=[*(flips(saving, claim.saves[0]) if saving and claim.saves else []), *_quality_flips(claim, facts)],
        break_even=flips(saving, 0.0) if saving else [],
    )


def _quality_flips(claim: Claim, facts: Facts) -> list[Flip]:
    margin = claim.loss_below
    moved = None if margin is None else clauses.moved(margin, facts.quality)
    return [] if moved is None or margin is None else quality_flips(moved, margin)


def _overall(checked: Sequence[Clause]) -> Outcome:
    outcomes = {clause.outcome for clause in checked}
    return "fails" if "fails" in outcomes else "no data" if "no data" in outcomes else "holds"
