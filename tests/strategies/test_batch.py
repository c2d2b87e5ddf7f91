"""The column form of a strategy is its `serve`, a million requests at a time: held equal, call by call."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.calls import Outcome
from simulator.errors import BadInput
from simulator.provider.answers import LABEL_TOKENS, label
from simulator.strategies.batch import Batch, Evaluation, Known
from simulator.strategies.drive import Answer, Answers, drive
from simulator.strategies.effects import BATCH, EMBED, Ask, Turn
from simulator.strategies.node import NoColumns, Node, parse
from simulator.strategies.tree import bind
from simulator.traffic import keys
from simulator.traffic.request import Request
from tests.strategies.scripted import REQUEST, tree
from tests.strategies.trees import trees

STRATEGIES = [
    "big",
    "retry: {fallback: [small, big]}",
    "classify: {with: small, sees: last_turn, routes: {easy: small, hard: big}, otherwise: hard}",
    "classify: {with: big, routes: {easy: small, medium: small, hard: {retry: big}}, otherwise: hard}",
    "route: {branches: [{when: input_tokens > 600, use: big}, {when: journey = a and turn < 2, use: small}],"
    " otherwise: {retrieve: {of: small, chunks: 2}}}",
    "split: {parts: {x: {share: 30%, of: small}, y: {share: 70%, of: big}}, by: user}",
    "cache: {hits: 40%, of: {split: {parts: {x: {share: 0.5, of: small}, y: {share: 0.5, of: big}}, by: request}}}",
    "semantic: {with: tiny, hits: 40%, of: {route: {branches: [{when: turn < 2, use: small}], otherwise: big}}}",
    "retrieve: {with: tiny, of: {route: {branches: [{when: turn < 2, use: small}], otherwise: big}}}",
    "cascade: [small, big]",
    "cascade: {of: [{cache: {hits: 20%, of: small}}, {human: {cost: $4, takes: 6m}}, big], accept: valid}",
    "cascade: {of: [small, big, big], accept: valid, judge: {with: small}}",
    "batch: {of: {cascade: {of: [small, {retry: big}], judge: {with: small}}}, deadline: 2h}",
    "split: {parts: {now: {share: 40%, of: big}, later: {share: 60%, of: {batch: {classify: {with: small,"
    " routes: {easy: {retrieve: {with: tiny, of: small}}, hard: big}, otherwise: hard}}}}}, by: request}",
    "cascade: {of: [{batch: small}, {batch: {of: {batch: {of: big, deadline: 1h}}, deadline: 2h}}, {human: {cost: $4,"
    " takes: 6m}}], accept: {assumed: {easy: 80%, hard: 30%}}}",
    "cascade: {of: [small, {human: {cost: $4.50, takes: 6m}}], accept: {assumed: {easy: 80%, hard: 30%}}}",
    "score: {weak: small, strong: {retry: big}, threshold: 40%, auc: 85%}",
    "cascade: {of: [small, big, big], accept: {assumed: {easy: 80%, hard: 30%}}}",
    "cascade: {of: [{retrieve: {of: small}}, big], judge: {with: small, rubric_tokens: 50}}",
    "classify: {with: small, routes: {easy: {cascade: {of: [small, big], judge: {with: big}}}, hard: big},"
    " otherwise: hard}",
]

requests = st.builds(
    Request,
    request_id=st.uuids().map(str),
    session_id=st.sampled_from(["s1", "s2", "s3"]),
    turn=st.integers(1, 3),
    journey=st.sampled_from(["a", "b"]),
    at=st.just(0.0),
    think_s=st.just(0.0),
    input_tokens=st.integers(100, 1200),
    output_tokens=st.integers(1, 300),
    user=st.none() | st.sampled_from(["u1", "u2"]),
    difficulty=st.none() | st.sampled_from(["easy", "hard"]),
)


def _known(rng: np.random.Generator, count: int) -> Known:
    seconds = rng.lognormal(0.5, 0.5, count)
    return Known(
        seconds=seconds,
        first_token=seconds * rng.random(count),
        input_tokens=rng.integers(100, 2000, count),
        output_tokens=rng.integers(1, 300, count),
        finished=rng.random(count) < 0.7,
        valid=rng.random(count) < 0.8,
        label_seconds=seconds * rng.random(count),
        label_accuracy=0.7,
    )


def _batch(rows: list[Request], seed: int) -> Batch:
    rng = np.random.default_rng(seed)
    names = ("input_tokens", "output_tokens", "turn", "journey", "difficulty")
    return Batch(
        seed=seed,
        requests=keys.fold(pa.array([row.request_id for row in rows])),
        sessions=keys.fold(pa.array([row.session_id for row in rows])),
        users=keys.fold(pa.array([row.user or row.session_id for row in rows])),
        fields={name: np.array([getattr(row, name) or "" for row in rows]) for name in names},
        new_tokens=np.array([row.parts[-1] for row in rows]),
        known={model: _known(rng, len(rows)) for model in ("big", "small")},
    )


def _answers(rows: list[Request], batch: Batch) -> Answers:
    """The same answers, one at a time."""
    place = {row.request_id: number for number, row in enumerate(rows)}

    def answer(ask: Ask, turn: Turn) -> Answer:
        request = turn.request
        if ask.purpose == EMBED:
            return Answer(Outcome.OK, ask.assumed_s or 0.0, columns={"input_tokens": 50, "output_tokens": 0})
        known, at = batch.known[ask.model], place[request.request_id]
        if ask.labels:
            key = f"{request.request_id}/{ask.call}/{ask.attempt}"
            text = label(ask.truth, ask.labels, known.label_accuracy, seed=batch.seed, key=key)
            more = ask.prompt_tokens(request) - request.input_tokens
            read = int(known.input_tokens[at]) + more if ask.sees == "all" else ask.prompt_tokens(request)
            usage = {"input_tokens": read, "output_tokens": LABEL_TOKENS}
            seconds = float(known.label_seconds[at])
            return Answer(Outcome.OK, seconds, seconds, text, usage)
        usage = {
            "input_tokens": int(known.input_tokens[at]) + ask.own_tokens,
            "output_tokens": int(known.output_tokens[at]),
            "valid": bool(known.valid[at]),
        }
        outcome = Outcome.OK if known.finished[at] else Outcome.LENGTH
        return Answer(outcome, float(known.seconds[at]), float(known.first_token[at]), "", usage)

    return answer


def _one_by_one(node: Node, rows: list[Request], batch: Batch) -> tuple[list[Any], list[Any]]:
    answers, sent, ends = _answers(rows, batch), [], []
    for number, row in enumerate(rows):
        served = drive(node, Turn(row, batch.seed, at=0.0), answers)
        ends.append((served.ended_at, served.reply.ask.node))
        for attempt in served.attempts:
            reply = attempt.reply
            tokens = (reply.input_tokens or 0, reply.output_tokens or 0)  # a person's case has none
            tier = reply.ask.tier if reply.ask.tier == BATCH else ""
            sent.append((number, reply.ask.node, reply.ask.purpose, tier, *tokens))
    return sorted(sent), ends


def _as_columns(node: Node, batch: Batch) -> tuple[list[Any], list[Any]]:
    evaluation, answered = Evaluation.of(node, batch)
    sent = [
        (int(at), one.node, one.purpose, one.tier or "", int(given), int(written))
        for one in evaluation.sent
        for at, given, written in zip(one.at, one.input_tokens, one.output_tokens, strict=True)
    ]
    return sorted(sent), [
        (now, evaluation.nodes[node].path) for now, node in zip(answered.rows.now, answered.node, strict=True)
    ]


plans = st.lists(requests, min_size=1, max_size=30, unique_by=lambda row: row.request_id)


@pytest.mark.parametrize("text", STRATEGIES)
@settings(max_examples=25)
@given(rows=plans, seed=st.integers(0, 99))
def test_columns_make_the_calls_that_serve_makes(text: str, rows: list[Request], seed: int) -> None:
    _is_held_equal(tree(text), rows, seed)


@given(spec=trees("big", "small", "tiny"), rows=plans, seed=st.integers(0, 99))
def test_any_composition_with_columns_makes_the_same_calls(spec: Any, rows: list[Request], seed: int) -> None:
    with suppress(NoColumns):  # a race, a time limit
        _is_held_equal(bind("a", parse(spec)), rows, seed)


def _is_held_equal(node: Node, rows: list[Request], seed: int) -> None:
    rows = [replace(row, parts=(row.input_tokens - 50, 50)) for row in rows]
    batch = _batch(rows, seed)
    (calls, ends), (calls_too, ends_too) = _one_by_one(node, rows, batch), _as_columns(node, batch)
    assert calls_too == calls
    assert [place for _, place in ends_too] == [place for _, place in ends]
    assert [at for at, _ in ends_too] == pytest.approx([at for at, _ in ends])


@pytest.mark.parametrize(
    "text", ["race: [big, small]", "call: {model: big, timeout: 2s}", "cascade: {of: [a, b], accept: json}"]
)
def test_a_node_without_columns_says_so(text: str) -> None:
    with pytest.raises(BadInput, match="is served one request at a time; it has no columns"):
        Evaluation.of(tree(text), _batch([replace(REQUEST, parts=(450, 50))], seed=1))


def test_a_model_without_answers_is_named() -> None:
    with pytest.raises(BadInput, match="no answers of tiny are recorded; recorded: big, small"):
        Evaluation.of(tree("tiny"), _batch([replace(REQUEST, parts=(450, 50))], seed=1))
