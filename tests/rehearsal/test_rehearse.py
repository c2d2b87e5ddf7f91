"""Strategies in virtual time: the ledger's rows, retries, timeouts, races, skipped turns, determinism."""

import json
from collections import Counter
from pathlib import Path

import pytest

from simulator.calls import CALLS, REQUESTS
from simulator.errors import BadInput
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import Patience, rehearse
from simulator.strategies.effects import Ask, Race
from simulator.strategies.node import parse
from simulator.strategies.tree import bind
from simulator.traffic.request import Request
from simulator.yamlfile import load
from simulator.yamlfile import parse as parse_yaml
from tests.provider.profiles import EXACT

HOSTED = Path(__file__).parents[2] / "scenarios/staging/hosted.yaml"


class Sessions:
    """The part of a trace that a rehearsal reads."""

    def __init__(self, *sessions):
        self._sessions = list(sessions)

    def sessions(self):
        return self._sessions


def asked(name="r1", *, at=0.0, turn=1, think_s=0.0, output_tokens=11, **more):
    return Request(name, more.pop("session", "s1"), turn, "chat", at, think_s, 100, output_tokens, **more)


def run(trace, **strategies):
    profile = parse_yaml(strategies.pop("profile", EXACT), Profile, name="profile.yaml")
    told = {"patience": strategies.pop("patience", Patience()), "usd_per_million": strategies.pop("rates", None)}
    nodes = {name: form if isinstance(form, Hedge) else bind(name, parse(form)) for name, form in strategies.items()}
    calls, requests = rehearse(trace, nodes, profile, scale=1, seed=1, **told)
    assert (calls.schema, requests.schema) == (CALLS, REQUESTS)
    return calls.to_pylist(), requests.to_pylist()


def test_one_call_is_one_row_with_its_times_and_assumed_usage():
    (call,), (request,) = run(Sessions([asked(at=1.0)]), only="small")
    assert (call["sent_at"], call["first_token_at"], call["ended_at"]) == (1.0, 1.1, pytest.approx(1.2))
    assert (call["input_tokens"], call["output_tokens"], call["usage_source"]) == (100, 11, "assumed")
    assert (call["status"], call["outcome"], call["served"], call["call_id"]) == (200, "ok", True, "r1/0/1")
    assert (request["final_outcome"], request["attempts"], request["served_call_id"]) == ("ok", 1, "r1/0/1")


def test_the_next_turn_waits_for_the_answer_and_its_think_time():
    second = asked("r2", at=None, turn=2, think_s=3.0)
    calls, requests = run(Sessions([asked(), second]), only="small")
    assert [row["sent_at"] for row in calls] == [0.0, pytest.approx(3.2)]
    assert [row["due_from"] for row in requests] == ["plan", "previous"]


def test_a_refused_turn_ends_its_session():
    trace = Sessions([asked("r1")], [asked("r2", session="s2"), asked("r3", session="s2", at=None, turn=2)])
    calls, requests = run(trace, only="scarce")
    assert [(row["request_id"], row["final_outcome"]) for row in requests] == [
        ("r2", "rate_limited"),
        ("r3", "skipped"),
        ("r1", "ok"),
    ]
    refused = next(row for row in calls if row["outcome"] == "rate_limited")
    assert (refused["status"], refused["input_tokens"], refused["retry_after_s"]) == (429, None, pytest.approx(1.0))


def test_a_retry_obeys_the_time_that_the_refusal_names():
    trace = Sessions([asked("r1")], [asked("r2", session="s2")])
    calls, requests = run(trace, only={"retry": {"of": "scarce", "times": 2, "backoff": "10ms"}})
    assert {row["final_outcome"] for row in requests} == {"ok"}
    second = [row for row in calls if row["request_id"] == "r2"]
    assert [row["outcome"] for row in second] == ["rate_limited", "ok"]
    assert [row["after_call_id"] for row in second] == [None, "r2/0/1"]
    assert second[1]["sent_at"] >= 1.0


def test_a_full_machine_is_unavailable():
    calls, _ = run(Sessions([asked("r1")], [asked("r2", session="s2")]), only="crowded")
    assert Counter(row["outcome"] for row in calls) == {"ok": 1, "unavailable": 1}


@pytest.mark.parametrize(
    ("patience", "outcome", "ended_at", "wrote"),
    [
        (Patience(first_token_s=1.0), "first_token_timeout", 1.0, 0),
        (Patience(total_s=2.05), "total_timeout", 2.05, 6),
        (Patience(first_token_s=2.0, total_s=2.2), "ok", 2.1, 11),
    ],
)
def test_a_client_that_waits_no_longer_has_still_used_tokens(patience, outcome, ended_at, wrote):
    (call,), (request,) = run(Sessions([asked()]), only="slow", patience=patience)
    assert (call["outcome"], request["final_outcome"]) == (outcome, outcome)
    assert (call["ended_at"], call["output_tokens"]) == (pytest.approx(ended_at), wrote)


def test_a_provider_that_notices_late_has_written_more():
    exact = json.loads(EXACT) | {"cancel": {"notice": "50ms"}}
    (call,), _ = run(Sessions([asked()]), profile=json.dumps(exact), only="slow", patience=Patience(total_s=2.025))
    assert (call["outcome"], call["ended_at"], call["output_tokens"]) == ("total_timeout", 2.025, 8)


class Hedge:
    """A race of asks, as a node would run it."""

    def __init__(self, *models):
        self.asked = models

    def models(self):
        return set(self.asked)

    def counts_dollars(self):
        return False

    def reads_answers(self):
        return False

    def serve(self, turn):
        asks = tuple(Ask(model, "hedge", call=turn.next_call()) for model in self.asked)
        return (yield Race(asks, after=0.5))


def test_the_first_answer_wins_a_race_and_the_rest_is_cancelled():
    calls, requests = run(Sessions([asked()]), hedged=Hedge("slow", "small"))
    assert [(row["model"], row["outcome"], row["served"]) for row in calls] == [
        ("slow", "cancelled", False),
        ("small", "ok", True),
    ]
    assert [row["ended_at"] for row in calls] == [pytest.approx(0.7), pytest.approx(0.7)]
    assert requests[0]["served_call_id"] == "r1/1/1"


def test_a_racer_that_answers_in_time_runs_alone():
    calls, _ = run(Sessions([asked()]), hedged=Hedge("small", "slow"))
    assert [row["model"] for row in calls] == ["small"]


def test_a_race_that_everybody_loses_ends_with_the_last():
    trace = Sessions([asked("r0", session="s0")], [asked("r1")])
    calls, requests = run(trace, hedged=Hedge("crowded", "crowded"))
    lost = [row for row in calls if row["outcome"] == "unavailable"]
    assert len(lost) in (1, 2)
    assert {row["final_outcome"] for row in requests} <= {"ok", "unavailable"}


def test_a_classifier_reads_the_last_turn_and_its_rubric_and_answers_one_label():
    form = {"classify": {"with": "small", "rubric_tokens": 30, "sees": "last_turn", "otherwise": "hard"}}
    form["classify"]["routes"] = {"easy": "small", "hard": "slow"}
    calls, _ = run(Sessions([asked(parts=(60, 40), difficulty="hard")]), routed=form)
    assert [(row["purpose"], row["model"], row["input_tokens"], row["output_tokens"]) for row in calls] == [
        ("classify", "small", 70, 1),
        ("answer", "slow", 100, 11),
    ]


@pytest.mark.parametrize(
    ("fault", "outcome", "ended_at", "wrote"),
    [
        ({"kind": "status", "status": 500}, "server_error", 0.0, None),
        ({"kind": "status", "status": 401}, "client_error", 0.0, None),
        ({"kind": "reset"}, "connect", 0.0, None),
        ({"kind": "hang", "seconds": "30s"}, "connect", 30.0, None),
        ({"kind": "cut", "after_tokens": 6}, "truncated", 0.15, 6),
        ({"kind": "stream_error", "after_tokens": 6}, "error_in_stream", 0.15, 6),
        ({"kind": "malformed"}, "malformed", 0.2, 11),
        ({"kind": "missing_done"}, "ok", 0.2, 11),
        ({"kind": "slow_headers", "seconds": "5s"}, "ok", 5.0, 11),
        ({"kind": "stall", "after_tokens": 1, "seconds": "2s"}, "ok", 2.109, 11),
        ({"kind": "brownout", "slower": 3}, "ok", 0.6, 11),
    ],
)
def test_faults_are_what_a_client_would_see(fault, outcome, ended_at, wrote):
    exact = json.loads(EXACT) | {"faults": [fault]}
    (call,), _ = run(Sessions([asked()]), profile=json.dumps(exact), only="small")
    assert (call["outcome"], call["output_tokens"]) == (outcome, wrote)
    assert call["ended_at"] == pytest.approx(ended_at, abs=0.001)


def test_a_retry_gets_past_a_fault_that_hits_the_first_attempt():
    exact = json.loads(EXACT) | {"faults": [{"kind": "status", "status": 503, "attempts": 1}]}
    retry = {"retry": {"of": "small", "times": 2, "backoff": "100ms"}}
    calls, requests = run(Sessions([asked()]), profile=json.dumps(exact), only=retry)
    assert [row["outcome"] for row in calls] == ["unavailable", "ok"]
    assert requests[0]["final_outcome"] == "ok"


def test_an_answer_from_a_store_is_no_call_and_takes_its_look_up():
    form = {"cache": {"of": "small", "hits": "100%", "lookup": "40ms"}}
    trace = Sessions([asked("r1"), asked("r2", at=None, turn=2, think_s=1.0)])
    calls, requests = run(trace, only=form)
    assert calls == []
    assert [(row["final_outcome"], row["served_call_id"], row["attempts"]) for row in requests] == [("ok", None, 0)] * 2
    assert [row["ended_at"] for row in requests] == [pytest.approx(0.04), pytest.approx(1.08)]


def test_strategies_meet_the_same_arrivals_and_do_not_disturb_each_other():
    trace = Sessions(*[[asked(f"r{index}", session=f"s{index}", at=index * 0.01)] for index in range(50)])
    together, _ = run(trace, one="scarce", two="small")
    alone, _ = run(trace, two="small")
    assert [row for row in together if row["strategy"] == "two"] == alone


def test_the_same_arguments_give_the_same_tables_and_another_seed_gives_others():
    trace = Sessions(*[[asked(f"r{index}", session=f"s{index}", at=index * 0.05)] for index in range(40)])
    profile, nodes = load(HOSTED, Profile), {"single": bind("single", parse("gpt-4o"))}
    first, again, other = (rehearse(trace, nodes, profile, scale=1, seed=seed) for seed in (7, 7, 8))
    assert first[0].equals(again[0])
    assert first[1].equals(again[1])
    assert not first[0].equals(other[0])


def test_a_model_that_the_profile_does_not_serve_is_named():
    with pytest.raises(BadInput, match="serves no model 'gpt-9'"):
        run(Sessions([asked()]), only="gpt-9")


RATES = {model: {"input_tokens": "2", "output_tokens": "10"} for model in ("small", "slow")}


def test_a_budget_in_dollars_counts_what_the_tariff_says():
    """100 prompt and 11 answer tokens: 100·2 + 11·10 = 310 $/M. The second answer passes $0.0005."""
    budget = {"budget": {"of": "small", "otherwise": "slow", "usd": "$0.0005", "per": "1h"}}
    sessions = Sessions(*([asked(f"r{n}", session=f"s{n}", at=float(5 * n))] for n in range(4)))
    calls, _ = run(sessions, only=budget, rates=RATES)
    assert [call["model"] for call in calls] == ["small", "small", "slow", "slow"]
    with pytest.raises(BadInput, match="only: a budget in dollars needs the rates of slow, small"):
        run(sessions, only=budget)
