from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.comparison import compare
from tests.comparison.ledger import Ledger

ATTEMPTS = st.lists(
    st.tuples(
        st.sampled_from(["big", "small"]),
        st.sampled_from(["ok", "length", "classify", "judge", "server_error"]),
        st.decimals("0.01", "10", places=4).map(str),
    ),
    min_size=1,
    max_size=4,
)


@given(st.lists(st.tuples(ATTEMPTS, ATTEMPTS), min_size=1, max_size=12))
def test_the_parts_of_a_saving_sum_to_it(pairs: list[tuple[list[tuple[str, str, str]], ...]]) -> None:
    ledger = Ledger()
    for number, (own, baseline) in enumerate(pairs):
        ledger.add("single", f"r{number}", *baseline)
        ledger.add("routed", f"r{number}", *own)
    single, routed = compare(*ledger.tables(), baseline="single").contenders
    saving = routed.saving
    assert saving is not None
    assert single.cost
    assert routed.cost is not None
    assert saving.total.value == pytest.approx(float(1 - routed.cost / single.cost))
    parts = (saving.moved, saving.same_model, saving.unanswered, saving.overhead, saving.waste)
    moved, same, unanswered, overhead, waste = (part or 0.0 for part in parts)
    assert moved + same + unanswered - overhead - waste == pytest.approx(saving.total.value)


def test_a_baseline_without_a_bill_gives_no_saving() -> None:
    ledger = Ledger()
    ledger.add("single", "r1", ("big", "overloaded", "0"))
    ledger.add("routed", "r1", ("small", "ok", "1"))
    single, routed = compare(*ledger.tables(), baseline="single").contenders
    assert single.cost == Decimal(0)
    assert routed.saving is not None
    assert (routed.saving.total.value, routed.saving.moved) == (None, None)
    assert routed.saving.total.note == "no data: the baseline's bill is empty"
