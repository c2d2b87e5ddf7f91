import math
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pytest

from simulator import yamlfile
from simulator.cli.sweep_text import lines
from simulator.comparison.labels import Labels
from simulator.comparison.measured import Measured
from simulator.comparison.source import Source
from simulator.comparison.sweep import Sweep, sweep
from simulator.comparison.whatif import what_if
from simulator.errors import BadInput
from simulator.pricing.book import PriceBook
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.scenario.scenario import load
from simulator.shipped import shipped
from simulator.strategies.axis import Axis
from simulator.strategies.node import Node
from simulator.strategies.recorded import Assumed
from simulator.traffic.generate import generate
from tests.strategies.scripted import tree

SEED = 2
MODELS = ("gpt-4o", "gpt-4o-mini")
SCORED = "score: {weak: gpt-4o-mini, strong: {retry: gpt-4o}, threshold: 50%, auc: 80%}"
ROUTED = "classify: {with: gpt-4o-mini, sees: last_turn, routes: {easy: gpt-4o-mini, hard: gpt-4o}, otherwise: hard%s}"


@pytest.fixture(scope="module")
def source() -> Source:
    """A run with a matrix: the baseline, and the small model alone, against the shipped profile."""
    trace = generate(load(shipped("scenarios/support-chat.yaml")).traffic, span_s=40.0, seed=SEED)
    strategies = {"big": tree("gpt-4o", "big"), "only-gpt-4o-mini": tree("gpt-4o-mini", "only-gpt-4o-mini")}
    profile = yamlfile.load(shipped("scenarios/staging/hosted.yaml"), Profile)
    calls, requests = rehearse(trace, strategies, profile, scale=1.0, seed=SEED)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    return Source(calls, requests, trace.sessions(), "big", 1.0, PriceBook.load(), at, SEED)


def _curve(source: Source, node: Node, *texts: str, label_accuracy: float | None = None) -> Sweep:
    measured = Measured.of(source, [node], label_accuracy=label_accuracy)
    return sweep(measured, {"new": node}, [Axis.parse(text) for text in texts], baseline="big")


def test_a_range_holds_both_ends_in_its_unit() -> None:
    assert Axis.parse("a.score.threshold=0..1:5").values == ("0", "0.25", "0.5", "0.75", "1")
    assert Axis.parse("a.race.after=1s..2s:2").values == ("1s", "2s")
    assert Axis.parse("label_accuracy=80%..100%:3").values == ("80%", "90%", "100%")


@pytest.mark.parametrize("text", ["threshold", "a.b=1..2", "a.b=1s..2:5", "a.b=1..2:1"])
def test_a_range_that_cannot_be_read_says_how_to_write_it(text: str) -> None:
    with pytest.raises(BadInput, match="--sweep"):
        Axis.parse(text)


def test_a_threshold_moves_the_answers_from_one_model_to_the_other(source: Source) -> None:
    curve = _curve(source, tree(SCORED, "new"), "new.score.threshold=0..1:11")
    costs = [point.cost_per_request for point in curve.points]
    assert costs == sorted(costs, reverse=True)
    assert curve.points[0].by_model == {"gpt-4o": 1.0, "gpt-4o-mini": 0.0}
    assert curve.points[0].saving == pytest.approx(0.0, abs=1e-12)  # the baseline again
    assert curve.points[-1].by_model == {"gpt-4o": 0.0, "gpt-4o-mini": 1.0}


@pytest.mark.parametrize(
    "text",
    [
        SCORED,
        ROUTED % "",
        ROUTED % ", timeout: 20s",
        "retrieve: {of: gpt-4o-mini, chunks: 3}",
        "cache: {of: {cascade: {of: [gpt-4o-mini, gpt-4o], judge: {with: gpt-4o-mini}}}, hits: 20%}",
        "semantic: {with: text-embedding-3-small, of: gpt-4o, hits: 30%}",
        "compress: {of: gpt-4o, over: 500, to: 100}",
        "retrieve: {with: text-embedding-3-small, of: gpt-4o-mini, chunks: 3}",
        "cascade: {of: [gpt-4o-mini, {human: {cost: $4.50, takes: 6m}}], accept: {assumed: {easy: 90%, hard: 60%}}}",
        "split: {parts: {a: {share: 60%, of: gpt-4o}, b: {share: 40%, of: {batch: gpt-4o}}}}",
        "batch: {classify: {with: gpt-4o-mini, routes: {easy: gpt-4o-mini, hard: {retrieve: {of: gpt-4o}}},"
        " otherwise: hard}}",
        "cascade: {of: [{batch: {of: gpt-4o-mini, deadline: 1h}}, gpt-4o], judge: {with: gpt-4o-mini}}",
    ],
)
def test_a_point_is_what_the_same_strategy_costs_when_it_is_tried(source: Source, text: str) -> None:
    """By columns, and request by request where a node has none, as `--try` works it out: to the last digit."""
    node = tree(text, "new")
    measured = Measured.of(source, [node], label_accuracy=0.92)
    (point,) = sweep(measured, {"new": node}, [Axis("label_accuracy", ("92%",))], baseline="big").points
    kept = replace(source, sessions=measured.kept)
    tried = what_if(kept, {"new": node}, assumed=Assumed(0.92, SEED)).contenders[1]
    assert tried.cost is not None
    assert point.cost_per_request == pytest.approx(tried.cost / tried.planned, rel=Decimal("1e-20"))
    assert (point.p95, point.first_token_p95) == pytest.approx((tried.response_p95, tried.first_token_p95))


@pytest.mark.parametrize(
    "text",
    [
        "split: {parts: {a: {share: 40%, of: claude-sonnet-4-5}, b: {share: 60%, of: claude-haiku-4-5}}, by: request}",
        "classify: {with: claude-haiku-4-5, routes: {easy: claude-haiku-4-5, hard: claude-sonnet-4-5},"
        " otherwise: hard}",
        "cascade: {of: [claude-haiku-4-5, claude-sonnet-4-5], judge: {with: claude-sonnet-4-5, rubric_tokens: 300},"
        " accept: {assumed: {easy: 70%, hard: 50%}}}",
        "route: {branches: [{when: input_tokens > 6000, use: {batch: {classify: {with: claude-haiku-4-5,"
        " routes: {hard: claude-sonnet-4-5}, otherwise: hard}}}}], otherwise: {classify: {with: claude-haiku-4-5,"
        " rubric_tokens: 0, routes: {easy: claude-haiku-4-5, hard: claude-sonnet-4-5}, otherwise: hard}}}",
        "split: {parts: {a: {share: 40%, of: claude-sonnet-4-5}, b: {share: 60%, of: {batch: claude-sonnet-4-5}}},"
        " by: request}",
        "cascade: {of: [claude-haiku-4-5, {cache: {hits: 20%, of: claude-sonnet-4-5}}], accept: {assumed: {hard: 9%}}}",
    ],
)
def test_a_prompt_cache_gone_cold_is_in_a_point_as_it_is_where_the_strategy_is_tried(text: str) -> None:
    trace = generate(load(shipped("scenarios/agent-tools.yaml")).traffic, span_s=150.0, seed=SEED)
    big, small = tree("claude-sonnet-4-5", "big"), tree("claude-haiku-4-5", "only")
    profile = yamlfile.load(shipped("scenarios/staging/anthropic.yaml"), Profile)
    rows = rehearse(trace, {"big": big, "only": small}, profile, scale=1.0, seed=SEED)
    at = datetime(2026, 12, 1, tzinfo=UTC)
    source = Source(*rows, trace.sessions(), "big", 1.0, PriceBook.load(), at, SEED)
    node = tree(text, "new")
    measured = Measured.of(source, [node], label_accuracy=0.92)
    (point,) = sweep(measured, {"new": node}, [], baseline="big").points
    tried = what_if(replace(source, sessions=measured.kept), {"new": node}, assumed=Assumed(0.92, SEED)).contenders[1]
    assert tried.note is not None
    assert tried.cost is not None
    assert point.cost_per_request == pytest.approx(tried.cost / tried.planned, rel=Decimal("1e-20"))
    assert (point.p95, point.first_token_p95) == pytest.approx((tried.response_p95, tried.first_token_p95))


LONG = """\
schema: price-book/1
models:
  - model: openai/gpt-4o
    source: {doc: by hand, as_of: 2026-10-01}
    prices:
      - from: 2026-11-01
        usd_per_million: {input_tokens: "2.5", cache_read_tokens: "1.25", output_tokens: "10"}
        long_context: [{over: 700, usd_per_million: {input_tokens: "5", output_tokens: "15"}}]
"""


@pytest.mark.parametrize(
    "text",
    [
        "retrieve: {of: gpt-4o, chunks: 3}",
        "classify: {with: gpt-4o, routes: {easy: gpt-4o-mini, hard: gpt-4o}, otherwise: hard}",
        "route: {branches: [{when: input_tokens > 700, use: gpt-4o}], otherwise: gpt-4o-mini}",
    ],
)
def test_a_long_prompt_has_its_own_price_in_a_point_too(source: Source, text: str, tmp_path: Path) -> None:
    """Passages, or a rubric, lead over a boundary that the recorded prompt was below."""
    (tmp_path / "book.yaml").write_text(LONG, encoding="utf-8")
    node, dear = tree(text, "new"), replace(source, book=PriceBook.load(tmp_path / "book.yaml"))
    measured = Measured.of(dear, [node], label_accuracy=0.92)
    (point,) = sweep(measured, {"new": node}, [], baseline="big").points
    tried = what_if(replace(dear, sessions=measured.kept), {"new": node}, assumed=Assumed(0.92, SEED)).contenders[1]
    assert tried.cost is not None
    assert point.cost_per_request == pytest.approx(tried.cost / tried.planned, rel=Decimal("1e-20"))


def test_a_thousand_settings_are_a_matter_of_seconds_and_all_are_kept(source: Source) -> None:
    curve = _curve(source, tree(SCORED, "new"), "new.score.threshold=0..1:50", "new.score.auc=55%..95%:20")
    assert len({(one.settings["new.score.threshold"], one.settings["new.score.auc"]) for one in curve.points}) == 1000
    assert "40 of 1000 settings; --json has all" in list(lines(curve))


def test_what_a_strategy_gives_up_on_was_answered_by_nobody_and_takes_for_ever(source: Source) -> None:
    (point,) = _curve(source, tree("call: {model: gpt-4o, timeout: 3s}", "new")).points
    assert list(point.by_model) == ["gpt-4o"]
    assert 0 < point.by_model["gpt-4o"] < 0.95
    assert point.p95 == math.inf


def test_sessions_that_a_model_did_not_answer_are_left_out_and_counted(source: Source) -> None:
    first = source.sessions[0][0].request_id
    torn = pc.and_(pc.equal(source.calls["request_id"], first), pc.equal(source.calls["model"], "gpt-4o-mini"))
    curve = _curve(replace(source, calls=source.calls.filter(pc.invert(torn))), tree(SCORED, "new"))
    assert (curve.sessions, curve.left_out) == (len(source.sessions) - 1, 1)


def test_labels_give_each_point_its_quality(source: Source) -> None:
    quality = {
        (request.request_id, model): 1.0 if model == "gpt-4o" else 0.5
        for session in source.sessions
        for request in session
        for model in MODELS
    }
    measured = Measured.of(source, [tree(SCORED)], judge=Labels(quality, {}))
    axes = [Axis.parse("new.score.threshold=0..1:3")]
    points = sweep(measured, {"new": tree(SCORED, "new")}, axes, baseline="big").points
    for point in points:
        assert point.quality == pytest.approx(1 - 0.5 * point.by_model["gpt-4o-mini"])


def test_a_label_that_nobody_recorded_is_asked_for(source: Source) -> None:
    with pytest.raises(BadInput, match="its labels were not recorded; say how often gpt-4o-mini is right"):
        _curve(source, tree(ROUTED % "", "new"), "new.classify.rubric_tokens=100..200:2")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("old.score.threshold=0..1:2", "no strategy old; known: new"),
        ("new.classify.threshold=0..1:2", "nothing named 'classify' there; known: score"),
        ("new.score.limit=0..1:2", "limit"),
        ("new.score.threshold=1..2:2", "threshold"),
    ],
)
def test_a_path_or_value_that_is_not_there_is_named(source: Source, text: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        _curve(source, tree(SCORED, "new"), text)


def test_a_model_that_was_not_recorded_is_asked_for(source: Source) -> None:
    with pytest.raises(BadInput, match=r"no session has an answer of each of gpt-5 .*record them with `tenfold run"):
        Measured.of(source, [tree("gpt-5")])
