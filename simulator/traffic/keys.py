"""Array twins of `simulator.draws`, bit for bit, and named streams for draws that have no key of their own."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from simulator import draws

Keys = npt.NDArray[np.uint64]
"""64-bit FNV-1a of each key, which can be continued: the fold of `r1` and `/0/1` is that of `r1/0/1`."""
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_CHUNK = 1 << 15
_STEP, _FIRST, _LAST = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mix(values: Keys) -> Keys:
    """`draws.mix` of every value."""
    mixed = values + _STEP
    for start in range(0, len(mixed), _CHUNK):  # eight passes over a piece that stays in the cache
        piece = mixed[start : start + _CHUNK]
        piece ^= piece >> np.uint64(30)
        piece *= _FIRST
        piece ^= piece >> np.uint64(27)
        piece *= _LAST
        piece ^= piece >> np.uint64(31)
    return mixed


def fold(texts: pa.Array) -> Keys:
    """`draws.fold` of every string (none may be null), one byte column at a time."""
    texts = texts.cast(pa.large_string())
    _, offsets, data = texts.buffers()
    starts = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    content = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
    lengths = np.diff(starts)
    folded = np.full(len(texts), _BASIS)
    for column in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero(lengths > column)
        folded[rows] = (folded[rows] ^ content[starts[rows] + column]) * _PRIME
    return folded


def continued(folded: Keys, suffix: str) -> Keys:
    """The folds of the same texts with `suffix` behind each."""
    for byte in suffix.encode():
        folded = (folded ^ np.uint64(byte)) * _PRIME
    return folded


def uniform(folded: Keys, *, seed: int, path: str, number: int = 0) -> Floats:
    """`draws.uniform(seed, path, key, number)` for every folded key: in [0, 1)."""
    head = np.uint64(draws.mix(draws.mix(seed & (2**64 - 1)) ^ draws.fold(path)))
    tail = mix(folded + np.uint64(number))
    return (mix(head ^ tail) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(folded: Keys, *, seed: int, path: str) -> Floats:
    """`draws.normal(seed, path, key)` for every folded key, to the last bit but one."""
    first, second = (uniform(folded, seed=seed, path=path, number=number) for number in (0, 1))
    return np.asarray(np.sqrt(-2.0 * np.log(1.0 - first)) * np.cos(2.0 * np.pi * second))


def stream(seed: int, path: str) -> np.random.Generator:
    """A generator of its own for one purpose: adding another purpose changes no draw of this one."""
    key = draws.mix(draws.mix(seed & (2**64 - 1)) ^ draws.fold(path))
    return np.random.Generator(np.random.Philox(key=key))
