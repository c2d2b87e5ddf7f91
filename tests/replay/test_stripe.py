"""However many processes there are, together they play the plan and no more."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.replay.stripe import Stripe


@given(st.integers(1, 9), st.none() | st.integers(1, 30), st.integers(0, 40))
def test_every_session_has_one_process_and_users_add_up(shards: int, users: int | None, sessions: int):
    stripes = [Stripe(shard, shards, users) for shard in range(shards)]
    taken = [session for stripe in stripes for session in stripe.of(range(sessions))]
    assert sorted(taken) == list(range(sessions))
    assert all(stripe.own_users for stripe in stripes if stripe.of(range(sessions)) and users is not None)
    if users is not None:
        assert sum(stripe.own_users or 0 for stripe in stripes) == users


def test_a_process_keeps_the_shape_of_the_whole():
    assert Stripe(1, 3).of("abcdefgh") == ["b", "e", "h"]
    assert [Stripe(shard, 3, users=2).own_users for shard in range(3)] == [1, 1, 0]


def test_three_users_on_two_processes_have_a_third_of_the_sessions_each():
    assert [Stripe(shard, 2, users=3).of("abcdef") for shard in range(2)] == [["a", "c", "d", "f"], ["b", "e"]]
    assert [Stripe(shard, 2, users=3).own_users for shard in range(2)] == [2, 1]
