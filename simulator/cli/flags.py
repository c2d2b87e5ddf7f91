"""Flags that several commands share, and how their text becomes values; a bad one is told by its name."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar, cast, get_args

import typer

from simulator.errors import BadInput
from simulator.units import parse_duration, parse_rate, parse_scale, parse_share, parse_usd

if TYPE_CHECKING:
    from simulator.traffic.multiply import Meaning

SCALES = "1,2,10"
T = TypeVar("T")

Jitter = Annotated[
    str | None,
    typer.Option(
        "--jitter",
        help="Within which a clone starts around its original; by default a minute, or a twentieth of a shorter span.",
        metavar="60s",
        show_default=False,
    ),
]
ScenarioFile = Annotated[Path, typer.Argument(help="Scenario file.", metavar="SCENARIO", show_default=False)]
RunPath = Annotated[Path, typer.Argument(help="Run directory, as in results/…", metavar="RUN", show_default=False)]
Prices = Annotated[
    Path | None, typer.Option("--prices", help="Price book.", show_default="the shipped one", metavar="FILE")
]
At = Annotated[str | None, typer.Option("--at", help="Prices of this day.", metavar="YYYY-MM-DD", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]


def scales(text: str) -> tuple[float, ...]:
    """`1,2,10x` → (1.0, 2.0, 10.0), ascending, each once."""
    if found := {_parsed("--scale", word, parse_scale) for word in words(text)}:
        return tuple(sorted(found))
    raise BadInput("--scale: names no scale; write 1,2,10")


def scale(flag: str, text: str) -> float:
    return _parsed(flag, text, parse_scale)


def words(text: str) -> tuple[str, ...]:
    """Comma-separated words without blanks."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def positive(flag: str, text: str) -> list[float]:
    """`50,200.5` → [50.0, 200.5]. Raises `BadInput` for anything that is not a number above 0."""
    found = [float(word) for word in words(text) if word.replace(".", "", 1).isdigit() and float(word) > 0]
    if not found or len(found) < len(words(text)):
        raise BadInput(f"{flag}: {text!r} are not numbers above 0; write 50,200,500")
    return found


def meaning(text: str) -> "Meaning":
    """What a scale means. Raises `BadInput` with the words that are known."""
    from simulator.traffic.multiply import Meaning

    for word in get_args(Meaning):
        if word == text:
            return cast("Meaning", word)
    raise BadInput(f"--multiply: {text!r} is not a meaning of 10×; known are {', '.join(get_args(Meaning))}")


def jitter(text: str | None, meaning: "Meaning") -> float | None:
    """Seconds around its original's start within which a clone starts; None: by the span."""
    if text is not None and meaning != "clone":
        raise BadInput(f"--jitter is for --multiply clone; {meaning} draws none")
    return None if text is None else duration("--jitter", text)


def duration(flag: str, text: str) -> float:
    return _parsed(flag, text, parse_duration)


def rate(flag: str, text: str) -> float:
    return _parsed(flag, text, parse_rate)


def money(flag: str, text: str) -> Decimal:
    return _parsed(flag, text, parse_usd)


def share(flag: str, text: str) -> float:
    return _parsed(flag, text, parse_share)


def share_or_range(flag: str, text: str) -> float:
    """`92%`, or `85%..95%`, which counts as what a run takes where nobody draws from it."""
    from functools import partial

    from simulator.strategies.ranges import either

    return _parsed(flag, text, partial(either, parse_share))


def day(text: str | None) -> datetime | None:
    """`2026-12-01` → that day's start in UTC. Raises `BadInput` for anything else."""
    if text is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError:
        raise BadInput(f"--at: {text!r} is not a day; write 2026-12-01") from None


def _parsed(flag: str, text: str, parse: Callable[[object], T]) -> T:
    try:
        return parse(text)
    except ValueError as error:
        raise BadInput(f"{flag}: {error}") from None
