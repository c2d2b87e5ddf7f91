"""One worksheet, written row by row: inputs in blue, formulas in black with the value that Python computed beside them.

A formula's value is stored too, so that previewers and readers without a calculator show the same figures.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Plain = str | int | float | Decimal | None
"""None is written as `unknown`, never as 0."""

_NUMBERS = {
    "usd": "$#,##0.00",
    "usd-fine": "$#,##0.00000000",
    "count": "#,##0",
    "number": "0.00####",
    "share": "0.0%",
    "seconds": '0.000" s"',
    "scale": '0.###"×"',
}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "lead": {"italic": True, "font_color": "#57606a", "text_wrap": False},
    "wrapped": {"valign": "top", "align": "left", "indent": 1, "text_wrap": True},
    "head": {"bold": True, "align": "left", "indent": 1, "bottom": 1, "text_wrap": True, "valign": "bottom"},
    "head-right": {"bold": True, "align": "right", "bottom": 1, "text_wrap": True, "valign": "bottom"},
    "text": {"valign": "top", "align": "left", "indent": 1},
    "unknown": {"italic": True, "font_color": "#8a5a00", "align": "right"},
    "warn": {"bold": True, "font_color": "#b42318"},
    "warn-wrapped": {
        "bold": True,
        "font_color": "#b42318",
        "valign": "top",
        "align": "left",
        "indent": 1,
        "text_wrap": True,
    },
}
_BLUE = {"font_color": "#0033cc", "bg_color": "#eef3ff"}


@dataclass(frozen=True, slots=True)
class Number:
    """A figure as computed: it does not follow the inputs."""

    value: Plain
    look: str = "usd"


@dataclass(frozen=True, slots=True)
class Input:
    """A figure that a reviewer may change."""

    value: Plain
    look: str = "usd"


@dataclass(frozen=True, slots=True)
class Formula:
    """A live figure; `value` is what it gives with the inputs as delivered."""

    text: str
    value: Plain
    look: str = "usd"


Cell = Number | Input | Formula | str | None
_ACROSS = 7
"""Columns that a sentence has."""


@dataclass(slots=True)
class Sheet:
    """A worksheet and its next free row. Text is never taken for a formula or a link."""

    book: Any
    name: str
    widths: Sequence[float]
    looks: dict[str, Any]
    row: int = 0
    page: Any = field(init=False)
    _waiting: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Column → row and text of a head that has no figure below it yet."""

    def __post_init__(self) -> None:
        self.page = self.book.add_worksheet(self.name)
        for column, width in enumerate(self.widths):
            self.page.set_column(column, column, width)
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)

    def title(self, title: str, *leads: str) -> None:
        """A heading and lines that say how to read what follows."""
        self.page.write_string(self.row, 0, title, self.looks["title"])
        for offset, lead in enumerate(leads, 1):
            self.page.write_string(self.row + offset, 0, lead, self.looks["lead"])
        self.row += len(leads) + 2

    def say(self, text: str, look: str = "wrapped") -> None:
        """A sentence over several columns, on as many lines as it needs."""
        self.page.merge_range(self.row, 0, self.row, _ACROSS - 1, text, self.looks[look])
        self._height(len(text) / sum(self.widths[:_ACROSS]))
        self.row += 1

    def heads(self, *heads: str, freeze: bool = False) -> None:
        """A row of headings; with `freeze` they stay in view."""
        for column, head in enumerate(heads):
            self.page.write_string(self.row, column, head, self.looks["head"])
        self._waiting = {column: (self.row, head) for column, head in enumerate(heads)}
        self.row += 1
        if freeze:
            self.page.freeze_panes(self.row, 0)

    def put(self, *cells: Cell, look: str = "text") -> int:
        """Write one row; returns its number as formulas count (from 1)."""
        for column, cell in enumerate(cells):
            self._write(column, cell, look)
            if isinstance(cell, (Number, Input, Formula)) and cell.look != "text" and column in self._waiting:
                row, head = self._waiting.pop(column)  # over figures, which stand to the right
                self.page.write_string(row, column, head, self.looks["head-right"])
        if look == "wrapped":
            pairs = zip(cells, self.widths, strict=False)
            self._height(max(len(cell) / width for cell, width in pairs if isinstance(cell, str)))
        self.row += 1
        return self.row

    def gap(self) -> None:
        self.row += 1

    def address(self, row: int, column: str) -> str:
        """`Prices!$F$5`, for a formula on any sheet."""
        return f"{self.name}!${column}${row}"

    def _height(self, lines: float) -> None:
        """Room for so many lines; a spreadsheet does not make any for merged cells."""
        self.page.set_row(self.row, 15 * math.ceil(lines))

    def _write(self, column: int, cell: Cell, look: str) -> None:
        if isinstance(cell, Formula):
            self.page.write_formula(self.row, column, f"={cell.text}", self.looks[cell.look], _stored(cell.value))
        elif isinstance(cell, Input):
            self._value(column, cell.value, f"input-{cell.look}")
        elif isinstance(cell, Number):
            self._value(column, cell.value, cell.look)
        elif cell is not None:
            self.page.write_string(self.row, column, cell, self.looks[look])

    def _value(self, column: int, value: Plain, look: str) -> None:
        if value is None:
            self.page.write_string(self.row, column, "unknown", self.looks["unknown"])
        elif isinstance(value, str):
            self.page.write_string(self.row, column, value, self.looks[look])
        elif math.isfinite(value):
            self.page.write_number(self.row, column, value, self.looks[look])
        else:  # a spreadsheet has no infinity: the word keeps it from being averaged away
            self.page.write_string(self.row, column, "∞" if value > 0 else "–", self.looks["unknown"])


def _stored(value: Plain) -> str | float:
    if value is None:
        return ""
    return value if isinstance(value, str) else float(value)


def looks(book: Any) -> dict[str, Any]:
    """Every format by name; `input-…` is the same in blue."""
    numbers = {name: {"num_format": text, "valign": "top"} for name, text in _NUMBERS.items()}
    inputs = {f"input-{name}": {**shape, **_BLUE} for name, shape in numbers.items()}
    texts = {**_LOOKS, "input-text": {**_LOOKS["text"], **_BLUE}}
    return {name: book.add_format(shape) for name, shape in (numbers | inputs | texts).items()}
