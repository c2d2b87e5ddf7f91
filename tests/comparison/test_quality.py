import pytest

from simulator.comparison.labels import Labels
from simulator.comparison.quality import segments
from simulator.verdicts.claims import Claim
from simulator.verdicts.clauses import SegmentQuality, quality
from tests.comparison.ledger import Ledger

MARGIN = Claim.parse("no visible loss").loss_below or 0.0


def _judged(count: int, lost_every: int | None) -> list[SegmentQuality]:
    """Half the requests go to the small model; of those in `legal`, one in `lost_every` is answered badly."""
    ledger = Ledger()
    labels: dict[tuple[str, str], float] = {}
    segment: dict[str, str] = {}
    for number in range(count):
        request, small = f"r{number}", number % 2 == 0
        ledger.add("single", request, ("big", "ok", "1"))
        ledger.add("routed", request, ("small" if small else "big", "ok", "1"))
        bad = lost_every is not None and number % 4 == 0 and number % (2 * lost_every) == 0
        labels |= {(request, "big"): 1.0, (request, "small"): 0.0 if bad else 1.0}
        segment[request] = "legal" if number % 4 < 2 else "other"
    calls, requests, _ = ledger.tables()
    return segments(calls, requests, Labels(labels, segment), strategy="routed", baseline="single", scale=1.0)


def test_every_segment_is_judged_by_itself() -> None:
    legal, other = _judged(2000, lost_every=2)
    assert (legal.segment, legal.pairs, legal.delta) == ("legal", 1000, -0.5)
    assert (other.segment, other.delta) == ("other", 0.0)
    assert quality(MARGIN, [legal, other]).outcome == "fails"


def test_no_loss_seen_is_not_no_loss() -> None:
    # 1,000 sessions without a loss rule out 0.3 points, 100 do not rule out one.
    assert quality(MARGIN, _judged(2000, lost_every=None)).outcome == "holds"
    assert quality(MARGIN, _judged(200, lost_every=None)).outcome == "no data"


def test_thirty_sessions_are_needed_for_a_bound() -> None:
    assert all(one.low is None for one in _judged(40, lost_every=None))


def test_a_request_without_both_labels_is_no_pair() -> None:
    ledger = Ledger()
    ledger.add("single", "r1", ("big", "ok", "1"))
    ledger.add("routed", "r1", ("small", "ok", "1"))
    calls, requests, _ = ledger.tables()
    labels = Labels({("r1", "big"): 1.0}, {})
    assert segments(calls, requests, labels, strategy="routed", baseline="single", scale=1.0) == []


def test_without_a_segment_the_journey_is_one() -> None:
    ledger = Ledger()
    for number in range(40):
        ledger.add("single", f"r{number}", ("big", "ok", "1"))
        ledger.add("routed", f"r{number}", ("small", "ok", "1"))
    calls, requests, _ = ledger.tables()
    labels = Labels({(f"r{n}", model): 0.5 for n in range(40) for model in ("big", "small")}, {})
    (one,) = segments(calls, requests, labels, strategy="routed", baseline="single", scale=1.0)
    assert (one.segment, one.delta, one.low) == ("question", 0.0, pytest.approx(-3 / 40))
