"""prices: look into the price book, check it, compare two, lock the catalogue anew."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import At, Json, Prices, day
from simulator.errors import BadInput, ExitCode
from simulator.units import count_text, usd_text

if TYPE_CHECKING:
    from simulator.pricing.listing import PriceChange, PriceLine

prices_app = typer.Typer(name="prices", help="Look into the price book.", no_args_is_help=True)
app.add_typer(prices_app)


@prices_app.command("show")
def show(
    model: Annotated[str, typer.Argument(help="Model, or provider/model.", metavar="MODEL")],
    at: At = None,
    tier: Annotated[str | None, typer.Option("--tier", help="Service tier, such as batch or priority.")] = None,
    prices: Prices = None,
    as_json: Json = False,
) -> int:
    """A model's rates on a day: layer, line, source, date."""
    from simulator.pricing.book import PriceBook
    from simulator.pricing.listing import price_changes, price_lines

    book = PriceBook.load(prices)
    when = day(at) or datetime.now(UTC)
    rows = price_lines(book, model, at=when)
    changes = [] if tier else list(price_changes(book, model, after=when))
    if tier:
        every, rows = rows, [line for line in rows if line.tier == tier]
        if not rows:
            known = ", ".join(dict.fromkeys(line.tier for line in every if line.tier)) or "none but the standard one"
            raise BadInput(f"{model} has no tier {tier!r} with other prices on {when:%Y-%m-%d}; known: {known}")
    if as_json:
        print(json.dumps([line.as_json() for line in rows], indent=1))
        return 0
    for line in rows:
        print("\n".join(_both_lines(line)))
    for on, changed in changes:
        for one in changed:
            print(f"changes on {on}: {_change(one)}")
    return 0


def _change(one: "PriceChange") -> str:
    """The meter under its conditions, and its exact price before and after."""
    from simulator.pricing.meters import price_text

    before, after = ("unknown" if usd is None else price_text(one.meter, usd) for usd in (one.before, one.after))
    said = ", ".join(filter(None, (one.meter, one.tier and f"tier {one.tier}", _long(one.prompt_from))))
    return f"{said}: {before} → {after}"


def _long(prompt_from: int) -> str:
    return f"prompts of {count_text(prompt_from)} or more" if prompt_from else ""


def _both_lines(line: "PriceLine") -> tuple[str, str]:
    """The price under its conditions, and below it who says so."""
    from simulator.pricing.meters import price_text

    rate = line.rate
    said = ", ".join(filter(None, (line.tier, _long(line.prompt_from), *rate.steps)))
    price = price_text(rate.meter, rate.usd_per_million)
    head = f"{line.model:<28} {rate.meter:<22} {price:<20} from {rate.since or 'an unknown day'}  {said}".rstrip()
    doubt = f" · VERIFY: {rate.verify}" if rate.verify else ""
    return head, f"{'':<28} {rate.layer} · {rate.place} · {rate.source} · as of {rate.as_of}{doubt}"


@prices_app.command("check")
def check(
    scenarios: Annotated[list[Path], typer.Argument(help="Scenario files.", metavar="SCENARIO...")],
    prices: Prices = None,
    stale: Annotated[int, typer.Option("--stale", help="Days after which a price is old.", min=1)] = 90,
    second: Annotated[
        Path | None, typer.Option("--second", help="litellm's price file, to compare with.", metavar="FILE")
    ] = None,
) -> int:
    """Models that nobody can price, old prices, changes ahead.

    Exit 99 where a price is missing or sources differ.
    """
    from simulator.pricing.book import PriceBook
    from simulator.pricing.review import review
    from simulator.scenario.scenario import load

    models = sorted({model for path in scenarios for named in load(path).models().values() for model in named})
    found = review(PriceBook.load(prices), models, at=datetime.now(UTC), stale_days=stale, second=second)
    for one in found:
        print(f"{one.kind}: {one.what}: {one.message}")
    if not found:
        print(f"{len(models)} models priced, none checked more than {stale} days ago")
    return ExitCode.FAILED if any(one.failed for one in found) else ExitCode.PASS


@prices_app.command("diff")
def diff(
    before: Annotated[Path, typer.Argument(help="Price book, or a run's inputs/rates.yaml.", metavar="A")],
    after: Annotated[Path, typer.Argument(help="The other one.", metavar="B")],
    run: Annotated[Path, typer.Option("--run", help="Run whose calls are billed by both.", metavar="RUN")],
) -> int:
    """Which prices differ, and what that does to a run's bill."""
    from simulator.derive.bills import evidence
    from simulator.pricing.book import PriceBook
    from simulator.pricing.listing import diff as differing
    from simulator.reports.tables.spend import partial_usd_text
    from simulator.spend.impact import impact

    books = PriceBook.load(before), PriceBook.load(after)
    calls, at = evidence(run)
    for one in differing(*books, models=sorted(set(calls["model"].to_pylist())), at=at):
        print(f"{one.model:<28} {_change(one)}")
    found = impact(calls, *books, at=at)
    before_usd, after_usd = (partial_usd_text(one.total, one.unpriced_calls) for one in (found.before, found.after))
    print(f"the run: {before_usd} → {after_usd}, change {usd_text(found.change)}")
    if not found.same_calls:
        missing = " → ".join(count_text(one.unpriced_calls) for one in (found.before, found.after))
        print(f"attempts without a price: {missing}, and not the same ones, so that the totals do not compare")
    return 0


@prices_app.command("update")
def update() -> int:
    """Lock the installed catalogue anew; nothing is fetched."""
    from simulator.pricing.lock import update as relock
    from simulator.shipped import shipped

    before, after = relock(shipped("pricing/catalogue.lock.json"), today=datetime.now(UTC).date())
    same = before.sha256 == after.sha256
    print(f"{before.name} → {after.name}: {'nothing changed' if same else 'prices changed; see `tenfold prices diff`'}")
    return 0
