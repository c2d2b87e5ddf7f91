"""A verdict as people read it."""

from simulator.cli.verdict_text import claim_lines
from simulator.figures import Interval
from simulator.verdicts.claims import Claim, judge
from simulator.verdicts.clauses import Facts, SegmentQuality
from simulator.verdicts.flips import Parts


def test_inputs_that_alone_turn_nothing_share_a_line() -> None:
    """Half of the bill moved for a tenth of its price: 90 % can only be saved if more of it moves."""
    parts = Parts(0.45, 0.0, 0.0, overhead=0.0, waste=0.0, request_share=0.5, cost_share=0.5)
    lost = SegmentQuality("hard", 40, -0.2, None, None, assumed=True, moved=0.5, moved_quality=0.5)
    claim = Claim.parse("saves 90% and no visible loss")
    facts = Facts(Interval(value=0.45, low=0.4, high=0.5), parts, [lost])
    turning = [line.strip() for line in claim_lines(judge(claim, facts)) if line.startswith("  would turn")]
    assert turning == [
        "would turn the saving: share of the baseline's bill that moves: 50 % measured, turns at 100 %",
        "would turn the saving: by none of these alone: cost of a moved request ÷ the baseline's · overhead "
        "(classifier, judge) ÷ the baseline's bill · waste (retries, rejected answers) ÷ the baseline's bill · "
        "moved requests that the baseline's model answers again",
        "would turn the quality: good answers among what moves in hard: 50 % declared, turns at 88 %",
        "would turn the quality: share of hard that moves: 50 % measured, turns at 2.5 %",
    ]
