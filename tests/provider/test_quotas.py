"""Every account has buckets of its own, and each admits exactly what it says, whatever the others do."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import InvalidFile
from simulator.provider import quotas as rooms
from simulator.provider.accounts import NO_KEY
from simulator.provider.engine import Order, Provider, Refusal
from simulator.provider.limits.anthropic import AnthropicLimits
from simulator.provider.limits.bedrock import BedrockLimits
from simulator.provider.limits.openai import OpenAILimits
from simulator.provider.limits.style import Demand
from simulator.provider.profile import Profile
from simulator.provider.quotas import Quotas
from simulator.yamlfile import parse
from tests.provider.profiles import openai_limits, profile

MINUTE = OpenAILimits(style="openai", requests_per_minute=600, tokens_per_minute=60_000, burst="2s")
HALF = OpenAILimits(style="openai", requests_per_minute=300, tokens_per_minute=60_000, burst="2s")
TOKEN = Demand(input_tokens=1)


def admitted(quotas, account, *, at, tries=100):
    return sum(quotas.of(account, at).admit(TOKEN, at) is None for _ in range(tries))


def test_what_one_account_spends_no_other_misses():
    quotas = Quotas(MINUTE, {"batch": HALF, "free": None})
    assert [admitted(quotas, one, at=0.0) for one in ("batch", "free", "key:1", "key:2", NO_KEY, NO_KEY)] == [
        10,
        100,
        20,
        20,
        20,
        0,
    ]


@given(
    arrivals=st.lists(
        st.tuples(st.floats(0, 0.4), st.sampled_from(["a", "b", "own"]), st.integers(1, 60), st.integers(0, 120)),
        min_size=1,
        max_size=250,
    ),
    style=st.sampled_from(
        [
            OpenAILimits(style="openai", requests_per_minute=300, tokens_per_minute=6_000, burst="2s"),
            OpenAILimits(style="openai", requests_per_minute=300, tokens_per_minute=6_000, burst="2s", settled=False),
            AnthropicLimits(
                style="anthropic",
                requests_per_minute=300,
                input_tokens_per_minute=6_000,
                output_tokens_per_minute=6_000,
                burst="2s",
            ),
            BedrockLimits(style="bedrock", requests_per_minute=300, tokens_per_minute=6_000, output_burn=2, burst="2s"),
        ]
    ),
)
def test_each_account_meets_the_ledger_of_its_own_arrivals(arrivals, style):
    """Decisions are those of a ledger kept by hand per account: level = min(capacity, level + refill) − charges."""
    quotas = Quotas(style, {"own": HALF})
    ledgers, now = {}, 0.0
    for gap, account, prompt, answer in arrivals:
        now += gap
        mine = HALF if account == "own" else style
        demand = Demand(prompt, cached_tokens=prompt // 2, max_output_tokens=answer or None)
        ledger = ledgers.setdefault(account, Ledger(mine))
        expected = ledger.admits(demand, now)
        denial = quotas.of(account, now).admit(demand, now)
        assert (denial is None) == expected
        if expected:
            written = answer // 3
            ledger.charge(ledger.minus(mine.settle(demand, written), mine.reserve(demand)))
            quotas.of(account, now).settle(demand, written, now)


class Ledger:
    """The specification, without any class of the limiter: exact for one account that is asked in order of time."""

    def __init__(self, style):
        self.style, self.at = style, 0.0
        self.capacity = {limit.axis: limit.per_minute / 60 * limit.burst_s for limit in style.limits()}
        self.refill = {limit.axis: limit.per_minute / 60 for limit in style.limits()}
        self.level = dict(self.capacity)

    def admits(self, demand, now):
        for axis, level in self.level.items():
            self.level[axis] = min(self.capacity[axis], level + (now - self.at) * self.refill[axis])
        self.at = now
        need = self.style.reserve(demand)
        short = {axis for axis, tokens in need.items() if self.level[axis] < min(tokens, self.capacity[axis])}
        if not short:
            self.charge(need)
        elif "requests" not in short:
            self.charge({"requests": 1})
        return not short

    def charge(self, amounts):
        for axis, amount in amounts.items():
            self.level[axis] = min(self.capacity[axis], self.level[axis] - amount)

    @staticmethod
    def minus(more, less):
        return {axis: more[axis] - less.get(axis, 0) for axis in more}


def test_over_two_hours_each_account_is_admitted_its_burst_and_its_refill():
    """Asked every 0.25 s, more often than any refill: N = ⌊capacity + refill · T⌋, to the request."""
    per_minute = {"a": 120, "b": 60, "c": 30}
    quotas = Quotas(None, {one: MINUTE.model_copy(update={"requests_per_minute": n}) for one, n in per_minute.items()})
    seen = dict.fromkeys(per_minute, 0)
    for tick in range(2 * 3600 * 4 + 1):
        for account in seen:
            seen[account] += quotas.of(account, tick / 4).admit(TOKEN, tick / 4) is None
    assert seen == {one: math.floor(n / 60 * 2 + n / 60 * 7200) for one, n in per_minute.items()}


def test_a_full_bucket_is_forgotten_and_nothing_is_lost_by_it():
    quotas = Quotas(MINUTE, {})
    for number in range(5_000):  # 20 a second, each gone and full again after 0.1 s
        assert quotas.of(f"key:{number}", number / 20).admit(TOKEN, number / 20) is None
    assert len(quotas) < 10


def test_an_empty_bucket_is_remembered_as_long_as_there_is_room(monkeypatch):
    monkeypatch.setattr(rooms, "MOST_ACCOUNTS", 100)
    quotas = Quotas(MINUTE, {})
    assert admitted(quotas, "key:spent", at=0.0) == 20
    for number in range(60):
        admitted(quotas, f"key:{number}", at=0.0)
    assert admitted(quotas, "key:spent", at=0.0) == 0
    for number in range(500):
        admitted(quotas, f"key:more{number}", at=0.0, tries=1)
    assert len(quotas) == 100


def test_other_limits_in_mid_test_leave_what_each_account_holds():
    quotas = Quotas(MINUTE, {})
    admitted(quotas, "a", at=0.0)
    quotas.adopt(MINUTE, {"b": HALF}, 0.0)
    assert [admitted(quotas, one, at=0.0) for one in ("a", "b", "c")] == [0, 10, 20]
    quotas.adopt(None, {}, 0.0)
    assert (admitted(quotas, "a", at=0.0), len(quotas)) == (100, 0)


def test_an_order_is_charged_to_its_account():
    text = profile(
        {"small": {"limits": openai_limits(60, 60_000)}},
        accounts={"batch": {"keys": ["env:BATCH_KEY"], "limits": {"small": openai_limits(120, 60_000)}}},
    )
    provider = Provider(parse(text, Profile, name="p.yaml"), seed=1)

    def taken(account):
        answers = [provider.offer("small", Order(f"{account}{n}", 1, 1, account=account), 0.0) for n in range(5)]
        return sum(not isinstance(one, Refusal) for one in answers)

    assert [taken("batch"), taken("key:1"), taken(NO_KEY), taken("key:1")] == [2, 1, 1, 0]


SHA = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"accounts": {"a": {"keys": ["sk-live-123"]}}}, "accounts.a.keys.*: must be env:VARIABLE or sha256:"),
        ({"accounts": {"a": {"keys": ["sha256:abc"]}}}, "accounts.a.keys.*: must be env:VARIABLE or sha256:"),
        ({"accounts": {"a": {"keys": [SHA], "limits": {"huge": None}}}}, "accounts: huge is not a model"),
        ({"accounts": {"a": {"keys": [SHA]}, "b": {"keys": [SHA]}}}, "stands in more than one place"),
        ({"accounts": {"no key": {"keys": [SHA]}}}, "accounts.no key"),
        ({"auth": "required"}, "auth: nobody would be let in"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_no_key_repeated(more, message):
    with pytest.raises(InvalidFile, match=message) as refused:
        parse(profile({"small": {}}, **more), Profile, name="p.yaml")
    assert "sk-live-123" not in str(refused.value)
