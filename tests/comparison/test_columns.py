from decimal import Decimal

import numpy as np
import pytest

from simulator.comparison.columns import Priced, Rate
from simulator.errors import BadInput
from simulator.strategies.batch import Batch, Known
from simulator.strategies.keys import folded
from tests.strategies.scripted import tree

RATES = {"big": Rate(Decimal("2.5"), Decimal(10)), "small": Rate(Decimal("0.15"), Decimal("0.6"))}
NODES = {
    "single": tree("big", "single"),
    "routed": tree("classify: {with: small, rubric_tokens: 100, routes: {easy: small, hard: big}, otherwise: hard}"),
}


def _priced(count: int, **changes: object) -> Priced:
    """Every other request is hard; both models read 1,000 tokens and write 200, big in 4 s, small in 2 s."""
    hard, ones = np.arange(count) % 2 == 1, np.ones(count)

    def known(seconds: float) -> Known:
        tokens = np.full(count, 1000), np.full(count, 200)
        return Known(seconds * ones, 0.5 * ones, *tokens, finished=np.ones(count, dtype=bool))

    keys = folded([f"r{n}" for n in range(count)])
    fields = {"input_tokens": np.full(count, 1000), "difficulty": np.where(hard, "hard", "easy")}
    batch = Batch(1, keys, keys, keys, fields, np.full(count, 1000), {"big": known(4.0), "small": known(2.0)})
    quality = {"big": ones, "small": np.where(hard, 0.0, 1.0)}
    return Priced(batch, RATES, np.arange(count), quality)


def test_an_outlook_by_hand() -> None:
    # A big answer is $0.0045, a small one $0.00027, a label (1,100 in, 1 out) $0.0001656.
    single, routed = _priced(100).outlook(NODES, baseline="single")
    assert single.cost == Decimal("0.45")
    assert routed.cost == Decimal("0.25506")  # 50 · 0.0045 + 50 · 0.00027 + 100 · 0.0001656
    assert (single.p50, single.p95, routed.p50, routed.p95) == (4.0, 4.0, 2.5, 4.5)
    assert (single.first_token_p95, routed.first_token_p95) == (0.5, 1.0)
    assert (single.quality, routed.quality) == (1.0, 1.0)
    assert routed.saving.value == pytest.approx(float(1 - routed.cost / single.cost))
    assert routed.saving.low is not None


def test_a_model_without_a_rate_is_named() -> None:
    priced = _priced(10)
    with pytest.raises(BadInput, match="no rate for big; rates are given for small"):
        Priced(priced.batch, {"small": RATES["small"]}, priced.sessions, {}).outlook(NODES, baseline="single")


def test_without_labels_quality_is_unknown() -> None:
    priced = _priced(10)
    (single, _) = Priced(priced.batch, RATES, priced.sessions, {}).outlook(NODES, baseline="single")
    assert single.quality is None


def test_a_checked_answer_is_seen_at_its_end() -> None:
    nodes = {"single": NODES["single"], "checked": tree("cascade: {of: [small, big], accept: {assumed: {easy: 100%}}}")}
    _, checked = _priced(100).outlook(nodes, baseline="single")
    # Easy: all of the small answer, 2 s. Hard: the small answer, then the big one's first token, 2.5 s.
    assert (checked.first_token_p95, checked.p50, checked.p95) == (2.5, 2.0, 6.0)
