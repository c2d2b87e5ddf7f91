"""The clauses of a claim, each beside what was measured: saving, share of requests, quality."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from simulator.figures import Figures, Interval, Provenance
from simulator.units import share_text
from simulator.verdicts.flips import Moved, Parts

Outcome = Literal["holds", "fails", "no data"]

SHARE_TOLERANCE = 0.05
"""`75% of requests` is read as 70 to 80 %: practice guides give the share as a band of ten points."""


@dataclass(frozen=True, slots=True)
class SegmentQuality:
    """Paired difference of quality against the baseline; `low` and `high` are its one-sided 95 % bounds."""

    segment: str
    pairs: int
    delta: float
    low: float | None
    high: float | None
    assumed: bool = False
    """Declared, not judged."""
    moved: float = 0.0
    """Share of the pairs that another model than the baseline's answered."""
    moved_quality: float = 0.0
    """Mean quality of its answers to them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured of one strategy at one scale against the baseline."""

    saving: Interval
    """On equal answers: what failing to answer saved is not in it."""
    parts: Parts | None
    quality: Sequence[SegmentQuality] = ()


class Clause(Figures):
    """One part of a claim. Shares of one; quality in points ÷ 100."""

    name: Literal["saving", "request share", "quality"]
    claimed: str
    measured: float | None
    low: float | None = None
    high: float | None = None
    outcome: Outcome
    provenance: Provenance = "measured"
    says: str
    """By how much, or what is missing."""


def saving(claimed: tuple[float, float], facts: Facts) -> Clause:
    """The whole interval must reach the lower end."""
    least, found = claimed[0], facts.saving
    value, low, high = found.value, found.low, found.high
    clause: dict[str, Any] = {"claimed": _band(claimed), "measured": value, "low": low, "high": high}
    clause["provenance"] = "priced"
    equal = " on equal answers" if facts.parts and facts.parts.unanswered else ""
    outcome, says = _against(least, low, high)
    if value is None or low is None or high is None:
        return Clause(name="saving", **clause, outcome="no data", says=f"{share_text(value)}{equal}; {found.note}")
    says = says or f"{_points(abs(value - least))} {'above' if value >= least else 'short of'} {share_text(least)}"
    interval = f"{share_text(value)}{equal}, 95 % interval {share_text(low)} to {share_text(high)}"
    return Clause(name="saving", **clause, outcome=outcome, says=f"{interval}: {says}")


def _against(least: float, low: float | None, high: float | None) -> tuple[Outcome, str]:
    if low is not None and low >= least:
        return "holds", ""
    if high is not None and high < least:
        return "fails", ""
    return "no data", f"{share_text(least)} lies inside it, more sessions would decide"


def request_share(claimed: tuple[float, float], parts: Parts | None) -> Clause:
    """Measured share within the claimed band, give or take `SHARE_TOLERANCE`."""
    measured = parts.request_share if parts else None
    clause: dict[str, Any] = {"name": "request share", "claimed": _band(claimed), "measured": measured}
    if parts is None or measured is None:
        return Clause(**clause, outcome="no data", says="nothing was answered that can be compared")
    carried = f"{share_text(measured)} of requests, which carried {share_text(parts.cost_share)} of the baseline's bill"
    below, above = claimed[0] - measured, measured - claimed[1]
    if max(below, above) <= SHARE_TOLERANCE:
        return Clause(**clause, outcome="holds", says=carried)
    gap = f"{_points(below)} below" if below > above else f"{_points(above)} above"
    return Clause(**clause, outcome="fails", says=f"{carried}: {gap}")


def quality(margin: float, segments: Sequence[SegmentQuality]) -> Clause:
    """Not worse by `margin` in any segment: an average hides the one that loses."""
    claimed = f"loses less than {_points(margin)} in every segment"
    if not segments:
        says = "no judged pair of answers; say in `quality:` of the scenario who judges them, or bring --labels"
        return Clause(name="quality", claimed=claimed, measured=None, outcome="no data", says=says)
    if segments[0].assumed:
        return _declared(claimed, margin, segments)
    outcome, worst = _worst(margin, segments)
    says = f"{_where(worst, segments)}: {worst.delta * 100:+.2g} pp over {worst.pairs} judged pairs"
    if outcome == "no data":
        bound = "no bound" if worst.low is None else f"may be {worst.low * 100:+.2g} pp"
        least = math.ceil(3 / margin)  # the rule of three: without a single loss, 3/m is what m sessions rule out
        says = f"{says}, {bound}: not enough labels, it takes those of {least:,} sessions or more in each segment"
    bounds = {"low": worst.low, "high": worst.high}
    return Clause(name="quality", claimed=claimed, measured=worst.delta, **bounds, outcome=outcome, says=says)


def _declared(claimed: str, margin: float, segments: Sequence[SegmentQuality]) -> Clause:
    """By declared priors a claim can fail, but not hold: an assumption bears nothing out (house rule 8)."""
    outcome, worst = _worst(margin, segments)
    fails = outcome == "fails"
    given = f"{_where(worst, segments)}: {worst.delta * 100:+.2g} pp by what the scenario declares, assumed"
    labels = f"judged answers of {math.ceil(3 / margin):,} sessions or more in each segment would decide"
    says = given if fails else f"{given}: nobody has looked; {labels}"
    clause: dict[str, Any] = {"name": "quality", "claimed": claimed, "measured": None, "provenance": "assumed"}
    return Clause(**clause, outcome=outcome, says=says)


def moved(margin: float, segments: Sequence[SegmentQuality]) -> Moved | None:
    """What decides a clause about quality: the segment that loses most. None where the labels do not decide it."""
    if not segments:
        return None
    outcome, worst = _worst(margin, segments)
    deciding = worst.delta if worst.assumed else {"holds": worst.low, "fails": worst.high}.get(outcome)
    if deciding is None or not worst.moved:
        return None
    return Moved(worst.segment, worst.moved, worst.moved_quality, deciding, worst.assumed)


def _worst(margin: float, segments: Sequence[SegmentQuality]) -> tuple[Outcome, SegmentQuality]:
    rank = {"fails": 0, "no data": 1, "holds": 2}
    judged = ((_loses(one, margin), one) for one in segments)
    return min(judged, key=lambda pair: (rank[pair[0]], pair[1].delta))


def _where(worst: SegmentQuality, segments: Sequence[SegmentQuality]) -> str:
    return f"worst of {len(segments)} segments, {worst.segment}" if len(segments) > 1 else worst.segment


def _loses(segment: SegmentQuality, margin: float) -> Outcome:
    if segment.assumed:
        return "fails" if segment.delta <= -margin else "no data"
    if segment.low is not None and segment.low > -margin:
        return "holds"
    return "fails" if segment.high is not None and segment.high < -margin else "no data"


def _points(share: float) -> str:
    return f"{share * 100:.3g} pp"


def _band(band: tuple[float, float]) -> str:
    low, high = band
    return share_text(low) if low == high else f"{share_text(low)} to {share_text(high)}"
