"""The provider as a whole: what is taken, refused, remembered and settled."""

from pathlib import Path

import pytest

from simulator.errors import BadInput
from simulator.provider.accounts import NO_KEY
from simulator.provider.engine import Answer, Order, Provider, Refusal
from simulator.provider.limiter import Denial
from simulator.provider.profile import Cancel, Profile
from simulator.yamlfile import load, parse

HOSTED = Path(__file__).parents[2] / "scenarios/staging/hosted.yaml"
TINY = """
name: tiny
description: one small machine
cache: {min_tokens: 0, step_tokens: 1, idle: 5m, capacity_tokens: 1M}
models:
  small:
    provider: openai
    context_window: 1000
    max_output_tokens: 100
    replicas: 1
    max_sequences: 1
    queue: 0
    overload: 529
    first_token: {base: 100ms, per_1k_uncached: 1s, cv: 0}
    per_token: {base: 10ms, per_sequence: 0ms, cv: 0}
    limits: {style: openai, requests_per_minute: 600, tokens_per_minute: 60k, burst: 1s}
"""


@pytest.fixture
def provider():
    return Provider(parse(TINY, Profile, name="tiny.yaml"), seed=1)


def test_an_order_is_answered(provider):
    answer = provider.engines["small"].offer(Order("r1/0/1", 500, 11), 0.0)
    events = list(provider.advance(10.0))
    assert isinstance(answer, Answer)
    assert [(one.at, one.done) for one in events] == [(pytest.approx(0.6), False), (pytest.approx(0.7), True)]
    assert (answer.wrote, answer.finish_reason) == (11, "stop")


def test_a_cached_prefix_is_answered_sooner(provider):
    engine = provider.engines["small"]
    engine.offer(Order("r1/0/1", 500, 1, prefix=(("system", 400),)), 0.0)
    list(provider.advance(1.0))
    answer = engine.offer(Order("r2/0/1", 500, 1, prefix=(("system", 400),)), 1.0)
    list(provider.advance(2.0))
    assert (answer.cached_tokens, answer.first_token_at) == (400, pytest.approx(1.2))


@pytest.mark.parametrize(("planned", "most", "wrote", "reason"), [(50, None, 50, "stop"), (50, 49, 49, "length")])
def test_a_maximum_cuts_the_answer(provider, planned, most, wrote, reason):
    answer = provider.engines["small"].offer(Order("r", 10, planned, most), 0.0)
    list(provider.advance(10.0))
    assert (answer.wrote, answer.finish_reason) == (wrote, reason)


def test_an_answer_ends_where_the_context_ends(provider):
    answer = provider.engines["small"].offer(Order("r", 950, 80), 0.0)
    assert (answer.output_tokens, answer.finish_reason) == (50, "length")


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (Order("r", 1_001), "context_length"),
        (Order("r", 950, 10, 51), "context_length"),
        (Order("r", 10, 10, 101), "max_tokens"),
    ],
)
def test_what_cannot_fit_is_refused_with_400(provider, order, reason):
    refusal = provider.engines["small"].offer(order, 0.0)
    assert (refusal.reason, refusal.status) == (reason, 400)


def test_a_full_machine_is_overloaded_and_takes_no_tokens(provider):
    engine = provider.engines["small"]
    engine.offer(Order("r1", 100, 10), 0.0)
    assert engine.offer(Order("r2", 300, 10), 0.0) == Refusal("overloaded", 529)
    assert engine.quotas.standings(0.0)[NO_KEY]["tokens"].remaining == 900


def test_beyond_the_quota_is_429_with_the_time_to_wait(provider):
    engine = provider.engines["small"]
    first = engine.offer(Order("r1", 900, 10), 0.0)
    list(provider.advance(0.0))
    engine.cancel(first, 0.0)
    refusal = engine.offer(Order("r2", 300, 10), 0.0)
    assert refusal == Refusal(
        "rate_limited", 429, Denial("tokens", 60_000, 59_900, 300, pytest.approx(0.2), pytest.approx(0.2))
    )


def test_a_caller_who_leaves_pays_for_what_was_written(provider):
    engine = provider.engines["small"]
    answer = engine.offer(Order("r1", 100, 90), 0.0)
    list(provider.advance(0.5))
    engine.cancel(answer, 0.5)
    engine.cancel(answer, 0.6)
    assert answer.wrote == 31  # first at 0.2, then one each 10 ms
    assert engine.pool.active == 0


@pytest.mark.parametrize(("billed", "tokens"), [("none", 0), ("delivered", 10), ("generated", 12), ("full", 90)])
def test_what_is_billed_for_an_answer_that_nobody_waits_for(billed, tokens):
    assert Cancel(billed=billed).tokens(delivered=10, generated=12, planned=90) == tokens


def test_the_shipped_profile_has_the_limits_of_its_source():
    quotas = load(HOSTED, Profile).model("gpt-4o").limits
    assert quotas is not None
    assert [(one.axis, one.per_minute) for one in quotas.limits()] == [
        ("requests", 5_000),
        ("tokens", 800_000),
    ]


def test_an_unknown_model_is_named_with_those_there_are():
    with pytest.raises(BadInput, match="serves no model 'gpt-9'; it has gpt-4o, gpt-4o-mini"):
        load(HOSTED, Profile).model("gpt-9")


def test_an_embedding_takes_its_input_of_the_quota_and_of_the_window_and_no_token_more(provider):
    engine = provider.engines["small"]
    taken = engine.offer(Order("r1", 900, embeds=True), 0.0)
    list(provider.advance(60.0))
    assert (taken.wrote, taken.counted_tokens) == (1, 0)
    refusal = engine.offer(Order("r2", 999, embeds=True), 60.0)
    assert isinstance(refusal, Answer)
    assert engine.quotas.standings(60.0)[NO_KEY]["tokens"].remaining == 1


@pytest.mark.parametrize(("per_account", "cached"), [("true", [0, 0, 64, 64]), ("false", [0, 64, 64, 64])])
def test_an_account_meets_its_own_prompts_in_the_cache(per_account, cached):
    text = TINY.replace("capacity_tokens: 1M", f"capacity_tokens: 1M, per_account: {per_account}")
    engine = Provider(parse(text, Profile, name="tiny.yaml"), seed=1).engines["small"]
    seen = []
    for place, account in enumerate(["a", "b", "a", "b"]):
        answer = engine.offer(Order(f"r{place}", 100, 1, prefix=(("p", 64),), account=account), 10.0 * place)
        seen.append(answer.cached_tokens)
        list(engine.advance(10.0 * place + 9))
    assert seen == cached
