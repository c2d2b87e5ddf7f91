import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.calls import CALLS, REQUESTS, SETTLEMENTS, Call, Outcome, RequestRow, settled_as, to_table


def a_call(**changes: object) -> Call:
    """A plain answered attempt; name what matters to the story."""
    values = dict.fromkeys(Call.__slots__)
    values |= {"scale": 1.0, "strategy": "single", "replicate": 1, "request_id": "s1.t1", "session_id": "s1", "turn": 1}
    values |= {"journey": "question", "call_id": "s1.t1/0/1", "attempt": 1, "node": "single", "purpose": "answer"}
    values |= {"model": "gpt-4o", "served": True, "due_from": "plan", "scheduled_at": 0.25, "first_token_late": False}
    values |= {"outcome": "ok", "usage_source": "reported"}
    return Call(**(values | changes))  # type: ignore[arg-type]


def test_every_outcome_settles_into_one_term_of_the_equation() -> None:
    assert {settled_as(outcome) for outcome in Outcome} == set(SETTLEMENTS)


def test_an_unknown_outcome_is_not_swallowed() -> None:
    with pytest.raises(ValueError, match="flaky"):
        settled_as("flaky")


@given(st.one_of(st.none(), st.integers(0, 2**40)), st.one_of(st.none(), st.floats(0, 1e6)))
def test_rows_survive_the_table_and_unknown_stays_null(tokens: int | None, ended: float | None) -> None:
    call = a_call(output_tokens=tokens, ended_at=ended)
    assert [Call(**row) for row in to_table([call], CALLS).to_pylist()] == [call]


def test_what_must_be_known_cannot_be_null() -> None:
    assert not CALLS.field("outcome").nullable
    assert CALLS.field("output_tokens").nullable
    assert not REQUESTS.field("attempts").nullable
    assert set(RequestRow.__slots__) == set(REQUESTS.names)
