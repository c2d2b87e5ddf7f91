"""The prefix cache holds what was used lately, from its minimum, in its steps."""

import pytest

from simulator.provider.cache import CacheRules, PrefixCache


def cache(**more):
    rules = {"min_tokens": 1024, "step_tokens": 128, "idle": "5m", "capacity_tokens": 10_000} | more
    return PrefixCache(CacheRules(**rules))


def blocks(*names, tokens=128):
    return tuple((name, tokens) for name in names)


@pytest.mark.parametrize(("tokens", "cached"), [(1023, 0), (1024, 1024), (1151, 1024), (1152, 1152)])
def test_from_the_minimum_in_whole_steps(tokens, cached):
    held = cache()
    held.store((("system", tokens),), 0.0)
    assert held.cached_tokens((("system", tokens),), 5_000, 1.0) == cached


def test_only_leading_blocks_count():
    held = cache(min_tokens=0)
    held.store(blocks("a", "b", "d"), 0.0)
    assert held.cached_tokens(blocks("a", "b", "c", "d"), 5_000, 1.0) == 256


@pytest.mark.parametrize(("at", "cached"), [(300.0, 128), (300.1, 0)])
def test_idle_blocks_are_forgotten(at, cached):
    held = cache(min_tokens=0)
    held.store(blocks("a"), 0.0)
    assert held.cached_tokens(blocks("a"), 500, at) == cached


def test_the_oldest_block_makes_room():
    held = cache(min_tokens=0, capacity_tokens=256)
    held.store(blocks("a", "b"), 0.0)
    held.store(blocks("a"), 1.0)
    held.store(blocks("c"), 2.0)
    assert [held.cached_tokens(blocks(name), 500, 3.0) for name in "abc"] == [128, 0, 128]
    assert held.tokens == 256


def test_without_rules_nothing_is_cached():
    held = PrefixCache(None)
    held.store(blocks("a"), 0.0)
    assert held.cached_tokens(blocks("a"), 500, 0.0) == 0


def test_a_flush_forgets_everything():
    held = cache(min_tokens=0)
    held.store(blocks("a"), 0.0)
    held.flush()
    assert (held.cached_tokens(blocks("a"), 500, 0.0), held.tokens) == (0, 0)
