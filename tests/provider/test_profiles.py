"""The shipped profiles load, and break where they say."""

from pathlib import Path

import pytest

from simulator.provider.engine import Order, Provider, Refusal
from simulator.provider.profile import Profile
from simulator.yamlfile import load

FOLDER = Path(__file__).parents[2] / "scenarios/staging"
SHIPPED = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_profile_is_named_after_its_file_and_answers(path):
    profile = load(path, Profile)
    assert profile.name == path.stem
    provider = Provider(profile, seed=1)
    for model in profile.models:
        assert not isinstance(provider.offer(model, Order("r/0/1", 500, 50), 0.0), Refusal)
    assert sum(done for _, _, done in provider.advance(600.0)) == len(profile.models)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_constant_has_its_source(path):
    sourced, section_has = set(), False
    for line in path.read_text().splitlines():
        key, _, rest = line.strip().partition(":")
        value, _, comment = rest.partition("#")
        if not value.strip():
            section_has = bool(comment)  # a source beside a section's name holds for what is in it
        elif value.strip()[0].isdigit():
            assert comment or section_has or key in sourced, f"{path.name}: {line.strip()}: no source"
            sourced.add(key)  # said once, where it first stands


def test_long_answers_meet_anthropics_output_quota_first():
    provider = Provider(load(FOLDER / "anthropic.yaml", Profile), seed=1)
    refusals, now = [], 0.0
    for number in range(400):
        now += 0.2
        list(provider.advance(now))
        taken = provider.offer("claude-sonnet-4-5", Order(f"r{number}/0/1", 300, 600), now)
        refusals += [taken] if isinstance(taken, Refusal) else []
    assert {refusal.denial.axis for refusal in refusals} == {"output_tokens"}


def test_machines_of_ones_own_slow_down_and_then_refuse():
    provider = Provider(load(FOLDER / "selfhosted-8b.yaml", Profile), seed=1)
    alone = provider.offer("llama-3.1-8b", Order("alone/0/1", 500, 200), 0.0)
    list(provider.advance(100.0))
    taken = [provider.offer("llama-3.1-8b", Order(f"r{n}/0/1", 500, 200), 100.0) for n in range(300)]
    assert sum(isinstance(one, Refusal) for one in taken) == 300 - 2 * 32 - 200
    assert {one.status for one in taken if isinstance(one, Refusal)} == {503}
    list(provider.advance(10_000.0))
    first = taken[0]
    assert first.ended_at - first.first_token_at > 1.5 * (alone.ended_at - alone.first_token_at)
