"""Requests that time out or fail, where no objective speaks of them."""

from collections import Counter
from collections.abc import Iterator

from simulator.calls import FAILED, TIMED_OUT
from simulator.units import scale_text, share_text
from simulator.verdicts.condition import Break, Evidence
from simulator.verdicts.crossing import Crossing, Point, crossing
from simulator.verdicts.objectives import settled_share

ERROR_SHARE = 0.01
_SPOKEN = {"errors", "answered"}


def find(evidence: Evidence) -> Iterator[Break]:
    """Where more than 1 % of the requests time out or fail for good."""
    if any(objective.metric in _SPOKEN for objective in evidence.objectives):
        return
    for strategy in evidence.strategies:
        points = [
            Point(rung.scale, share, holds=share <= ERROR_SHARE)
            for rung in evidence.ladder(strategy)
            if (share := settled_share(rung, "errors")) is not None
        ]
        found = crossing(points, ERROR_SHARE)
        if found:
            yield _break(evidence, strategy, found)


def _break(evidence: Evidence, strategy: str, found: Crossing) -> Break:
    rung = next(rung for rung in evidence.ladder(strategy) if rung.scale == found.high)
    broken = Counter({word: n for word, n in rung.outcomes.items() if word in TIMED_OUT | FAILED})
    word, count = broken.most_common(1)[0] if broken else ("none recorded", 0)
    return Break(
        kind="errors",
        title=f"more than {share_text(ERROR_SHARE)} of the requests fail",
        strategy=strategy,
        multiplier=found.at,
        low=found.low,
        high=found.high,
        provenance="measured",
        evidence=f"{share_text(found.after)} at {scale_text(found.high)}; most often {word} ({count} attempts)",
        fix=f"start from {word}: its attempts are the rows of calls.parquet with that outcome",
        verify=evidence.verify(strategy, found.high),
    )
