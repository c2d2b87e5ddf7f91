"""A claim about a routed architecture, checked against what was measured.

`saves 60-70% with 75% of requests on the small model and no visible loss`
"""

import re
from collections.abc import Sequence

from simulator.errors import BadInput
from simulator.figures import Figures
from simulator.verdicts import clauses
from simulator.verdicts.clauses import Clause, Facts, Outcome
from simulator.verdicts.flips import Flip, flips
from simulator.yamlfile import FileModel

MARGIN = 0.01
"""`No visible loss`: one point of quality in every segment, unless the claim says another margin."""

_NUMBER = r"(\d+(?:\.\d+)?)"
_RANGE = rf"{_NUMBER}\s*%?(?:\s*(?:-|–|to)\s*{_NUMBER})?\s*%"
_PATTERNS = {
    "saves": rf"(?:saves?|saving|cuts? (?:inference )?costs? by|cheaper by)\s+(?:about\s+)?{_RANGE}",
    "request_share": rf"{_RANGE}\s+of\s+(?:the\s+)?requests(?:\s+on\s+(?:the|a)\s+small(?:er)?\s+(?:model|tier))?",
    "loss_below": rf"(?:no|without)\s+visible\s+(?:quality\s+)?(?:loss|degradation)|loses? at most {_NUMBER}\s*pp",
}
_FILLER = {"with", "and", "it", "on", "the", "of", "by", "at"}


class Claim(FileModel):
    """What is claimed; a clause that is not claimed is None. Shares of one, `loss_below` in points of quality ÷ 100."""

    text: str
    saves: tuple[float, float] | None = None
    request_share: tuple[float, float] | None = None
    loss_below: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Claim":
        """Read a sentence. Raises BadInput with the words that are not understood."""
        rest, found = text, {}
        for name, pattern in _PATTERNS.items():
            if match := re.search(pattern, rest, re.IGNORECASE):
                found[name] = _margin(match) if name == "loss_below" else _band(match)
                rest = f"{rest[: match.start()]} {rest[match.end() :]}"
        unread = [word for word in re.findall(r"[^\s,;.]+", rest) if word.casefold() not in _FILLER]
        if unread or not found:
            raise BadInput(
                f"claim {text!r}: not understood: {' '.join(unread) or 'nothing is claimed'}; write it as "
                "'saves 60-70% with 75% of requests on the small model and no visible loss', or a part of that"
            )
        return cls.model_validate({"text": text, **found})


def _band(match: re.Match[str]) -> tuple[float, float]:
    low, high = match.groups()
    return float(low) / 100, float(high or low) / 100


def _margin(match: re.Match[str]) -> float:
    return float(match.group(1)) / 100 if match.group(1) else MARGIN


class Verdict(Figures):
    """A claim holds if every clause holds, and fails if one fails; otherwise there is no data to say."""

    claim: str
    outcome: Outcome
    clauses: list[Clause]
    flips: list[Flip]
    """Inputs that would turn the saving, the nearest one first."""
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
    turning = flips(facts.parts, claim.saves[0]) if claim.saves and facts.parts else []
    even = flips(facts.parts, 0.0) if claim.saves and facts.parts else []
    return Verdict(claim=claim.text, outcome=_overall(checked), clauses=checked, flips=turning, break_even=even)


def _overall(checked: Sequence[Clause]) -> Outcome:
    outcomes = {clause.outcome for clause in checked}
    return "fails" if "fails" in outcomes else "no data" if "no data" in outcomes else "holds"
