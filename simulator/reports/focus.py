"""focus.csv: the projected months in the columns of FOCUS, for tools that read cloud bills. A forecast, not a bill.

Each scenario (strategy at a scale) is an alternative: filter by `x_Scenario` before summing. Within one, the lines of a
month sum to its P50 exactly. Where prices change in a month its lines do too, each with the charge period in which its
price holds. What contracts ask of the whole month, and what the measured mix does not explain, are lines of their own.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from simulator.spend.bill import LineItem
from simulator.spend.month import Days, MonthCost
from simulator.summary import Summary
from simulator.units import scale_text

MILLION = Decimal(1_000_000)
COLUMNS = (
    "BillingCurrency",
    "BillingPeriodStart",
    "BillingPeriodEnd",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ProviderName",
    "ServiceProviderName",
    "ServiceCategory",
    "ServiceName",
    "SkuMeter",
    "ConsumedQuantity",
    "ConsumedUnit",
    "PricingQuantity",
    "PricingUnit",
    "ListUnitPrice",
    "ListCost",
    "ContractedUnitPrice",
    "ContractedCost",
    "EffectiveCost",
    "BilledCost",
    "x_IsForecast",
    "x_Scenario",
    "x_Strategy",
    "x_Scale",
    "x_Percentile",
    "x_MonthP10",
    "x_MonthP90",
    "x_Provenance",
    "x_PriceSince",
    "x_PriceSource",
    "x_MeasuredScale",
    "x_RunId",
    "x_RunVerdict",
)
"""The names are of FOCUS 1.2 (`ServiceProviderName` of 1.3, which replaces `ProviderName`); `x_` marks what is ours.

Null, an empty field, is unknown and not 0. `ChargeClass` is null because no line corrects an earlier one.
"""

Row = dict[str, str]


def render(summary: Summary) -> str:
    """CSV with a heading, RFC 4180 quoting and line ends; only the heading where nothing was projected."""
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for month in summary.projection.months:
        writer.writerows(_month(summary, month))
    return sheet.getvalue()


def write(summary: Summary, path: Path) -> None:
    """The forecast as a file in UTF-8."""
    path.write_text(render(summary), encoding="utf-8", newline="")


def _month(summary: Summary, month: MonthCost) -> Iterator[Row]:
    shared, explained = _shared(summary, month), Decimal(0)
    planned = _planned(summary, month)
    for days in _days(month) if planned else ():
        period = {"ChargePeriodStart": _midnight(days.first), "ChargePeriodEnd": _midnight(days.until)}
        requests = month.requests * days.share
        for item in _mix(_items_on(summary, days.first), month):
            pricing = (item.quantity * requests / planned / MILLION).quantize(Decimal("1e-9"))
            explained += pricing * item.usd_per_million
            yield shared | period | _line(item, pricing) | _provider(summary, item)
    for term in month.contracts:
        added = term.added(month.usage).quantize(Decimal("1e-9"))
        if added:
            explained += added
            yield shared | _contract(term.id, added)
    rest = month.p50 - explained
    if rest:
        yield shared | _rest(rest, whole=not explained)


def _days(month: MonthCost) -> list[Days]:
    return [one for one in month.days or [_whole_month(month)] if one.share]


def _items_on(summary: Summary, day: date) -> list[LineItem]:
    """The bill's lines at the prices of a day: those of the last price list that has begun, or the run's own."""
    begun = [first for first in summary.items_from if first <= day]
    return summary.items_from[max(begun)] if begun else summary.items


def _mix(items: list[LineItem], month: MonthCost) -> list[LineItem]:
    """The lines of the rung that the month rests on, its first replicate, attempts of all outcomes together."""
    own = [one for one in items if (one.scale, one.strategy) == (month.based_on_scale, month.strategy)]
    replicate = min((one.replicate for one in own), default=0)
    merged: dict[tuple[str, str, str, Decimal], LineItem] = {}
    for item in (one for one in own if one.replicate == replicate):
        key = (item.model, item.purpose, item.meter, item.usd_per_million)
        before = merged[key].quantity if key in merged else 0
        merged[key] = item.model_copy(update={"quantity": item.quantity + before})
    return list(merged.values())


def _planned(summary: Summary, month: MonthCost) -> int:
    """Requests that those lines were billed for; 0 where the summary has no such rung."""
    own = [one for one in summary.rungs if (one.scale, one.strategy) == (month.based_on_scale, month.strategy)]
    return min(own, key=lambda rung: rung.replicate).planned if own else 0


def _shared(summary: Summary, month: MonthCost) -> Row:
    whole = _whole_month(month)
    start, end = _midnight(whole.first), _midnight(whole.until)
    return {
        "BillingCurrency": "USD",
        "BillingPeriodStart": start,
        "BillingPeriodEnd": end,
        "ChargePeriodStart": start,
        "ChargePeriodEnd": end,
        "ChargeFrequency": "Usage-Based",
        "ServiceCategory": "AI and Machine Learning",
        "x_IsForecast": "true",
        "x_Scenario": text(f"{month.strategy} at {scale_text(month.scale)}"),
        "x_Strategy": text(month.strategy),
        "x_Scale": f"{month.scale:g}",
        "x_Percentile": "P50",
        "x_MonthP10": _plain(month.p10),
        "x_MonthP90": _plain(month.p90),
        "x_Provenance": month.provenance,
        "x_MeasuredScale": f"{month.based_on_scale:g}",
        "x_RunId": text(summary.run.id),
        "x_RunVerdict": summary.run.verdict,
    }


def _line(item: LineItem, pricing: Decimal) -> Row:
    """Billed = effective = contracted: what a run pays, it pays for use."""
    tokens = item.meter.endswith("_tokens")
    paid = _plain(pricing * item.usd_per_million)
    return {
        "ChargeCategory": "Usage",
        "ChargeDescription": text(f"Forecast: {item.model}, {item.purpose}, {item.meter}"),
        "ServiceName": text(item.model),
        "SkuMeter": item.meter.replace("_", " ").title(),
        "ConsumedQuantity": _plain(pricing * MILLION),
        "ConsumedUnit": "Tokens" if tokens else "Units",
        "PricingQuantity": _plain(pricing),
        "PricingUnit": "1000000 Tokens" if tokens else "1000000 Units",
        "ListUnitPrice": _plain(item.list_usd_per_million),
        "ListCost": _plain(pricing * item.list_usd_per_million),
        "ContractedUnitPrice": _plain(item.usd_per_million),
        "x_PriceSince": "" if item.since is None else item.since.isoformat(),
        "x_PriceSource": text(item.source),
        "ContractedCost": paid,
        "EffectiveCost": paid,
        "BilledCost": paid,
    }


def _provider(summary: Summary, item: LineItem) -> Row:
    """Who bills the model, by the book's name for it; empty where the summary does not say."""
    asked = f"/{item.model}"  # a price is named with its provider where calls name one
    named = (one.get("priced_as", "") for one in summary.prices if f"/{one.get('model')}".endswith(asked))
    provider = next(named, "").partition("/")[0]
    return {"ProviderName": text(provider), "ServiceProviderName": text(provider)}


def _contract(name: str, added: Decimal) -> Row:
    """What a contract gives back of the month, or adds to reach its minimum."""
    if added < 0:
        return _whole("Credit", f"contract {name}, volume discount", added)
    return _whole("Adjustment", f"contract {name}, to its minimum of the month", added)


def _rest(rest: Decimal, *, whole: bool) -> Row:
    if whole:
        return _whole("Usage", "the month, of which no bill lines are known", rest)
    why = "rounding, sessions left out of the sample, and hours with other prices"
    return _whole("Adjustment", why, rest)


def _whole(category: str, why: str, usd: Decimal) -> Row:
    """Dollars without a price of their own, so without pricing columns, as FOCUS asks."""
    costs = dict.fromkeys(("ListCost", "ContractedCost", "EffectiveCost", "BilledCost"), _plain(usd))
    said = {"ChargeCategory": category, "ChargeDescription": text(f"Forecast: {why}"), "ServiceName": "all models"}
    return said | costs


def _whole_month(month: MonthCost) -> Days:
    year, number = map(int, month.month.split("-"))
    following = date(year + number // 12, number % 12 + 1, 1)
    return Days(first=date(year, number, 1), until=following, share=Decimal(1))


def _midnight(day: date) -> str:
    """The first instant of a day; as an end it is exclusive."""
    return f"{day}T00:00:00Z"


def _plain(amount: Decimal | None) -> str:
    return "" if amount is None else format(amount.normalize(), "f")


def text(words: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{words}" if words[:1] in ("=", "+", "-", "@", "\t", "\r") else words
