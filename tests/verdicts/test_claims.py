import pytest

from simulator.errors import BadInput
from simulator.figures import Interval
from simulator.verdicts.claims import Claim, judge
from simulator.verdicts.clauses import Facts, SegmentQuality
from simulator.verdicts.flips import Parts

TEXT = "saves 60-70% with 75% of requests on the small model and no visible loss"
# 75 % of requests carried 70 % of the bill and cost 8 % of what they did: 0.70 · 0.92 = 0.644 moved; 3 % classifier.
PARTS = Parts(0.644, 0.0, 0.0, overhead=0.03, waste=0.004, request_share=0.75, cost_share=0.70)
GOOD = [SegmentQuality("question", 400, -0.002, -0.008, 0.004), SegmentQuality("trouble", 300, 0.001, -0.006, 0.008)]


def facts(value: float, low: float | None, high: float | None, parts: Parts = PARTS, quality=GOOD) -> Facts:  # type: ignore[no-untyped-def]
    return Facts(Interval(value=value, low=low, high=high, note=None if low else "12 sessions"), parts, quality)


@pytest.mark.parametrize(
    ("text", "saves", "share", "loss"),
    [
        (TEXT, (0.6, 0.7), (0.75, 0.75), 0.01),
        ("cuts inference costs by 60–70 % without visible quality degradation", (0.6, 0.7), None, 0.01),
        ("70-80% of requests on the small model", None, (0.7, 0.8), None),
        ("routing saves 60–70 %", (0.6, 0.7), None, None),
        ("Our router cuts the bill by at least 50%", (0.5, 0.5), None, None),
        ("saves about 40%, loses at most 2 pp", (0.4, 0.4), None, 0.02),
    ],
)
def test_a_sentence_is_read(text: str, saves: object, share: object, loss: object) -> None:
    claim = Claim.parse(text)
    assert (claim.saves, claim.request_share, claim.loss_below) == (saves, share, loss)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("saves 60% and p95 < 2s", "not understood: p95 < 2s"),
        ("saves up to 70%", "not understood: saves up to 70%"),
        ("it is much better", "not understood: is much better"),
        ("", "nothing is claimed"),
    ],
)
def test_what_is_not_understood_is_refused_rather_than_left_out(text: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        Claim.parse(text)


def test_a_claim_holds_when_its_whole_interval_does() -> None:
    verdict = judge(Claim.parse(TEXT), facts(0.61, 0.605, 0.62))
    assert [clause.outcome for clause in verdict.clauses] == ["holds", "holds", "holds"]
    assert verdict.outcome == "holds"
    assert verdict.clauses[0].says == "61 %, 95 % interval 60.5 % to 62 %: 1 pp above 60 %"


def test_one_clause_that_fails_fails_the_claim() -> None:
    verdict = judge(Claim.parse(TEXT), facts(0.44, 0.40, 0.48, quality=[]))
    assert [clause.outcome for clause in verdict.clauses] == ["fails", "holds", "no data"]
    assert verdict.outcome == "fails"
    assert verdict.clauses[0].says.endswith("16 pp short of 60 %")


@pytest.mark.parametrize(("low", "high"), [(0.55, 0.66), (None, None)])
def test_an_interval_that_straddles_or_is_missing_is_no_data(low: float | None, high: float | None) -> None:
    assert judge(Claim.parse("saves 60%"), facts(0.61, low, high)).outcome == "no data"


def test_no_visible_loss_without_labels_is_no_data() -> None:
    verdict = judge(Claim.parse("no visible loss"), facts(0.61, 0.6, 0.62, quality=[]))
    assert (verdict.outcome, verdict.clauses[0].says) == (
        "no data",
        "no judged pair of answers; say in `quality:` of the scenario who judges them, or bring --labels",
    )


def test_one_segment_that_loses_fails_whatever_the_others_do() -> None:
    lost = SegmentQuality("legal", 200, -0.05, -0.08, -0.02)
    clause = judge(Claim.parse("no visible loss"), facts(0.6, 0.6, 0.6, quality=[*GOOD, lost])).clauses[0]
    assert (clause.outcome, clause.says) == (
        "fails",
        f"worst of {len(GOOD) + 1} segments, legal: -5 pp over 200 judged pairs",
    )


@pytest.mark.parametrize(
    ("low", "high", "turns"),
    [
        (-0.008, 0.004, [0.896, 0.625]),  # holds by its lower bound: 0.2 pp more among half of the pairs are 0.4 pp
        (-0.08, -0.02, [0.92, 0.25]),  # fails by its upper one
        (-0.02, 0.004, []),  # open: more labels decide, no other input does
    ],
)
def test_quality_turns_where_the_bound_that_decides_meets_the_margin(
    low: float, high: float, turns: list[float]
) -> None:
    one = SegmentQuality("legal", 400, (low + high) / 2, low, high, moved=0.5, moved_quality=0.9)
    verdict = judge(Claim.parse("no visible loss"), facts(0.6, 0.6, 0.6, quality=[one]))
    assert sorted(flip.needed for flip in verdict.flips if flip.needed is not None) == pytest.approx(sorted(turns))


def test_a_segment_with_few_labels_is_no_verdict() -> None:
    thin = SegmentQuality("legal", 20, 0.0, -0.09, 0.09)
    clause = judge(Claim.parse("no visible loss"), facts(0.6, 0.6, 0.6, quality=[*GOOD, thin])).clauses[0]
    assert clause.outcome == "no data"
    # The margin is a point: without a single loss, 300 sessions rule out a rate of 3/300.
    assert clause.says.endswith(
        "may be -9 pp: not enough labels, it takes those of 300 sessions or more in each segment"
    )


def test_a_share_is_read_as_a_band_and_shown_beside_its_cost() -> None:
    parts = Parts(0.5, 0.0, 0.0, 0.02, 0.0, request_share=0.62, cost_share=0.51)
    clause = judge(Claim.parse("75% of requests"), facts(0.5, 0.4, 0.6, parts)).clauses[0]
    assert (clause.outcome, clause.says) == (
        "fails",
        "62 % of requests, which carried 51 % of the baseline's bill: 13 pp below",
    )


def test_what_is_judged_is_the_saving_on_equal_answers() -> None:
    parts = Parts(0.5, 0.0, unanswered=0.12, overhead=0.0, waste=0.0, request_share=0.75, cost_share=0.6)
    verdict = judge(Claim.parse("saves 60%"), facts(0.5, 0.49, 0.51, parts))
    assert (verdict.outcome, verdict.clauses[0].measured) == ("fails", 0.5)
    assert verdict.clauses[0].says.startswith("50 % on equal answers, 95 % interval")
    assert next(flip.needed for flip in verdict.flips) == pytest.approx(0.6 / (0.5 / 0.6))
