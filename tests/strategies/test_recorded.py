"""One definition, several drivers: what was rehearsed is served again from its rows, attempt by attempt."""

from pathlib import Path

import pyarrow as pa
import pytest

from simulator import yamlfile
from simulator.errors import BadInput
from simulator.provider.limits.openai import OpenAILimits
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.scenario.scenario import load
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


def test_what_was_not_recorded_is_asked_for(trace: Trace, rehearsed: tuple[pa.Table, pa.Table]) -> None:
    recorded = Recorded(_only(rehearsed[0], "big"), scale=1.0)
    with pytest.raises(BadInput, match=r"gpt-4o-mini was not asked .*run a strategy that sends it every request"):
        offline.run({"new": tree("gpt-4o-mini", "new")}, trace.sessions(), recorded)
    classify = tree("classify: {with: gpt-4o, routes: {easy: gpt-4o, hard: gpt-4o}, otherwise: hard}", "new")
    with pytest.raises(BadInput, match="say how often gpt-4o is right, as in 92%"):
        offline.run({"new": classify}, trace.sessions(), recorded)
    with pytest.raises(BadInput, match="nothing was recorded at 3×; recorded: 1×"):
        Recorded(rehearsed[0], scale=3.0)
