"""`draws.uniform` for a whole column of keys: the same numbers, a million at a time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator import draws

Keys = NDArray[np.uint64]
"""64-bit FNV-1a of each key, which can be continued: the fold of `r1` and `/0/1` is that of `r1/0/1`."""

_BASIS, _PRIME = np.uint64(draws.fold("")), np.uint64(0x100000001B3)


def folded(texts: Sequence[str] | NDArray[np.str_]) -> Keys:
    """`draws.fold` of every text. Texts may not hold a zero byte."""
    padded = np.char.encode(np.asarray(texts, dtype=np.str_), "utf-8")
    letters = padded.view(np.uint8).reshape(len(padded), -1)
    keys = np.full(len(padded), _BASIS, dtype=np.uint64)
    for column in letters.T:
        keys = np.where(column == 0, keys, (keys ^ column) * _PRIME)  # numpy pads with zeros on the right
    return keys


def continued(keys: Keys, suffix: str) -> Keys:
    """The folds of the same texts with `suffix` behind each."""
    for byte in suffix.encode():
        keys = (keys ^ np.uint64(byte)) * _PRIME
    return keys


def uniforms(seed: int, path: str, keys: Keys, number: int = 0) -> NDArray[np.float64]:
    """`draws.uniform(seed, path, key, number)` for every key."""
    own = np.uint64(draws.mix(draws.mix(seed & (1 << 64) - 1) ^ draws.fold(path)))
    mixed = _mixed(own ^ _mixed(keys + np.uint64(number)))
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def normals(seed: int, path: str, keys: Keys) -> NDArray[np.float64]:
    """`draws.normal(seed, path, key)` for every key, to the last bit but one."""
    first, second = (uniforms(seed, path, keys, number) for number in (0, 1))
    return np.asarray(np.sqrt(-2.0 * np.log(1.0 - first)) * np.cos(2.0 * np.pi * second))


def _mixed(value: Keys) -> Keys:
    """SplitMix64, as `draws.mix`."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)))
