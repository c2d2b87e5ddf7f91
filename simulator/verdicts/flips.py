"""Which input would turn a clause of a claim, each moved alone while the rest stays as measured."""

from dataclasses import dataclass
from typing import Literal

from simulator.figures import Figures
from simulator.units import share_text


@dataclass(frozen=True, slots=True)
class Parts:
    """A saving taken apart: S = moved + same_model + unanswered − overhead − waste, shares of the baseline's bill."""

    moved: float
    same_model: float
    unanswered: float
    overhead: float
    waste: float
    request_share: float | None
    """Of the answered requests, those that another model than the baseline's answered."""
    cost_share: float
    """Of the baseline's bill, what those requests carried: w."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What another model than the baseline's answered in one segment."""

    segment: str
    share: float
    """Of its judged pairs."""
    quality: float
    """Mean quality of those answers."""
    delta: float
    """Of the whole segment against the baseline, at the bound that decides."""
    declared: bool
    """By priors: nobody has looked."""


class Flip(Figures):
    """One input and the value at which a clause meets the claim exactly."""

    clause: Literal["saving", "quality"] = "saving"
    input: str
    measured: float
    needed: float | None
    """None where no value of this input alone does it."""
    says: str


def flips(parts: Parts, target: float) -> list[Flip]:
    """Break-even values for S = `target` on equal answers, nearest first.

    S = w·(1 − ratio) + same_model − overhead − waste; w is the share of the bill that moved.
    """
    saved = 1 - _ratio(parts)
    spent = parts.overhead + parts.waste - parts.same_model
    gap = parts.moved - spent - target  # how far the measured saving lies above the target
    share = (target + spent) / saved if saved > 0 else None
    ratio = 1 - (target + spent) / parts.cost_share if parts.cost_share else None
    found = [
        _flip("share of the baseline's bill that moves", parts.cost_share, share, top=1.0),
        _flip("cost of a moved request ÷ the baseline's", _ratio(parts), ratio),
        _flip("overhead (classifier, judge) ÷ the baseline's bill", parts.overhead, parts.overhead + gap),
        _flip("waste (retries, rejected answers) ÷ the baseline's bill", parts.waste, parts.waste + gap),
        _escalated(gap, parts.cost_share),
    ]
    return sorted(found, key=_distance)


def quality_flips(moved: Moved, margin: float) -> list[Flip]:
    """Break-even values for a loss of exactly `margin` in one segment, nearest first.

    delta = share · (quality of what moved − the baseline's), and what the same model answered differently.
    """
    good, share = f"good answers among what moves in {moved.segment}", f"share of {moved.segment} that moves"
    word = "declared" if moved.declared else "measured"
    better = moved.quality - (margin + moved.delta) / moved.share if moved.share else None
    fewer = -moved.share * margin / moved.delta if moved.delta < 0 else None
    found = [
        _flip(good, moved.quality, better, top=1.0, word=word),
        _flip(share, moved.share, fewer, top=1.0),
    ]
    return [flip.model_copy(update={"clause": "quality"}) for flip in sorted(found, key=_distance)]


def formula(parts: Parts) -> str:
    """S = w·(1 − m·r) + other usage − overhead − waste, with its numbers: the saving on equal answers."""
    total = parts.moved + parts.same_model - parts.overhead - parts.waste
    other = f"{'+' if parts.same_model >= 0 else '−'} {share_text(abs(parts.same_model))} other usage"
    return (
        f"{share_text(total)} = {share_text(parts.cost_share)} of the bill × (1 − {share_text(_ratio(parts))} of its "
        f"price) {other} − {share_text(parts.overhead)} overhead − {share_text(parts.waste)} waste"
    )


def _escalated(gap: float, cost_share: float) -> Flip:
    """A moved request that the baseline's model answers after all costs what it did, beside the small answer: w·e."""
    name = "moved requests that the baseline's model answers again"
    more = gap / cost_share if cost_share else None
    if more is None or not 0 <= more <= 1:
        return Flip(input=name, measured=0.0, needed=None, says=f"{name}: alone it cannot")
    says = f"{name}: turns at {share_text(more)} more than today"
    return Flip(input=name, measured=0.0, needed=more, says=says)


def _ratio(parts: Parts) -> float:
    """m·r: what a moved request costs on the small model, for each dollar that it cost the baseline."""
    return 1 - parts.moved / parts.cost_share if parts.cost_share else 1.0


def _flip(
    name: str, measured: float, needed: float | None, *, top: float | None = None, word: str = "measured"
) -> Flip:
    if needed is None or needed < 0 or (top is not None and needed > top):
        return Flip(input=name, measured=measured, needed=None, says=f"{name}: {share_text(measured)}; alone it cannot")
    says = f"{name}: {share_text(measured)} {word}, turns at {share_text(needed)}"
    return Flip(input=name, measured=measured, needed=needed, says=says)


def _distance(flip: Flip) -> float:
    """Relative change that it takes; what cannot turn the claim comes last."""
    if flip.needed is None:
        return float("inf")
    return abs(flip.needed - flip.measured) / max(abs(flip.measured), 0.01)
