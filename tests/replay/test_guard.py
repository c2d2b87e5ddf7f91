"""Guards stop in time, and only for a reason that they can name."""

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from simulator.replay.guard import crossed
from simulator.replay.plan import Guards
from simulator.replay.spend import Spend
from simulator.strategies.effects import Ask
from simulator.strategies.tariff import Tariff
from tests.replay.process import chats, plan_for, run, trace_of
from tests.replay.rig import replay, request
from tests.replay.scripted import STREAM, Scripted, answer, end, event, plain

RATES = {"m": {"input_tokens": "2", "output_tokens": "10", "cache_read_tokens": "1"}}


@pytest.mark.parametrize(("answered", "refused", "stops"), [(5, 5, False), (4, 6, True), (0, 9, False)])
def test_the_error_rate_is_judged_from_ten_requests_on(answered: int, refused: int, stops: bool):
    guards = Guards(max_error_rate=0.5, min_requests=10)
    assert (crossed(guards, {"answered": answered, "refused": refused}, []) is not None) is stops


def test_spend_counts_what_is_in_flight():
    guards = Guards(max_spend_usd="1.00")
    assert crossed(guards, {}, [("0.40", "0.20"), ("0.30", "0.09")]) is None
    assert crossed(guards, {}, [("0.40", "0.20"), ("0.30", "0.10")]) == (
        "spent $1.00 with what is in flight, at or over the limit of $1.00"
    )


def test_an_attempt_costs_its_tokens_at_the_plan_s_rates():
    """1000 input of which 400 cached, 50 output: 600·2 + 400·1 + 50·10 = 2100 $/M → $0.0021."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 50, "prompt_tokens_details": {"cached_tokens": 400}}
    with Scripted([STREAM, event(content="a"), end(**usage)]) as server:
        rows = replay(server.url, strategy="m")
    spend = Spend(Tariff(RATES))
    spend.add(rows.calls)
    assert spend.usd == Decimal("0.0021")


def test_what_is_in_flight_costs_its_plan():
    """10 prompt and 5 answer tokens: 10·2 + 5·10 = 70 $/M."""
    assert Spend(Tariff(RATES)).at_most([(request(), Ask("m", node="n"))]) == Decimal("0.000070")


def test_an_embedding_in_flight_costs_its_prompt_and_needs_no_output_rate():
    """10 prompt tokens at 3 $/M; the answer's plan does not count."""
    embedding = Ask("e", node="n", purpose="embed", max_output_tokens=1)
    assert Spend(Tariff({"e": {"input_tokens": "3"}})).at_most([(request(), embedding)]) == Decimal("0.000030")


def test_a_limit_without_rates_is_refused(tmp_path: Path):
    with pytest.raises(ValidationError, match="max_spend_usd or a budget in dollars needs rates of m"):
        plan_for(tmp_path, "http://127.0.0.1:1", chats(1, span_s=1), guards=Guards(max_spend_usd="1"))


def test_a_failing_target_is_left_with_exit_4(tmp_path: Path):
    with Scripted(answer(), answer(), plain(500)) as server:
        guards = Guards(max_error_rate=0.3, min_requests=10)
        ended = run(plan_for(tmp_path, server.url, chats(200, span_s=10), guards=guards))
        assert len(server.requests) < 100
    _, requests, facts = ended.evidence
    assert (ended.code, facts["status"]) == (4, "stopped")
    assert "were not answered, more than 30 %" in facts["reason"]
    assert "not_reached" in requests.column("final_outcome").to_pylist()


BUDGET = {"budget": {"of": "m", "otherwise": "cheap", "usd": "$0.003", "per": "1h"}}


def test_a_budget_in_dollars_turns_to_the_cheaper_way_once_it_is_spent(tmp_path: Path):
    """$0.0021 an answer, as above: the second one passes $0.003, so the third request is served by the other model."""
    usage = {"prompt_tokens": 1000, "completion_tokens": 50, "prompt_tokens_details": {"cached_tokens": 400}}
    one_by_one = trace_of(*(request(f"s{n}.t1", at=0.3 * n) for n in range(4)), span_s=2.0)
    rates = RATES | {"cheap": RATES["m"]}
    with Scripted([STREAM, event(content="a"), end(**usage)]) as server:
        ended = run(plan_for(tmp_path, server.url, one_by_one, strategies={"single": BUDGET}, usd_per_million=rates))
    assert ended.code == 0
    assert ended.evidence[0]["model"].to_pylist() == ["m", "m", "cheap", "cheap"]


def test_a_budget_in_dollars_without_rates_is_refused(tmp_path: Path):
    with pytest.raises(ValidationError, match="a budget in dollars needs rates of cheap, m"):
        plan_for(tmp_path, "http://127.0.0.1:1", chats(1, span_s=1), strategies={"single": BUDGET})
