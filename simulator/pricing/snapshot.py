"""The resolved rates that a run used, as rows: kept beside the run, so that it bills the same after any upgrade."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError

from simulator.pricing.attempts import Attempts
from simulator.pricing.commitment import Commitment
from simulator.pricing.errors import UnknownModel
from simulator.pricing.hours import Hours
from simulator.pricing.rates import EXACT, Band, Rate, Rates
from simulator.pricing.terms import Contract, FreePool
from simulator.units import Usd
from simulator.yamlfile import FileModel


def _day(text: str) -> str:
    if text:
        date.fromisoformat(text)
    return text


def _tokens(text: str) -> str:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"must be a number of tokens, got {text!r}")
    return text


def _window(text: str) -> str:
    try:
        if text:
            Hours.model_validate_json(text)
    except ValidationError:
        raise ValueError(f"must be hours as JSON, got {text!r}") from None
    return text


_Day = Annotated[str, AfterValidator(_day)]


class SnapshotRow(FileModel):
    """One rate as it was resolved. Empty text: no limit, no tier, no place."""

    model: str
    """The name that requests use."""
    priced_as: str
    """`provider/model` in the book."""
    meter: str
    usd_per_million: Usd
    list_usd_per_million: Usd
    from_: _Day = Field(alias="from")
    """First day of the entry, or empty where nobody knows."""
    until: _Day = ""
    """First day on which something may cost otherwise, or empty."""
    tier: str = ""
    geo: str = ""
    prompt_from: Annotated[str, AfterValidator(_tokens)] = "0"
    """The smallest prompt that pays this, in tokens."""
    layer: str
    place: str
    source: str
    as_of: Annotated[str, AfterValidator(date.fromisoformat), AfterValidator(date.isoformat)]
    steps: str = ""
    minimum: Usd = Decimal(0)
    """Units that one request is billed at least."""
    hours: Annotated[str, AfterValidator(_window)] = ""
    """The hours in which it holds, as JSON; empty for those that no other row of the model names."""
    verify: str = ""
    """What was uncertain about the price."""

    def names(self, model: str) -> bool:
        """Whether it is about what a request asks for, by the request's name or by the book's."""
        return model.lower() in (self.model.lower(), self.priced_as.lower())

    def holds(self, day: date) -> bool:
        begun = not self.from_ or self.from_ <= day.isoformat()
        return begun and (not self.until or day.isoformat() < self.until)

    @property
    def rate(self) -> Rate:
        since = date.fromisoformat(self.from_) if self.from_ else None
        steps = tuple(self.steps.split("; ")) if self.steps else ()
        return Rate(
            meter=self.meter,
            list_usd_per_million=self.list_usd_per_million,
            usd_per_million=self.usd_per_million,
            since=since,
            layer=self.layer,
            place=self.place,
            source=self.source,
            as_of=date.fromisoformat(self.as_of),
            steps=steps,
            minimum=self.minimum,
            verify=self.verify or None,
        )


class Snapshot(FileModel):
    """The file `inputs/rates.yaml` of a run."""

    schema_: Literal["price-snapshot/1"] = Field(alias="schema", default="price-snapshot/1")
    rates: tuple[SnapshotRow, ...] = Field(min_length=1)
    contracts: tuple[Contract, ...] = ()
    """Discounts are in the rates; what holds for a month's total (volume, minimum) is not."""
    commitments: tuple[Commitment, ...] = ()
    free: tuple[FreePool, ...] = ()
    attempts: Attempts = Attempts()
    """Rows that the book had in place of the shipped ones."""

    def resolve(self, model: str, *, provider: str | None, at: datetime, tier: str | None, geo: str | None) -> Rates:
        """The rates that were kept for a model, tier and place, where they hold at `at`."""
        mine = self._rows(model, provider)
        there = [row for row in mine if (row.tier, row.geo) == (tier or "", geo or "")]
        then = [row for row in there if row.holds(at.astimezone(UTC).date())]
        now = next((text for text, hours in _hours(then).items() if hours.holds(at)), "")
        rows = [row for row in then if row.hours == now]
        if not rows:
            name = f"{provider}/{model}" if provider else model
            asked = f"{name} tier={tier or 'standard'} place={geo or 'any'} on {at:%Y-%m-%d}"
            raise UnknownModel(f"the run kept no price of {asked}; bill it with --prices and a whole price book")
        firsts = sorted({int(row.prompt_from) for row in rows})
        bands = tuple(
            Band(first, {row.meter: row.rate for row in rows if int(row.prompt_from) == first}) for first in firsts
        )
        return Rates(rows[0].priced_as, at, tier, geo, bands)

    def tiers(self, model: str, day: date) -> list[str]:
        """Those that were kept of a model for a day, without the standard one."""
        return list(dict.fromkeys(row.tier for row in self._rows(model, None) if row.tier and row.holds(day)))

    def windows(self, model: str, provider: str | None = None) -> tuple[Hours, ...]:
        """The hours in which a model costs otherwise."""
        return tuple(_hours(self._rows(model, provider)).values())

    def _rows(self, model: str, provider: str | None) -> list[SnapshotRow]:
        """Those of the provider that a request names, where they were kept: another one may ask another price."""
        own = [row for row in self.rates if provider and row.names(f"{provider}/{model}")]
        return own or [row for row in self.rates if row.names(model)]

    def changes(self, model: str, *, after: date) -> list[date]:
        """The days after `after` from which a kept rate of the model holds."""
        named = (row.from_ for row in self.rates if row.names(model))
        return sorted({day for text in named if text and (day := date.fromisoformat(text)) > after})


def _hours(rows: Iterable[SnapshotRow]) -> dict[str, Hours]:
    return {row.hours: Hours.model_validate_json(row.hours) for row in rows if row.hours}


def rows_of(
    model: str, rates: Rates, *, start: date | None, until: date | None, hours: Hours | None = None
) -> Iterator[dict[str, str]]:
    """The rows that keep `rates` under the name that requests use.

    `start` is the day of a change to come; None for the rates of now, which hold since their entry began. `hours` are
    those in which they hold, None for all others.
    """
    kept_hours = json.dumps({"tz": hours.tz, "days": hours.days, "hours": hours.hours}) if hours else ""
    for band in rates.bands:
        for rate in band.rates.values():
            row = {
                "model": model,
                "priced_as": rates.model,
                "meter": rate.meter,
                "usd_per_million": _text(rate.usd_per_million),
                "list_usd_per_million": _text(rate.list_usd_per_million),
                "from": since.isoformat() if (since := start or rate.since) else "",
                "until": until.isoformat() if until else "",
                "tier": rates.tier or "",
                "geo": rates.geo or "",
                "prompt_from": str(band.first),
                "layer": rate.layer,
                "place": rate.place,
                "source": rate.source,
                "as_of": rate.as_of.isoformat(),
                "steps": "; ".join(rate.steps),
                "minimum": _text(Decimal(rate.minimum)),
                "hours": kept_hours,
                **({"verify": rate.verify} if rate.verify else {}),
            }
            yield row


def joined(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Rows in order of time, with those put together that only carry an unchanged rate past somebody else's change."""
    last: dict[tuple[str, ...], dict[str, str]] = {}
    kept: list[dict[str, str]] = []
    for row in rows:
        same = tuple(value for key, value in row.items() if key not in ("from", "until"))
        if same in last and last[same]["until"] == row["from"]:
            last[same]["until"] = row["until"]
        else:
            last[same] = row
            kept.append(row)
    return kept


def snapshot_text(
    rows: Iterable[dict[str, str]],
    *,
    contracts: Iterable[Contract] = (),
    commitments: Iterable[Commitment] = (),
    free: Iterable[FreePool] = (),
    attempts: Attempts | None = None,
) -> str:
    """The file that `PriceBook.load` reads back; every value is quoted text, so money stays exact."""
    head = "# Rates as they were used; bill again with `tenfold bill --prices`.\nschema: price-snapshot/1\n"
    parts = {"rates": [json.dumps(row, ensure_ascii=False) for row in rows]}
    for name, terms in (("contracts", contracts), ("commitments", commitments), ("free", free)):
        parts[name] = [_written(one) for one in terms]
    text = head + "".join(f"{name}:\n" + "".join(f"- {line}\n" for line in own) for name, own in parts.items() if own)
    return text + (f"attempts: {_written(attempts)}\n" if attempts and attempts != Attempts() else "")


def _written(terms: FileModel) -> str:
    return terms.model_dump_json(by_alias=True, exclude_defaults=True)


def _text(price: Decimal) -> str:
    return format(price.normalize(EXACT), "f")
