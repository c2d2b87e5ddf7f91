"""What an importer of a provider's usage or cost export promises."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from simulator.errors import InvalidFile

Record = Mapping[str, Any]
_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actual:
    """One line of what a provider counted or charged. Unknown is None, never 0."""

    day: date
    model: str | None = None
    """As the export names it."""
    meter: str | None = None
    """Of the part alone: `input_tokens` without the cached ones."""
    quantity: Decimal | None = None
    amount: Decimal | None = None
    """In `currency`, before tax."""
    currency: str = "USD"
    requests: int | None = None
    description: str = ""


class Export(ABC):
    """One kind of export, told by the keys of its records. A subclass sets `name` and `marks`."""

    name: ClassVar[str]
    marks: ClassVar[tuple[str, ...]]
    """Keys that every record has, in lower case; nested ones with dots."""

    def fits(self, record: Record) -> bool:
        return all(mark in record for mark in self.marks)

    @abstractmethod
    def lines(self, record: Record) -> Iterator[Actual]:
        """What one record says."""


def number(record: Record, key: str) -> Decimal | None:
    """A count or an amount; None where the record has none. Raises `InvalidFile` for text that is no number.

    A comma separates thousands, as in `1,234.5`; where it could be a decimal point it is refused: 10^3 lie between.
    """
    value = record.get(key)
    if value is None or value == "":
        return None
    text = str(value).strip()
    try:
        found = Decimal(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
    except ArithmeticError:
        found = Decimal("NaN")
    if not found.is_finite():
        point = "; write a decimal point instead of the comma" if "," in text else ""
        raise InvalidFile(f"{key}: {value!r} is not a number{point}")
    return found


def day(record: Record, *keys: str) -> date:
    """The UTC day of the first key that is there: seconds since 1970, or a date in ISO or US order."""
    value = next((record[key] for key in keys if record.get(key)), None)
    if value is None:
        raise InvalidFile(f"no {' or '.join(keys)}: which day is it?")
    text = str(value)
    try:
        if text.replace(".", "", 1).isdigit():
            return datetime.fromtimestamp(float(text), UTC).date()
        if text.count("/") == 2:
            return datetime.strptime(text.split()[0], "%m/%d/%Y").date()  # a billing day has no zone
        found = datetime.fromisoformat(text)
        return (found.astimezone(UTC) if found.tzinfo else found).date()
    except (ValueError, OverflowError, OSError):  # the last two: seconds that no calendar of this machine has
        raise InvalidFile(f"{text!r} is not a date") from None


def text(record: Record, *keys: str) -> str | None:
    """The first of some words that is there."""
    return next((str(record[key]) for key in keys if record.get(key) not in (None, "")), None)
