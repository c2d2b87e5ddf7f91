"""One definition, several drivers: what was rehearsed is served again from its rows, attempt by attempt."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from simulator import yamlfile
from simulator.errors import BadInput
from simulator.pricing.book import PriceBook
from simulator.provider.limits.openai import OpenAILimits
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.scenario.scenario import load
from simulator.spend.bill import call_costs
from simulator.strategies import offline
from simulator.strategies.node import Node
from simulator.strategies.recorded import Assumed, Recorded
from simulator.traffic.generate import generate
from simulator.traffic.request import Request
from simulator.traffic.trace import Trace
from tests.strategies.scripted import tree

SCENARIOS = Path(__file__).parents[2] / "scenarios"
STRATEGIES = {
    "big": tree("retry: {of: gpt-4o, times: 2}", "big"),
    "small": tree("retry: {of: gpt-4o-mini, times: 2}", "small"),
    "routed": tree(
        "retry: {of: {classify: {with: gpt-4o-mini, sees: last_turn, routes: {easy: gpt-4o-mini, hard: gpt-4o},"
        " otherwise: hard}}}",
        "routed",
    ),
    "judged": tree(
        "cascade: {of: [gpt-4o-mini, gpt-4o], judge: {with: gpt-4o-mini}, accept: {assumed: {easy: 90%}}}", "judged"
    ),
}


@pytest.fixture(scope="module")
def profile() -> Profile:
    """The shipped provider with quotas so small that many calls are refused and retried."""
    hosted = yamlfile.load(SCENARIOS / "staging/hosted.yaml", Profile)
    limits = OpenAILimits(style="openai", requests_per_minute=10_000, tokens_per_minute=60_000)
    model = hosted.model("gpt-4o").model_copy(update={"limits": limits})
    return hosted.model_copy(update={"models": {**hosted.models, "gpt-4o": model}})


@pytest.fixture(scope="module")
def trace() -> Trace:
    return generate(load(SCENARIOS / "support-chat.yaml").traffic, span_s=40.0, seed=5)


@pytest.fixture(scope="module")
def rehearsed(trace: Trace, profile: Profile) -> tuple[pa.Table, pa.Table]:
    return rehearse(trace, STRATEGIES, profile, scale=1.0, seed=5)


ATTEMPTS = ["call_id", "attempt", "node", "purpose", "model", "served", "outcome", "input_tokens"]


def _rows(table: pa.Table, strategy: str, columns: list[str]) -> list[tuple[object, ...]]:
    return sorted(tuple(row[name] for name in columns) for row in table.to_pylist() if row["strategy"] == strategy)


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_replies_give_the_same_attempts(name: str, trace: Trace, rehearsed: tuple[pa.Table, pa.Table]) -> None:
    calls, requests = rehearsed
    again, answered = offline.run(
        {name: STRATEGIES[name]}, trace.sessions(), Recorded(calls, scale=1.0), scale=1.0, seed=5
    )
    assert _rows(again, name, ATTEMPTS) == _rows(calls, name, ATTEMPTS)
    settled = ["request_id", "final_outcome", "attempts"]
    assert _rows(answered, name, settled) == _rows(requests, name, settled)
    if name == "big":
        assert "rate_limited" in again["outcome"].to_pylist()  # or the quotas are too wide to test anything


def _only(calls: pa.Table, *strategies: str) -> pa.Table:
    return calls.filter(pa.array([name in strategies for name in calls["strategy"].to_pylist()]))


def _whole(trace: Trace, recorded: Recorded, node: Node) -> list[list[Request]]:
    return [session for session in trace.sessions() if recorded.covers(session, node.models())]


def test_a_strategy_that_was_not_run_is_worked_out_from_the_models_that_were(
    trace: Trace, rehearsed: tuple[pa.Table, pa.Table]
) -> None:
    calls = _only(rehearsed[0], "big", "small")
    node = tree("classify: {with: gpt-4o-mini, routes: {easy: gpt-4o-mini, hard: gpt-4o}, otherwise: hard}", "new")
    recorded = Recorded(calls, scale=1.0, assumed=Assumed(label_accuracy=0.9, seed=1))
    sessions = _whole(trace, recorded, node)
    found = offline.run({"new": node}, sessions, recorded)[0].to_pylist()
    assert 50 < len(sessions) <= len(trace.sessions())
    assert {row["usage_source"] for row in found if row["purpose"] == "classify"} == {"assumed"}
    known = {(row["request_id"], row["model"], row["output_tokens"]) for row in calls.to_pylist()}
    answers = {(row["request_id"], row["model"], row["output_tokens"]) for row in found if row["purpose"] == "answer"}
    assert answers
    assert answers <= known


def test_a_prompt_that_the_strategy_changes_is_derived_and_says_so(
    trace: Trace, rehearsed: tuple[pa.Table, pa.Table]
) -> None:
    node = tree("retrieve: {of: gpt-4o-mini, chunks: 2, chunk_tokens: 100}", "new")
    session = trace.sessions()[0]
    (row, *_) = offline.run({"new": node}, [session], Recorded(_only(rehearsed[0], "small"), scale=1.0))[0].to_pylist()
    assert (row["input_tokens"], row["usage_source"]) == (session[0].input_tokens + 200, "assumed")


def test_a_new_message_alone_is_read_in_full_and_from_no_cache(
    trace: Trace, rehearsed: tuple[pa.Table, pa.Table]
) -> None:
    """With a summary of 40 tokens in place of the history, its prompt begins otherwise than the recorded one."""
    node, recorded = tree("compress: {of: gpt-4o-mini, over: 0, to: 40}", "new"), Recorded(rehearsed[0], scale=1.0)
    session = next(one for one in _whole(trace, recorded, node) if len(one) > 1)
    rows = offline.run({"new": node}, [session], recorded)[0].to_pylist()
    assert [row["input_tokens"] for row in rows] == [request.parts[-1] + 40 for request in session]
    assert {row["cache_read_tokens"] for row in rows} == {0}


def test_what_was_not_recorded_is_asked_for(trace: Trace, rehearsed: tuple[pa.Table, pa.Table]) -> None:
    recorded = Recorded(_only(rehearsed[0], "big"), scale=1.0)
    with pytest.raises(BadInput, match=r"gpt-4o-mini was not asked .*run a strategy that sends it every request"):
        offline.run({"new": tree("gpt-4o-mini", "new")}, trace.sessions(), recorded)
    classify = tree("classify: {with: gpt-4o, routes: {easy: gpt-4o, hard: gpt-4o}, otherwise: hard}", "new")
    with pytest.raises(BadInput, match="say how often gpt-4o is right, as in --label-accuracy 92%"):
        offline.run({"new": classify}, trace.sessions(), recorded)
    with pytest.raises(BadInput, match="nothing was recorded at 3×; recorded: 1×"):
        Recorded(rehearsed[0], scale=3.0)


def test_what_a_classifier_said_in_a_run_of_before_labels_were_kept_is_not_guessed(
    trace: Trace, rehearsed: tuple[pa.Table, pa.Table]
) -> None:
    """Rows told it only by the branch that was called next, and of labels below labels they told it wrong."""
    calls = _only(rehearsed[0], "routed")
    assert {row["label"] for row in calls.to_pylist() if row["purpose"] == "classify"} == {"easy", "hard"}
    place = calls.schema.get_field_index("label")
    before = calls.set_column(place, calls.schema.field(place), pa.nulls(len(calls), pa.string()))
    with pytest.raises(BadInput, match=r"routed.retry.classify: what it said was not kept by the version"):
        offline.run({"routed": STRATEGIES["routed"]}, trace.sessions()[:1], Recorded(before, scale=1.0))


def test_a_batch_has_the_recorded_tokens_its_own_tier_and_its_deadline(
    trace: Trace, rehearsed: tuple[pa.Table, pa.Table]
) -> None:
    small = _only(rehearsed[0], "small")
    node, session = tree("batch: {of: gpt-4o-mini, deadline: 2h}", "later"), trace.sessions()[:1]
    found = offline.run({"later": node}, session, Recorded(small, scale=1.0))[0].to_pylist()
    served = {row["request_id"]: row for row in small.to_pylist() if row["served"]}
    for row in found:
        assert (row["tier"], row["usage_source"], row["cache_read_tokens"]) == ("batch", "assumed", 0)
        assert (row["first_token_at"], row["ended_at"] - row["sent_at"]) == (None, 7200.0)
        assert row["output_tokens"] == served[row["request_id"]]["output_tokens"]


def test_what_takes_a_declared_time_is_the_same_in_virtual_time_and_offline(trace: Trace, profile: Profile) -> None:
    forms = {
        "later": "split: {parts: {now: {share: 50%, of: gpt-4o}, later: {share: 50%, of: {batch: gpt-4o}}}}",
        "helped": "cascade: {of: [gpt-4o-mini, {human: {cost: $4.50, takes: 6m}}], accept: {assumed: {easy: 80%}}}",
    }
    nodes = {name: tree(form, name) for name, form in forms.items()}
    calls, requests = rehearse(trace, nodes, profile, scale=1.0, seed=5)
    again, answered = offline.run(nodes, trace.sessions(), Recorded(calls, scale=1.0), scale=1.0, seed=5)
    columns = [*ATTEMPTS, "output_tokens", "provider", "tier", "usage_source", "first_token_at", "ended_at"]
    for name in nodes:
        assert _rounded(_rows(again, name, columns)) == _rounded(_rows(calls, name, columns))
        assert _rows(answered, name, ["request_id", "final_outcome"]) == _rows(
            requests, name, ["request_id", "final_outcome"]
        )
    assert {"batch", "$4.50/case"} <= set(calls["tier"].to_pylist())
    at = datetime(2026, 12, 1, tzinfo=UTC)
    costs = [sorted(map(str, call_costs(table, PriceBook.load(), at=at))) for table in (calls, again)]
    assert costs[0] == costs[1]
    assert "None" not in costs[0]


def _rounded(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [tuple(round(cell, 6) if isinstance(cell, float) else cell for cell in row) for row in rows]


def test_an_answer_to_a_longer_prompt_stands_for_no_other(trace: Trace, profile: Profile) -> None:
    """A rule on length was foretold at the tokens of a neighbour that put 2,000 tokens of passages into each prompt."""
    nodes = {"big": STRATEGIES["big"], "rag": tree("retrieve: {of: gpt-4o-mini}", "rag"), "few": STRATEGIES["small"]}
    calls, _ = rehearse(trace, nodes, profile, scale=1.0, seed=5)
    session, alone = trace.sessions()[:1], tree("gpt-4o-mini", "new")
    found = offline.run({"new": alone}, session, Recorded(calls, scale=1.0))[0]["input_tokens"].to_pylist()
    assert found == [request.input_tokens for request in session[0]]
    without = Recorded(_only(calls, "big", "rag"), scale=1.0)
    assert not without.covers(session[0], {"gpt-4o-mini"})
    with pytest.raises(BadInput, match=r"gpt-4o-mini was not asked"):
        offline.run({"new": alone}, session, without)
    again = offline.run({"rag": nodes["rag"]}, session, without)[0]["input_tokens"].to_pylist()
    assert again == [request.input_tokens + 2000 for request in session[0]]


def test_what_won_a_race_stands_for_no_other(trace: Trace, profile: Profile) -> None:
    """A hedge was foretold 23 % too quick to its first token from the winners of another race, which asked most."""
    nodes = {"raced": tree("race: [gpt-4o-mini, gpt-4o-mini]", "raced"), "few": STRATEGIES["small"]}
    calls, _ = rehearse(trace, nodes, profile, scale=1.0, seed=5)
    plain = tree("gpt-4o-mini", "new")
    assert not any(Recorded(_only(calls, "raced"), scale=1.0).covers(one, {"gpt-4o-mini"}) for one in trace.sessions())
    session = trace.sessions()[:1]
    (row, *_) = offline.run({"new": plain}, session, Recorded(calls, scale=1.0))[0].to_pylist()
    (alone, *_) = [one for one in _only(calls, "few").to_pylist() if one["request_id"] == row["request_id"]]
    assert row["ended_at"] - row["sent_at"] == pytest.approx(alone["ended_at"] - alone["sent_at"])
