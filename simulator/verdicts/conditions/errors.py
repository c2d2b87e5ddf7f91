"""Requests that time out or fail, where no objective speaks of them."""

from collections import Counter
from collections.abc import Iterator

from simulator.calls import FAILED, TIMED_OUT
from simulator.run.rows import of_rung
from simulator.units import scale_text, share_text
from simulator.verdicts.condition import Break, Evidence
from simulator.verdicts.crossing import Crossing, Point, crossing
from simulator.verdicts.objectives import settled_share

ERROR_SHARE = 0.01
_SPOKEN = {"errors", "answered"}
_BROKEN = TIMED_OUT | FAILED


def find(evidence: Evidence) -> Iterator[Break]:
    """Where more than 1 % of the requests time out or fail for good."""
    if spoken(evidence):
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


def spoken(evidence: Evidence) -> set[str]:
    """The objectives, as written, that speak of failures themselves."""
    return {objective.text for objective in evidence.objectives if objective.metric in _SPOKEN}


def _break(evidence: Evidence, strategy: str, found: Crossing) -> Break:
    word, most_often = commonest(evidence, strategy, found.high)
    return Break(
        kind="errors",
        title=f"more than {share_text(ERROR_SHARE)} of the requests fail",
        strategy=strategy,
        multiplier=found.at,
        low=found.low,
        high=found.high,
        provenance="measured",
        evidence=f"{share_text(found.after)} at {scale_text(found.high)}{found.guess}; most often {most_often}",
        fix=start_from(word),
        verify=evidence.verify(strategy, found.high),
    )


def commonest(evidence: Evidence, strategy: str, scale: float) -> tuple[str, str]:
    """How attempts fail most often in a rung: the outcome, and for people `client_error (HTTP 401, 18 attempts)`."""
    broken: Counter[tuple[str, int | None]] = Counter()
    for rung in evidence.ladder(strategy):
        if rung.scale == scale:
            ends = of_rung(evidence.calls, rung).group_by(["outcome", "status"]).aggregate([([], "count_all")])
            broken.update({(row["outcome"], row["status"]): row["count_all"] for row in ends.to_pylist()})
    broken = Counter({end: count for end, count in broken.items() if end[0] in _BROKEN})
    if not broken:
        return "none recorded", "none recorded (0 attempts)"
    (word, status), count = broken.most_common(1)[0]
    answer = f"HTTP {status}, " if status is not None and status >= 300 else ""
    return word, f"{word} ({answer}{count} attempts)"


def start_from(word: str) -> str:
    """Where to look for the cause of an outcome."""
    return f"start from {word}: its attempts are the rows of calls.parquet with that outcome"
