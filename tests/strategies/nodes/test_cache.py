from dataclasses import replace

import pytest

from simulator.strategies import offline
from simulator.strategies.drive import Answer
from tests.strategies.scripted import REQUEST, sent, serve, tree


def test_a_hit_makes_no_call_and_takes_the_lookup() -> None:
    served = serve(tree("cache: {of: big, hits: 100%, lookup: 20ms}"))
    assert (served.attempts, served.reply.ok, served.ended_at) == ([], True, pytest.approx(0.02))


def test_a_miss_takes_the_lookup_too() -> None:
    served = serve(tree("cache: {of: big, hits: 0%, lookup: 20ms}"), "done")
    assert (sent(served), served.ended_at) == ([("big", "answer", 0, 1)], pytest.approx(1.02))


def test_a_hit_is_answered_but_no_row_of_the_ledger_is_served() -> None:
    node = tree("cache: {of: big, hits: 30%}", "cached")
    sessions = [[replace(REQUEST, request_id=f"r{n}", session_id=f"s{n}")] for n in range(1000)]
    calls, requests = offline.run({"cached": node}, sessions, lambda ask, turn: Answer())
    assert set(requests["final_outcome"].to_pylist()) == {"ok"}
    assert 250 <= requests["served_call_id"].null_count <= 350
    assert calls.num_rows == 1000 - requests["served_call_id"].null_count
