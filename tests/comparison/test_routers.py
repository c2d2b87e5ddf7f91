import numpy as np
import pytest

from simulator.comparison.frontier import frontier
from simulator.comparison.labels import Labels
from simulator.comparison.routers import Single, routers
from tests.comparison.ledger import Ledger

COUNT = 100
HARD = np.arange(COUNT) % 4 == 0
BIG = Single("big", np.full(COUNT, 1.0), np.ones(COUNT))
SMALL = Single("small", np.full(COUNT, 0.1), np.where(HARD, 0.0, 1.0))
SESSIONS = np.arange(COUNT)


def test_a_score_that_knows_the_hard_ones_and_chance_beside_it() -> None:
    found, note = routers([SMALL, BIG], {"knows": HARD * 1.0}, SESSIONS)
    assert found is not None
    assert (found.weak, found.strong, found.gap, note) == ("small", "big", 0.25, None)
    chance, knows = found.scores
    assert [one.calls for one in chance.reach] == pytest.approx([0.5, 0.8])
    assert [one.cost for one in chance.reach] == pytest.approx([0.1 + 0.9 * 0.5, 0.1 + 0.9 * 0.8])
    assert (chance.score, chance.average_recovered) == ("chance", pytest.approx(0.5))
    # All of the gap at a quarter of the calls: half of it at an eighth. APGR = 1/8 + 3/4.
    assert [one.calls for one in knows.reach] == pytest.approx([0.125, 0.2])
    assert knows.average_recovered == pytest.approx(0.875)
    # AIQ: from $0.10 to $0.325 rising from 0.75 to 1, then flat to $1.
    assert knows.average_quality == pytest.approx((0.225 * 0.875 + 0.675) / 0.9)


def test_without_a_proven_gap_there_is_nothing_to_recover() -> None:
    even = Single("big", np.full(COUNT, 1.0), SMALL.quality)
    assert routers([SMALL, even], {}, SESSIONS)[1] == "small is the best and the cheapest: there is nothing to route"
    one_better = SMALL.quality.copy()
    one_better[0] = 1.0
    found, note = routers([SMALL, Single("big", np.full(COUNT, 1.0), one_better)], {}, SESSIONS)
    assert (found, note) == (None, "the difference between small and big may be none: no share of it is printed")
    _, note = routers([SMALL, BIG], {}, SESSIONS % 7)
    assert (
        note
        == "the difference between small and big rests on 7 judged sessions, it takes 30: no share of it is printed"
    )
    assert "--matrix" in (routers([BIG], {}, SESSIONS)[1] or "")


def test_a_strategy_stands_beside_the_rule_on_the_prompts_length() -> None:
    """Hard prompts are the long ones, so that the rule does as well as a classifier, and costs nothing."""
    ledger, quality = Ledger(), {}
    for number, hard in enumerate(HARD):
        request = f"r{number}"
        ledger.add("big", request, ("big", "ok", "1"))
        ledger.add("small", request, ("small", "ok", "0.1"))
        answer = ("big", "ok", "1") if hard else ("small", "ok", "0.1")
        ledger.add("routed", request, ("small", "classify", "0.05"), answer)
        quality |= {(request, "big"): 1.0, (request, "small"): 0.0 if hard else 1.0}
    lengths = {f"r{number}": 2000 if hard else 100 for number, hard in enumerate(HARD)}
    labels = Labels(quality, {}, {f"r{number}": float(number) for number in range(COUNT)})
    found = frontier(*ledger.tables(), labels, scale=1.0, lengths=lengths)
    routed = next(one for one in found.places if one.strategy == "routed")
    assert (routed.quality, routed.recovered, routed.strong_share) == (1.0, 1.0, 0.25)
    assert (routed.rule, routed.worth) == (1.0, "above mixing")
    assert routed.mixing == pytest.approx(0.75 + 0.25 * (0.375 - 0.1) / 0.9)
    assert found.routers is not None
    assert [one.score for one in found.routers.scores] == ["chance", "prompt length", "your score"]
