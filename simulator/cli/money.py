"""bill, project, commitments: dollars, without sending a request."""

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from simulator.cli import app
from simulator.cli.flags import Json, RunPath, day
from simulator.errors import BadInput, ExitCode
from simulator.units import count_text, scale_text, share_text, usd_text

At = Annotated[str | None, typer.Option("--at", help="Prices of this day.", metavar="YYYY-MM-DD", show_default=False)]
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
    strict: Annotated[bool, typer.Option("--strict", help="Exit 2 when a row has no price.")] = False,
    as_json: Json = False,
) -> int:
    """Price a run or a usage log, exactly, at dated rates."""
    if months:
        return _months(source, prices, day(at), as_json=as_json)
    if actual:
        return _bridge(source, prices, day(at), actual, as_json=as_json)
    if _is_run(source):
        unpriced = _bill_run(source, prices, day(at), as_json=as_json)
    else:
        unpriced = _bill_log(source, prices, day(at), as_json=as_json)
    if unpriced:
        print(f"tenfold: {count_text(unpriced)} rows have no price and are not in the total", file=sys.stderr)
    return ExitCode.USAGE if unpriced and strict else ExitCode.PASS


def _months(source: Path, prices: Path | None, at: datetime | None, *, as_json: bool) -> int:
    """What a provider's statement would say of a usage log, month by month."""
    from simulator.pricing.book import PriceBook
    from simulator.spend.statement import statement

    if _is_run(source):
        raise BadInput(f"{source}: --months is for a usage log; a run's months come from `tenfold project`")
    found = statement(source, PriceBook.load(prices), at=at)
    if as_json:
        print(found.model_dump_json(indent=1))
        return 0
    for month in found.months:
        parts = f"list {usd_text(month.list_usd)}, contracted {usd_text(month.contracted_usd)}"
        free = f", free units {usd_text(month.free_usd)}, volume {usd_text(month.volume_usd)}"
        billed = f"{month.month}  billed {usd_text(month.billed_usd)}"
        print(f"{billed}  ({parts}{free}; {count_text(month.requests)} requests)")
    return 0


def _is_run(path: Path) -> bool:
    return path.is_dir() or path.with_name(path.name + ".partial").is_dir()


def _bridge(source: Path, prices: Path | None, at: datetime | None, actual: list[Path], *, as_json: bool) -> int:
    """From what was expected to what was charged, step by step."""
    from simulator.derive.bills import evidence
    from simulator.pricing.book import PriceBook
    from simulator.spend import actuals
    from simulator.spend.sides import expected_of_calls, expected_of_log
    from simulator.spend.variance import compare

    book = PriceBook.load(prices)
    if _is_run(source):
        calls, started = evidence(source)
        expected = expected_of_calls(calls, book, at=at or started)
    else:
        expected = expected_of_log(source, book, at=at)
    found = compare(expected, actuals.read(actual), book)
    if as_json:
        print(found.model_dump_json(indent=1))
        return 0
    print(f"{'expected':<22} {usd_text(found.expected):>14}")
    for step in found.steps:
        print(f"{'+ ' + step.name:<22} {usd_text(step.usd):>14}  {step.note or ''}".rstrip())
    print(f"{'= actual':<22} {usd_text(found.actual):>14}")
    for flag in found.flags:
        print(f"look: {flag}")
    return 0


def _bill_run(path: Path, prices: Path | None, at: datetime | None, *, as_json: bool) -> int:
    from simulator.derive.bills import bill_lines, rebill
    from simulator.pricing.book import PriceBook

    book = PriceBook.load(prices) if prices else None
    if as_json:
        return _json_lines(bill_lines(path, book=book, at=at))
    found = rebill(path, book=book, at=at)
    for rung in found.rungs:
        each = f"{usd_text(rung.per_answered)} an answered request"
        print(f"{scale_text(rung.scale):>5} {rung.strategy:<16} {usd_text(rung.total):>12}  {each}")
    print(f"total {found.total} USD at prices of {found.priced_at[:10]} ({found.book}, before tax)")
    return found.unpriced_calls


def _bill_log(path: Path, prices: Path | None, at: datetime | None, *, as_json: bool) -> int:
    from simulator.pricing.book import PriceBook
    from simulator.spend.usage_log import bill_log, sum_log

    book = PriceBook.load(prices)
    if as_json:
        return _json_lines(bill_log(path, book, at=at))
    found = sum_log(path, book, at=at)
    for model, cost in sorted(found.by_model.items()):
        print(f"{model:<32} {usd_text(cost):>12}")
    for reason, count in found.reasons.items():
        print(f"unpriced: {count_text(count)} × {reason}")
    print(f"total {found.total:f} USD over {count_text(found.priced)} priced rows ({book.name}, before tax)")
    return found.unpriced


def _json_lines(lines: Iterable[dict[str, Any]]) -> int:
    """Print them; the last one counts what had no price."""
    line: dict[str, Any] = {"unpriced": 0}
    for line in lines:
        print(json.dumps(line, ensure_ascii=False))
    return int(line["unpriced"])


@app.command()
def project(run: RunPath, prices: Prices = None, as_json: Json = False) -> int:
    """The month at 1×, 10× and 100× from a run's measured sessions, each month at its own prices."""
    from simulator.derive import derive
    from simulator.pricing.book import PriceBook

    found = derive(run, book=PriceBook.load(prices) if prices else None).projection
    if as_json:
        print(found.model_dump_json(indent=1))
        return 0
    for month in found.months:
        band = f"P10 {usd_text(month.p10)} · P90 {usd_text(month.p90)}" if month.p10 is not None else "no interval"
        against = "" if month.over_budget == "no budget" else f" · {month.over_budget} budget {usd_text(month.budget)}"
        head = f"{month.month} {scale_text(month.scale):>5} {month.strategy:<16}"
        print(f"{head} {usd_text(month.p50):>14}  {band}{against}  [{month.provenance}]")
    return 0


@app.command()
def commitments(run: RunPath, prices: Prices = None, as_json: Json = False) -> int:
    """Would committed capacity (PTU, GSU, machines) pay for the measured traffic, and from which utilisation on?"""
    from simulator.derive.bills import commitment_cases
    from simulator.pricing.book import PriceBook

    book = PriceBook.load(prices)
    found = commitment_cases(run, book)
    if as_json:
        print(
            json.dumps(
                [{"scale": s, "strategy": n, **json.loads(case.model_dump_json())} for s, n, case in found], indent=1
            )
        )
        return 0
    for scale, strategy, case in found:
        one = case.chosen
        used = (
            f"{one.units} units at {share_text(one.utilisation)} of capacity, {share_text(one.spilled_share)} spilled"
        )
        saved = f"saves {usd_text(one.saving_usd)} a month, pays {_pays(case.break_even_utilisation)} [extrapolated]"
        print(f"{scale_text(scale):>5} {strategy:<16} {case.id}: {used}; {saved}")
    if not found:
        print(f"{book.name}: names no commitment for a model that this run called")
    return 0


def _pays(break_even: float | None) -> str:
    if break_even is None:
        return "nothing: no token of it was used"
    return "never" if break_even > 1 else f"from {share_text(break_even)} of its capacity on"
