import pytest

from simulator.comparison.frontier import Frontier, frontier
from simulator.comparison.labels import Labels
from simulator.errors import BadInput
from tests.comparison.ledger import Ledger

LABELS = Labels({(f"r{n}", "big"): 1.0 for n in range(10)} | {(f"r{n}", "small"): n % 2 / 1.0 for n in range(10)}, {})


def _run() -> Ledger:
    """Small is right on the odd ones. A good router knows them, a bad one sends the even ones to small."""
    ledger = Ledger()
    for number in range(10):
        odd, big, small = number % 2 == 1, ("big", "ok", "1"), ("small", "ok", "0.1")
        ledger.add("big", f"r{number}", big)
        ledger.add("small", f"r{number}", small)
        ledger.add("good", f"r{number}", ("small", "classify", "0.05"), small if odd else big)
        ledger.add("bad", f"r{number}", ("small", "classify", "0.05"), big if odd else small)
    return ledger


def frontier_of() -> Frontier:
    return frontier(*_run().tables(), LABELS, scale=1.0)


def test_a_router_is_worth_something_only_above_the_mixture() -> None:
    found = frontier_of()
    assert [(one.strategy, one.cost, one.quality, one.worth) for one in found.places] == [
        ("small", pytest.approx(0.1), 0.5, "single"),
        ("good", pytest.approx(0.6), 1.0, "above mixing"),
        ("bad", pytest.approx(0.6), 0.5, "below mixing"),
        ("big", pytest.approx(1.0), 1.0, "best single"),
    ]
    assert found.places[1].mixing == pytest.approx(0.5 + 0.5 * 0.5 / 0.9)
    assert (found.hull, found.requests) == (["small", "good"], 10)


def test_the_oracle_chooses_per_request_among_single_models() -> None:
    best = frontier(*_run().tables(), LABELS, scale=1.0).oracle
    assert best is not None
    assert (best.cost, best.quality) == (pytest.approx(0.55), 1.0)


def test_cost_per_good_answer_stands_beside_quality() -> None:
    places = {one.strategy: one for one in frontier(*_run().tables(), LABELS, scale=1.0).places}
    assert places["small"].cost_per_good == pytest.approx(0.2)  # cheapest per good answer, and wrong half of the time
    assert places["good"].cost_per_good == pytest.approx(0.6)


def test_without_common_labels_there_is_no_frontier() -> None:
    with pytest.raises(BadInput, match="answer: big, small, good, bad; no answer at all is judged of small, bad"):
        frontier(*_run().tables(), Labels({("r0", "big"): 1.0}, {}), scale=1.0)


def test_an_unpriced_call_is_named() -> None:
    ledger = _run()
    ledger.costs[0] = None
    with pytest.raises(BadInput, match="'big': no price for 1 of its calls"):
        frontier(*ledger.tables(), LABELS, scale=1.0)
