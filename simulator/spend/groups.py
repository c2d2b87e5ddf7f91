"""Rows of calls that are priced alike and reported together, and what they add up to."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.pricing.attempts import Attempt
from simulator.pricing.rates import Rates

Ints = NDArray[np.int64]

COLUMNS = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
)
"""The counts of a calls table."""
METERS = (*COLUMNS, "requests")
"""What is summed here: the parts (input without cached tokens, output without reasoning), and 1 a processed attempt."""
_DENSE = 1 << 20
"""Up to so many possible groups are counted in an array; more are sorted."""


class Group(NamedTuple):
    """Rows that are priced alike and reported together."""

    scale: float
    strategy: str
    replicate: int
    model: str
    provider: str | None
    tier: str | None
    geo: str | None
    purpose: str
    outcome: str
    served: bool
    usage_source: str


@dataclass
class GroupSums:
    """What a group adds up to. `parts` are by band of prompt length, then by meter in the order of `METERS`."""

    rates: Rates | None
    attempt: Attempt
    calls: int = 0
    parts: dict[int, list[int]] = field(default_factory=dict)
    unpriced: Counter[str] = field(default_factory=Counter)
    """Rows without a price, by reason; they add to no sum."""


def grouped(rows: pa.RecordBatch) -> tuple[list[Group], Ints]:
    """The groups that occur, and the index of each row's."""
    words, code, size = [], np.zeros(len(rows), np.int64), 1
    for name in Group._fields:
        column = rows.column(name)
        if column.null_count == len(column):
            words.append([None])
            continue
        encoded = column.dictionary_encode(null_encoding="encode")
        words.append(encoded.dictionary.to_pylist())
        if len(words[-1]) > 1:
            code = code * len(words[-1]) + encoded.indices.to_numpy()
        size *= len(words[-1])
    if size <= _DENSE:
        present = np.flatnonzero(np.bincount(code, minlength=size))
        index = np.zeros(size, np.int64)
        index[present] = np.arange(len(present))
        of_row = index[code]
    else:
        present, of_row = np.unique(code, return_inverse=True)
    return [_decode(int(one), words) for one in present], of_row


def _decode(code: int, words: list[list[Any]]) -> Group:
    values = []
    for choices in reversed(words):
        code, index = divmod(code, len(choices))
        values.append(choices[index])
    return Group(*reversed(values))
