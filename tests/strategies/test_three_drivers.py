"""One definition, three drivers: the same strategy live over HTTP, in virtual time and over the recorded rows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import assume, given, settings

from simulator.calls import CALLS, to_table
from simulator.endpoint import embedded
from simulator.pricing.book import PriceBook
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.replay.plan import Target
from simulator.scenario.quality import Validator
from simulator.spend.bill import call_costs
from simulator.strategies import offline
from simulator.strategies.node import parse as parse_node
from simulator.strategies.recorded import Recorded
from simulator.strategies.tree import bind
from simulator.traffic.request import Request
from simulator.yamlfile import parse
from tests.provider.profiles import latency, profile
from tests.replay.rig import replay
from tests.strategies.scripted import tree
from tests.strategies.trees import trees

QUICK = {"first_token": latency("5ms"), "per_token": latency("0.1ms"), "label_accuracy": 0.8}
PROFILE = profile(
    dict.fromkeys(("gpt-4o", "text-embedding-3-small"), QUICK) | {"gpt-4o-mini": QUICK | {"validity": 0.6}}
)
FAILING = profile(
    dict.fromkeys(("gpt-4o", "text-embedding-3-small"), QUICK) | {"gpt-4o-mini": QUICK | {"validity": 0.6}},
    faults=[
        {"kind": "status", "status": 429, "rate": "8%"},
        {"kind": "status", "status": 500, "rate": "5%"},
        {"kind": "cut", "rate": "5%"},
        {"kind": "hang", "rate": "2%"},
    ],
)
FORM = {"response_format": {"type": "json_object"}}
VALID = Validator.model_validate("json")
SESSIONS = [
    [
        Request(
            f"s{n}.t{turn}",
            f"s{n}",
            turn,
            "chat",
            0.01 * n if turn == 1 else None,
            0.0,
            input_tokens=60 * turn + n,
            output_tokens=5 + n,
            parts=(60 * (turn - 1) + n, 60),
            difficulty=("easy", "hard")[n % 2],
        )
        for turn in (1, 2)
    ]
    for n in range(8)
]
STRATEGIES = {
    "single": "retry: gpt-4o",
    "split": "split: {by: session, parts: {a: {share: 50%, of: gpt-4o}, b: {share: 50%, of: gpt-4o-mini}}}",
    "route": "route: {branches: [{when: turn > 1, use: gpt-4o-mini}], otherwise: {fallback: [gpt-4o, gpt-4o-mini]}}",
    "classify": "classify: {with: gpt-4o-mini, sees: last_turn, routes: {easy: gpt-4o-mini, hard: gpt-4o},"
    " otherwise: hard}",
    "cascade": "cascade: {of: [gpt-4o-mini, gpt-4o], judge: {with: gpt-4o-mini}, accept: {assumed: {easy: 90%}}}",
    "checked": "cascade: {of: [gpt-4o-mini, gpt-4o], accept: valid}",
    "score": "score: {weak: gpt-4o-mini, strong: gpt-4o, threshold: 50%, auc: 80%}",
    "cache": "cache: {hits: 40%, of: gpt-4o}",
    "semantic": "semantic: {with: text-embedding-3-small, hits: 40%, of: gpt-4o}",
    "retrieve": "retrieve: {with: text-embedding-3-small, of: gpt-4o-mini, chunks: 2, chunk_tokens: 50, search: 5ms}",
    "compress": "compress: {over: 100, to: 40, with: gpt-4o-mini, of: gpt-4o}",
    "labels below labels": "classify: {with: gpt-4o-mini, routes: {easy: {classify: {with: gpt-4o-mini, routes: {easy:"
    " gpt-4o-mini, hard: gpt-4o}, otherwise: hard}}, hard: gpt-4o}, otherwise: hard}",
    "rejected, then stored": "cascade: {of: [gpt-4o-mini, {cache: {hits: 60%, of: gpt-4o}}], judge: {with: gpt-4o}}",
    "human": "cascade: {of: [gpt-4o-mini, {human: {cost: $4.50, takes: 50ms}}], accept: {assumed: {easy: 90%}}}",
    "budget": "budget: {of: gpt-4o, otherwise: gpt-4o-mini, usd: $100, per: 1h}",
}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    file = tmp_path_factory.mktemp("staging") / "profile.yaml"
    file.write_text(PROFILE, encoding="utf-8")
    with embedded(file, seed=1) as url:
        yield url + "/v1"


class Plan:
    """The part of a trace that a rehearsal reads."""

    def sessions(self) -> list[list[Request]]:
        return SESSIONS


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_same_replies_give_the_same_attempts_and_the_same_dollars(name: str, endpoint: str) -> None:
    node, book = tree(STRATEGIES[name], "it"), PriceBook.load()
    told = {"target": Target(base_url=endpoint, body=FORM), "validator": VALID}
    live = replay(endpoint, *SESSIONS, strategy=node, simulated=True, **told)
    sent = to_table(live.calls, CALLS)
    rates = book.usd_per_million(node.models(), at=AT)
    virtual, _ = rehearse(
        Plan(),  # type: ignore[arg-type]
        {"it": node},
        parse(PROFILE, Profile, name="profile.yaml"),
        scale=1.0,
        seed=1,
        usd_per_million=rates,
        body=FORM,
        validator=VALID,
    )
    again, requests = offline.run({"it": node}, SESSIONS, Recorded(sent, scale=1.0), seed=1)
    assert set(requests["final_outcome"].to_pylist()) == {"ok"}
    assert _attempts(sent) == _attempts(virtual) == _attempts(again)
    assert "unpriced" not in _dollars(sent, book)
    assert _dollars(sent, book) == _dollars(virtual, book) == _dollars(again, book)


@settings(max_examples=60)
@given(spec=trees("gpt-4o", "gpt-4o-mini", "text-embedding-3-small"))
def test_any_strategy_is_worked_out_from_its_own_rows_as_it_was_rehearsed(spec: Any) -> None:
    """Failures, retries and labels below labels too: found nested classifiers whose labels were guessed wrong."""
    node, book = bind("it", parse_node(spec)), PriceBook.load()
    failing = parse(FAILING, Profile, name="profile.yaml")
    rehearsed, _ = rehearse(Plan(), {"it": node}, failing, scale=1.0, seed=1, body=FORM, validator=VALID)  # type: ignore[arg-type]
    assume(len(rehearsed))  # a store or a person may have answered all
    again, _ = offline.run({"it": node}, SESSIONS, Recorded(rehearsed, scale=1.0), seed=1)
    assert _attempts(rehearsed) == _attempts(again)
    assert _dollars(rehearsed, book) == _dollars(again, book)


AT = datetime(2026, 12, 1, tzinfo=UTC)
COLUMNS = ["call_id", "attempt", "node", "purpose", "model", "tier", "served", "outcome", "valid", "label"]
COUNTS = ["input_tokens", "cache_read_tokens", "output_tokens"]


def _attempts(calls: pa.Table) -> list[tuple[object, ...]]:
    rows = sorted(calls.select([*COLUMNS, *COUNTS]).to_pylist(), key=lambda row: str(row["call_id"]))
    return [tuple(row[name] for name in COLUMNS) + tuple(row[name] or 0 for name in COUNTS) for row in rows]


def _dollars(calls: pa.Table, book: PriceBook) -> list[str]:
    return sorted("unpriced" if cost is None else f"{cost:f}" for cost in call_costs(calls, book, at=AT))
