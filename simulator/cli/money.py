"""bill, project, commitments: dollars, without sending a request."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from simulator.cli import app
from simulator.cli.flags import At, Json, RunPath, day
from simulator.errors import BadInput, ExitCode
from simulator.units import count_text

Prices = Annotated[
    Path | None,
    typer.Option("--prices", help="Price book.", show_default="the run's rates, else the shipped one", metavar="FILE"),
]


@app.command()
def bill(
    source: Annotated[
        Path, typer.Argument(help="Run directory, or a usage log: JSONL, CSV or Parquet.", metavar="RUN|FILE")
    ],
    prices: Prices = None,
    at: At = None,
    actual: Annotated[
        list[Path] | None,
        typer.Option("--actual", help="The provider's cost or usage export, to explain the difference."),
    ] = None,
    months: Annotated[
        bool, typer.Option("--months", help="A log's calendar months, with discounts and free units.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 2 when a row has no price or no time.")] = False,
    as_json: Json = False,
) -> int:
    """Price a run or a usage log, exactly, at dated rates."""
    if months and actual:
        raise BadInput("--months is a statement and --actual a comparison; ask for one of both")
    if months:
        unknown = _months(source, prices, day(at), as_json=as_json)
    elif actual:
        unknown = _bridge(source, prices, day(at), actual, as_json=as_json)
    elif _is_run(source):
        unknown = _bill_run(source, prices, day(at), as_json=as_json)
    else:
        unknown = _bill_log(source, prices, day(at), as_json=as_json)
    for line in unknown.lines():
        print(f"tenfold: {line}", file=sys.stderr)
    return ExitCode.USAGE if unknown.unpriced and strict else ExitCode.PASS


class _Unknown(NamedTuple):
    """What a bill does not know: rows without a price, and models whose price is only assumed for the day."""

    unpriced: int
    backdated: Sequence[str]

    def lines(self) -> Iterator[str]:
        """What to say of it beside the bill."""
        if self.unpriced:
            yield f"{count_text(self.unpriced)} rows have no price and are not in the total"
        if self.backdated:
            yield (
                f"assumed: prices of {_some(self.backdated)} have no first day and were read after the day that "
                "they are used for; give dated ones in a price book of your own (--prices)"
            )


def _some(names: Sequence[str]) -> str:
    """The first three, and how many more."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _months(source: Path, prices: Path | None, at: datetime | None, *, as_json: bool) -> _Unknown:
    """What a provider's statement would say of a usage log, by month."""
    from simulator.cli.money_text import statement_lines
    from simulator.pricing.book import PriceBook
    from simulator.spend.statement import statement

    if _is_run(source):
        raise BadInput(f"{source}: --months is for a usage log; a run's months come from `tenfold project`")
    found = statement(source, PriceBook.load(prices), at=at)
    _print([found.model_dump_json(indent=1)] if as_json else statement_lines(found))
    return _Unknown(found.undated + sum(month.unpriced for month in found.months), found.backdated)


def _bridge(source: Path, prices: Path | None, at: datetime | None, actual: list[Path], *, as_json: bool) -> _Unknown:
    """From what was expected to what was charged, step by step."""
    from simulator.cli.money_text import bridge_lines
    from simulator.derive.bills import expected_of_run
    from simulator.pricing.book import PriceBook
    from simulator.spend import actuals
    from simulator.spend.sides import expected_of_log
    from simulator.spend.variance import compare

    book = PriceBook.load(prices)
    if _is_run(source):
        expected = expected_of_run(source, book if prices else None, at=at)
    else:
        expected = expected_of_log(source, book, at=at)
    found = compare(expected, actuals.read(actual), book)
    _print([found.model_dump_json(indent=1)] if as_json else bridge_lines(found))
    return _Unknown(found.unpriced, found.backdated)


def _bill_run(path: Path, prices: Path | None, at: datetime | None, *, as_json: bool) -> _Unknown:
    from simulator.cli.money_text import bill_lines
    from simulator.derive.bills import attempt_lines, rebill
    from simulator.pricing.book import PriceBook

    book = PriceBook.load(prices) if prices else None
    if as_json:
        return _json_lines(attempt_lines(path, book=book, at=at))
    found = rebill(path, book=book, at=at)
    _print(bill_lines(found))
    return _Unknown(found.unpriced_calls, found.backdated)


def _bill_log(path: Path, prices: Path | None, at: datetime | None, *, as_json: bool) -> _Unknown:
    from simulator.cli.money_text import log_lines
    from simulator.pricing.book import PriceBook
    from simulator.spend.usage_log import bill_log, sum_log

    book = PriceBook.load(prices)
    if as_json:
        return _json_lines(bill_log(path, book, at=at))
    found = sum_log(path, book, at=at)
    if not found.unpriced and not found.priced:
        raise BadInput(f"{path}: holds no row, so there is nothing to price")
    if not found.priced:
        reason, rows = max(found.reasons.items(), key=lambda item: item[1])
        raise BadInput(f"{path}: no row has a price, so there is no total; {count_text(rows)} × {reason}")
    _print(log_lines(found, book.name))
    return _Unknown(found.unpriced, sorted(found.backdated))


def _is_run(path: Path) -> bool:
    return path.is_dir() or path.with_name(path.name + ".partial").is_dir()


def _json_lines(lines: Iterable[dict[str, Any]]) -> _Unknown:
    """Print them; the last one says what was not known."""
    line: dict[str, Any] = {"unpriced": 0}
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    return _Unknown(line["unpriced"], line.get("backdated", ()))


def _print(lines: Iterable[str]) -> int:
    for line in lines:
        print(line)
    return ExitCode.PASS


@app.command()
def project(run: RunPath, prices: Prices = None, as_json: Json = False) -> int:
    """The month at 1×, 10× and 100×, each at its own prices."""
    from simulator.cli.money_text import month_lines
    from simulator.derive import derive
    from simulator.pricing.book import PriceBook
    from simulator.reports.tables.months import UNPRICED, without_month

    summary = derive(run, book=PriceBook.load(prices) if prices else None)
    if unknown := without_month(summary):
        print(f"tenfold: no month for {', '.join(unknown)}: {UNPRICED}", file=sys.stderr)
    found = summary.projection
    return _print([found.model_dump_json(indent=1)] if as_json else month_lines(found))


@app.command()
def commitments(run: RunPath, prices: Prices = None, as_json: Json = False) -> int:
    """Would committed capacity (PTU, GSU, machines) pay?

    For the measured traffic, and from which utilisation on.
    """
    from simulator.cli.money_text import commitment_lines
    from simulator.derive.bills import commitment_cases
    from simulator.pricing.book import PriceBook

    book = PriceBook.load(prices)
    found = commitment_cases(run, book)
    if as_json:
        cases = [{"scale": scale, "strategy": name, **case.model_dump(mode="json")} for scale, name, case in found]
        return _print([json.dumps(cases, indent=1)])
    return _print(commitment_lines(found) if found else [f"{book.name}: names no commitment for a model of this run"])
