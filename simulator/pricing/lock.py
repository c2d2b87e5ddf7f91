"""Writing `catalogue.lock.json` from the installed genai-prices package. No network: it only rereads the package."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

from simulator.pricing.catalogue import BODY, Catalogue, digest
from simulator.pricing.meters import meters

_STANDARD = {"service_tier": "default"}


def lock_text(*, today: date) -> str:
    """The lock's whole text: a head with version and hash, then one model a line."""
    from genai_prices.data import providers

    body = ",\n".join(_provider_text(provider) for provider in providers) + "\n]}\n"
    head = {"catalogue": "genai-prices", "version": version("genai-prices"), "sha256": digest(BODY + body)}
    fields = {**head, "locked_on": today.isoformat()}
    return (
        "{"
        + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in fields.items())
        + f",\n{BODY}{body}"
    )


def update(path: Path, *, today: date) -> tuple[Catalogue, Catalogue]:
    """Lock the installed catalogue instead of the one in `path`; return what was locked before and after.

    The old lock is read first, so one that was changed by hand is not overwritten unseen.
    """
    before = Catalogue.read(path)
    text = lock_text(today=today)
    after = Catalogue.parse(text, name=str(path))
    if after.sha256 != before.sha256 or after.version != before.version:
        path.write_text(text, encoding="utf-8")
    return before, after


def _provider_text(provider: Any) -> str:
    facts = {
        "url": (provider.pricing_urls or [None])[0],
        "match_model": _clause(provider.model_match),
        "match_provider": _clause(provider.provider_match),
        "falls_back_to": provider.fallback_model_providers or [],
    }
    models = ",\n".join(_line(_model(model)) for model in provider.models)
    return f'\n{{"id":{json.dumps(provider.id)},{_line(facts)[1:-1]},"models":[\n{models}]}}'.replace(
        '\n{"id"', '\n {"id"', 1
    )


def _model(model: Any) -> dict[str, Any]:
    return {"id": model.id, "match": _clause(model.match), "prices": [_entry(model, day) for day in _days(model)]}


def _entry(model: Any, day: date | None) -> dict[str, Any]:
    """Everything that holds from `day` on: standard prices, daily windows, and the tiers known by then."""
    at = datetime.combine(day or date(2000, 1, 1), time(), UTC)
    tiers = {_tier(when): _sheet(model.get_prices(_quiet(model, at), when)) for when in _whens(model, at)}
    windows = [{"hours": [_span(one.constraint)], **_sheet(one.prices)} for one in _daily(model)]
    entry = {"from": day and day.isoformat(), **_sheet(model.get_prices(_quiet(model, at)))}
    return {**entry, **({"tiers": tiers} if tiers else {}), **({"windows": windows} if windows else {})}


def _days(model: Any) -> list[date | None]:
    """Every day on which a standard price or a tier starts, after the undated first."""
    constraints = [one.constraint for one in _conditional(model)] + [
        one.constraint for one in model.price_variants or ()
    ]
    return [None, *sorted({one.start_date for one in constraints if hasattr(one, "start_date")})]


def _conditional(model: Any) -> list[Any]:
    return model.prices if isinstance(model.prices, list) else []


def _daily(model: Any) -> list[Any]:
    return [one for one in _conditional(model) if hasattr(one.constraint, "start_time")]


def _quiet(model: Any, at: datetime) -> datetime:
    """An instant of the same day at which no daily window holds, so that the standard prices show."""
    minutes = (at + timedelta(minutes=step) for step in range(0, 1440, 10))
    return next(one for one in minutes if not any(window.constraint.active(one) for window in _daily(model)))


def _whens(model: Any, at: datetime) -> Iterator[dict[str, str]]:
    seen: list[dict[str, str]] = [_STANDARD]
    for variant in model.price_variants or ():
        active = variant.constraint is None or variant.constraint.active(at)
        if active and variant.when not in seen:
            seen.append(variant.when)
            yield variant.when


def _tier(when: dict[str, str]) -> str:
    """batch, flex, priority, fast as such; anything else by its key too, as `search_type=web`."""
    known = {"service_tier", "processing", "speed"}
    return "+".join(value if key in known else f"{key}={value}" for key, value in when.items())


def _span(constraint: Any) -> str:
    return f"{constraint.start_time:%H:%M}-{constraint.end_time:%H:%M}"


def _sheet(prices: Any) -> dict[str, Any]:
    """Prices by the unit of the vendor's page, and the same for longer prompts."""
    from genai_prices.types import TieredPrices

    sheet: dict[str, Any] = {}
    long: dict[int, dict[str, Any]] = {}
    for meter, unit, price in _priced(prices):
        base = price.base if isinstance(price, TieredPrices) else price
        sheet.setdefault(unit, {})[meter] = _text(base)
        for step in price.tiers if isinstance(price, TieredPrices) else ():
            long.setdefault(step.start, {}).setdefault(unit, {})[meter] = _text(step.price)
    return sheet | ({"long_context": [{"over": start, **long[start]} for start in sorted(long)]} if long else {})


def _priced(prices: Any) -> Iterator[tuple[str, str, Any]]:
    """(meter, unit, price) of everything priced; a key that the table of meters does not know is left unpriced."""
    from genai_prices.data_units import unit_data

    by_key = {meter.catalogue: name for name, meter in meters().items() if meter.catalogue}
    per = {unit["price_key"]: unit["per"] for unit in unit_data.values()}
    units = {1_000_000: "usd_per_million", 1_000: "usd_per_thousand", 3_600: "usd_per_unit"}  # 3600: an hour of seconds
    for key, price in sorted(prices.__dict__.items()):
        if price is not None and key in by_key:
            yield by_key[key], units[per[key]], price


def _clause(clause: Any) -> dict[str, Any] | None:
    if clause is None:
        return None
    ((name, operand),) = vars(clause).items()
    return {name.rstrip("_"): [_clause(one) for one in operand] if isinstance(operand, list) else operand}


def _text(price: Decimal) -> str:
    return format(price.normalize(), "f")


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
