"""Randomness without state: an integer hash keyed (seed, path, key, draw number). Adding a consumer changes no other.

Strings are folded with FNV-1a (64 bit; offset basis and prime of draft-eastlake-fnv) and mixed with the SplitMix64
finaliser (Steele, Lea and Flood 2014; constants of Vigna's splitmix64.c).
"""

import math
from functools import lru_cache

_MASK = (1 << 64) - 1
_FNV_BASIS, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


@lru_cache(maxsize=65536)
def fold(text: str) -> int:
    """64-bit FNV-1a of a string."""
    value = _FNV_BASIS
    for byte in text.encode():
        value = ((value ^ byte) * _FNV_PRIME) & _MASK
    return value


def mix(value: int) -> int:
    """SplitMix64: one step and its finaliser."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def uniform(seed: int, path: str, key: str, number: int = 0) -> float:
    """A number in [0, 1) that depends on nothing but its arguments."""
    return (mix(mix(mix(seed & _MASK) ^ fold(path)) ^ mix(fold(key) + number)) >> 11) * 2.0**-53


def normal(seed: int, path: str, key: str) -> float:
    """A standard normal number (Box–Muller on two draws)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(seed, path, key, 0)))
    return radius * math.cos(2.0 * math.pi * uniform(seed, path, key, 1))
