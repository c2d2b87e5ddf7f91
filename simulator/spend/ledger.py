"""Rows of calls into exact sums per group: the fast half of a bill. No price is multiplied here.

Cost is linear in tokens once the rate is chosen, so integer token sums per (group, length of prompt) lose nothing, and
27 million rows pass through in pieces of a million.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.pricing.meters import priced_by
from simulator.spend.groups import COLUMNS, METERS, Group, GroupSums, Ints, grouped

_SENT = COLUMNS[:4]
PIECE = 1 << 20
"""Rows at a time: bounds memory, and keeps float64 sums of integers below 2**53 exact for counts up to 8 billion."""


class Ledger:
    """Sums over any number of pieces of a calls table, priced by `book` at `at`."""

    def __init__(self, book: PriceBook, at: datetime) -> None:
        self.groups: dict[Group, GroupSums] = {}
        self._book, self._at = book, at
        self._attempts = book.attempts
        self._unknown: dict[Group, str] = {}

    def add(self, calls: pa.Table) -> None:
        """Count rows of the schema `CALLS`."""
        for piece in self.pieces(calls):
            self._add(piece)

    def pieces(self, calls: pa.Table) -> Iterator["Piece"]:
        """The rows in pieces, in order, each row in the cell that prices it."""
        return (Piece.of(rows, self) for rows in calls.to_batches(max_chunksize=PIECE) if len(rows))

    def sums_of(self, group: Group) -> GroupSums:
        """The sums of a group, with its rates resolved on first sight."""
        if group not in self.groups:
            rates = None
            try:
                rates = self._book.rates(
                    group.model, at=self._at, tier=group.tier, geo=group.geo, provider=group.provider
                )
            except UnknownPrice as error:
                self._unknown[group] = str(error)
            self.groups[group] = GroupSums(rates, self._attempts.of(group.outcome, group.provider))
        return self.groups[group]

    def reason(self, group: Group) -> str:
        """Why a group has no rates."""
        return self._unknown[group]

    def _add(self, piece: "Piece") -> None:
        for index, count in enumerate(piece.counts.tolist()):
            piece.sums[index].calls += count
        for index, reason, count in piece.unpriced:
            piece.sums[index].unpriced[reason] += count
        columns = [_sum_by(piece.cell, part, piece.cells) for part in piece.parts]
        used = np.flatnonzero(np.any([column != 0 for column in columns], axis=0))
        for cell in used[used < piece.cells - 1].tolist():
            index, band = divmod(cell, piece.bands)
            kept = piece.sums[index].parts.setdefault(band, [0] * len(METERS))
            for meter, column in enumerate(columns):
                kept[meter] += int(column[cell])


@dataclass
class Piece:
    """Up to a million rows: for each row the cell (group and band) that it is priced in, and its parts."""

    sums: list[GroupSums]
    bands: int
    """Cells per group."""
    cell: Ints
    """Per row: group × bands + band; the last cell takes rows that bill nothing or have no price."""
    parts: list[Ints]
    counts: Ints
    """Rows per group."""
    unpriced: list[tuple[int, str, int]]
    """(group, reason, rows)"""
    refused: NDArray[np.bool_]
    """Per row: whether it has no price."""

    @property
    def cells(self) -> int:
        return len(self.sums) * self.bands + 1

    @classmethod
    def of(cls, rows: pa.RecordBatch, ledger: Ledger) -> "Piece":
        """Groups, bands and parts of some rows."""
        groups, of_row = grouped(rows)
        sums = [ledger.sums_of(group) for group in groups]
        counts = np.bincount(of_row, minlength=len(groups))
        billed = _Billed.of(rows, groups, sums, of_row)
        bands = max((len(one.rates.bands) for one in sums if one.rates), default=1)
        band = _bands(sums, of_row, billed.parts[0] + billed.cached, bands)
        problems = list(billed.problems(groups, sums, ledger)) + list(_priceless(sums, of_row, band, billed.parts))
        refused = np.zeros(len(of_row), np.bool_)
        unpriced = []
        for reason, mask in problems:
            fresh = mask & ~refused & billed.any
            refused |= fresh
            hit = np.bincount(of_row[fresh], minlength=len(groups))
            unpriced += [(index, reason, int(hit[index])) for index in np.flatnonzero(hit).tolist()]
        cell = np.where(refused | ~billed.any, len(groups) * bands, of_row * bands + band)
        return cls(sums, bands, cell, billed.parts, counts, unpriced, refused)


@dataclass
class _Billed:
    """What of each row is billed at all, by the attempts table: parts are 0 where nothing is."""

    parts: list[Ints]
    cached: Ints
    any: NDArray[np.bool_]
    unknown: list[tuple[str, NDArray[np.bool_]]]
    of_row: Ints

    @classmethod
    def of(cls, rows: pa.RecordBatch, groups: list[Group], sums: list[GroupSums], of_row: Ints) -> "_Billed":
        sent = np.array([_bills(one.attempt.input, group) for one, group in zip(sums, groups, strict=True)])[of_row]
        back = np.array([_bills(one.attempt.output, group) for one, group in zip(sums, groups, strict=True)])[of_row]
        columns, unknown = {}, []
        for meter in COLUMNS:
            billed = sent if meter in _SENT else back
            column = rows.column(meter)
            if column.null_count and meter in ("input_tokens", "output_tokens"):
                counted = np.array([one.rates is None or one.rates.by_token for one in sums])[of_row]
                unknown.append((f"{meter} unknown", np.asarray(column.is_null()) & billed & counted))
            values = np.asarray(pc.fill_null(column, 0), np.int64)
            columns[meter] = values if billed.all() else values * billed
        read, five, hour, reasoning = (columns[COLUMNS[index]] for index in (1, 2, 3, 5))
        cached = read + five + hour
        fresh, plain = columns["input_tokens"] - cached, columns["output_tokens"] - reasoning
        unknown += [("more cached than input tokens", fresh < 0), ("more reasoning than output tokens", plain < 0)]
        fee = np.array([bool(one.rates and "requests" in one.rates.standard) for one in sums])
        asked = (fee[of_row] & sent).astype(np.int64) if fee.any() else np.zeros(len(of_row), np.int64)
        return cls([fresh, read, five, hour, plain, reasoning, asked], cached, sent | back, unknown, of_row)

    def problems(
        self, groups: list[Group], sums: list[GroupSums], ledger: Ledger
    ) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """(reason, rows) that cannot be priced, the first reason of a row counts."""
        for index, (group, one) in enumerate(zip(groups, sums, strict=True)):
            if one.rates is None:
                yield ledger.reason(group), self.of_row == index
        yield from ((reason, mask) for reason, mask in self.unknown if mask.any())


def _bills(rule: str, group: Group) -> bool:
    return rule == "all" or (rule == "reported" and group.usage_source == "reported")


def _bands(sums: list[GroupSums], of_row: Ints, prompt: Ints, bands: int) -> Ints:
    """Per row the index of the price band by the length of its whole prompt."""
    band = np.zeros(len(of_row), np.int64)
    never = np.iinfo(np.int64).max
    for number in range(1, bands):
        firsts = [
            one.rates.bands[number].first if one.rates and len(one.rates.bands) > number else never for one in sums
        ]
        band += prompt >= np.array(firsts, np.int64)[of_row]
    return band


def _priceless(
    sums: list[GroupSums], of_row: Ints, band: Ints, parts: list[Ints]
) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Rows that use a meter for which their band has no price."""
    used = [(meter, part) for meter, part in zip(METERS, parts, strict=True) if part.any()]
    for index, one in enumerate(sums):
        for number, priced in enumerate(one.rates.bands if one.rates else ()):
            for meter, part in used:
                if priced_by(meter, priced.rates) is None:
                    mask = (of_row == index) & (band == number) & (part > 0)
                    if mask.any():
                        assert one.rates is not None
                        yield f"{one.rates.model} has no price for {meter}; add one to your price book", mask


def _sum_by(cell: Ints, part: Ints, cells: int) -> NDArray[Any]:
    """Exact integer sums per cell: float64 where that is exact, Python integers where it is not."""
    if len(part) * int(part.max(initial=0)) < 2**53:
        return np.bincount(cell, weights=part, minlength=cells)
    sums: defaultdict[int, int] = defaultdict(int)
    for index, count in zip(cell.tolist(), part.tolist(), strict=True):
        sums[index] += count
    return np.array([sums[index] for index in range(cells)], object)
