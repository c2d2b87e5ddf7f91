"""The price book: layers of dated prices over the locked catalogue, and what holds at an instant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from simulator.calls import HUMAN
from simulator.pricing.attempts import Attempts, shipped_attempts
from simulator.pricing.catalogue import Catalogue
from simulator.pricing.commitment import Commitment
from simulator.pricing.declared import declared_rates
from simulator.pricing.errors import UnknownModel, UnknownPrice
from simulator.pricing.fx import usd_rate
from simulator.pricing.hours import Hours
from simulator.pricing.layers import Layer, Version, index_of, read_layers
from simulator.pricing.rates import EXACT, Rates
from simulator.pricing.resolution import Listed, ListedFee, day_of, hours_of, resolve
from simulator.pricing.snapshot import Snapshot, joined, rows_of
from simulator.pricing.terms import Contract, FreePool
from simulator.shipped import shipped
from simulator.yamlfile import parse, read_text


@dataclass
class PriceBook:
    """All layers, lowest first. `rates` is the only way to a price."""

    name: str
    layers: tuple[Layer, ...]
    catalogue: Catalogue | None
    kept: Snapshot | None = None
    """The rates of a finished run; then there is nothing else in the book."""
    _found: dict[tuple[object, ...], Rates] = field(default_factory=dict, repr=False)
    _entries: dict[tuple[str, str | None, date], Listed] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, path: Path | None = None) -> "PriceBook":
        """The book in a file (a book, a run's `rates.yaml` or a bare lock), or the shipped one.

        Raises `InvalidFile` with every problem and its place.
        """
        path = path or shipped("pricing/default.yaml")
        if path.suffix == ".json":
            return cls(path.name, (), Catalogue.read(path))
        text = read_text(path)
        if "price-snapshot/1" in text[:200]:
            return cls(path.name, (), None, parse(text, Snapshot, name=str(path)))
        layers, locks = read_layers(path, text, above=())
        return cls(path.name, tuple(layers), Catalogue.read(locks[0]) if locks else None)

    @property
    def catalogue_name(self) -> str:
        """The catalogue with its version and the start of its hash, for reports."""
        return f"{self.catalogue.name} sha256:{self.catalogue.sha256[:12]}" if self.catalogue else "none"

    @property
    def attempts(self) -> Attempts:
        """What each outcome bills, with the rows that the layers replace."""
        return shipped_attempts().replaced_by(self.replaced_attempts)

    @property
    def replaced_attempts(self) -> Attempts:
        """The rows that the layers put in place of the shipped ones."""
        table = self.kept.attempts if self.kept else Attempts()
        for layer in self.layers:
            table = table.replaced_by(layer.file.attempts)
        return table

    def rates(
        self, model: str, *, at: datetime, tier: str | None = None, geo: str | None = None, provider: str | None = None
    ) -> Rates:
        """What `model` costs at `at`, in US dollars per million units of each meter.

        Raises `UnknownModel` or `UnknownTier`; a meter without a price raises when it is asked for. `at` needs a
        time zone.
        """
        if at.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        if provider == HUMAN:
            return declared_rates(model, at=at, tier=tier)
        moment = self._moment(model, provider, at)
        key = (model, provider, tier, geo, moment)
        if key not in self._found:
            self._found[key] = self._resolve(model, provider=provider, at=moment, tier=tier, geo=geo)
        return self._found[key]

    def usd_per_million(
        self, models: Iterable[str], *, at: datetime, tiers: Iterable[tuple[str, str]] = ()
    ) -> dict[str, dict[str, str]]:
        """Model → meter → rate as decimal text, for guards: never too little.

        That of the dearest of the standard tier and `tiers` (model, tier); of prompts of N tokens or more, where they
        cost otherwise, as `meter@N`. Raises as `rates` does.
        """
        every: dict[str, list[Rates]] = {}
        for model, tier in [(model, None) for model in sorted(models)] + sorted(tiers):
            every.setdefault(model, []).append(self.rates(model, at=at, tier=tier))
        return {model: {key: f"{usd:f}" for key, usd in _dearest(found)} for model, found in every.items()}

    @property
    def contracts(self) -> list[Contract]:
        if self.kept:
            return list(self.kept.contracts)
        return [one for layer in self.layers for one in layer.file.contracts]

    @property
    def free_pools(self) -> list[FreePool]:
        if self.kept:
            return list(self.kept.free)
        return [one for layer in self.layers for one in layer.file.free]

    @property
    def commitments(self) -> list[Commitment]:
        """Committed capacity of all times, in the order of the layers."""
        if self.kept:
            return list(self.kept.commitments)
        return [one for layer in self.layers for one in layer.file.commitments]

    def in_usd(self, amount: Decimal, currency: str, day: date) -> Decimal:
        """An amount of another currency in US dollars, at the rate that the book has for the day."""
        rate = usd_rate(tuple(one for layer in self.layers for one in layer.file.fx), currency, day)
        if rate is None:
            raise UnknownPrice(f"no rate for {currency} on {day}; add one under `fx:` in your price book")
        return EXACT.multiply(amount, rate)

    def tiers(self, model: str, *, at: datetime) -> list[str]:
        """The service tiers that have prices at `at`, beside the standard one."""
        return self.kept.tiers(model, day_of(at)) if self.kept else list(self._entry(model, None, at).entry.tiers)

    def windows(self, model: str, *, at: datetime, provider: str | None = None) -> tuple[Hours, ...]:
        """The hours of the week in which the model costs otherwise."""
        return self.kept.windows(model, provider) if self.kept else self._entry(model, provider, at).entry.windows

    def _entry(self, model: str, provider: str | None, at: datetime) -> Listed:
        key = (model, provider, day_of(at))
        if key not in self._entries:
            self._entries[key] = self.listed(model, at=at, provider=provider)
        return self._entries[key]

    def _moment(self, model: str, provider: str | None, at: datetime) -> datetime:
        """The start of the span with equal prices that `at` lies in: its day, or its minute where hours count."""
        hourly = self.windows(model, at=at, provider=provider)
        return at.replace(second=0, microsecond=0) if hourly else datetime.combine(day_of(at), time(), UTC)

    def _resolve(self, model: str, *, provider: str | None, at: datetime, tier: str | None, geo: str | None) -> Rates:
        if self.kept:
            return self.kept.resolve(model, provider=provider, at=at, tier=tier, geo=geo)
        return self._resolved(self._entry(model, provider, at), at=at, day=day_of(at), tier=tier, geo=geo)

    def _resolved(self, listed: Listed, *, at: datetime, day: date, tier: str | None, geo: str | None) -> Rates:
        files = [layer.file for layer in self.layers]
        bands = resolve(
            listed,
            at=at,
            day=day,
            tier=tier,
            geo=geo,
            fees=self._fees,
            uplifts=[one for file in files for one in file.uplifts],
            contracts=self.contracts,
        )
        return Rates(listed.prices.model, at, tier, geo, bands)

    @cached_property
    def _fees(self) -> list[ListedFee]:
        return [one for layer in self.layers for one in layer.fees]

    def snapshot(
        self,
        models: Iterable[str],
        at: datetime,
        *,
        until: datetime | None = None,
        tiers: Iterable[str | None] = (None,),
    ) -> list[dict[str, str]]:
        """The rates of `models` in force at `at`, and at every change before `until`, as rows that `load` reads back.

        Write them with `snapshot.snapshot_text`. Each model is named as requests name it.
        """
        rows: list[dict[str, str]] = []
        for model in dict.fromkeys(models):
            for start, end in self._spans(model, at, until):
                since = None if start == at else day_of(start)
                for tier in tiers:
                    for hours, rates in self._by_hours(model, start, tier):
                        rows += rows_of(model, rates, start=since, until=end, hours=hours)
        return joined(rows)

    def _by_hours(self, model: str, at: datetime, tier: str | None) -> Iterator[tuple[Hours | None, Rates]]:
        """The rates of the day of `at`, for each window of hours and for the rest (None)."""
        if self.kept:
            yield None, self.rates(model, at=at, tier=tier)
            return
        listed = self._entry(model, None, at)
        for hours, moment in hours_of(listed.entry.windows, at):
            yield hours, self._resolved(listed, at=moment, day=day_of(at), tier=tier, geo=None)

    def _spans(self, model: str, at: datetime, until: datetime | None) -> list[tuple[datetime, date | None]]:
        """(instant, first day on which prices may differ) from `at` to `until`."""
        days = self.changes(model, after=day_of(at))
        starts = [at, *(datetime.combine(day, time(), UTC) for day in days)]
        spans = zip(starts, [*days, None], strict=True)
        return [(start, end) for start, end in spans if start == at or (until and start < until)]

    def changes(self, model: str, *, after: date) -> list[date]:
        """The days after `after` on which a price of the model changes, in order."""
        if self.kept:
            return self.kept.changes(model, after=after)
        terms = [one for layer in self.layers for one in (*layer.file.fees, *layer.file.uplifts, *layer.file.contracts)]
        dated = {day for one in terms for day in (one.from_, one.to) if day is not None and day > after}
        return sorted(dated.union(*(version.prices.changes_after(after) for version in self.versions(model))))

    def listed(self, model: str, *, at: datetime, provider: str | None = None) -> Listed:
        """The entry in force, from the highest layer that has one for the day."""
        versions = self.versions(model, provider)
        for version in versions:
            if held := version.in_force(day_of(at)):
                return version.listed(held)
        first = min(entry.from_ for version in versions for entry in version.prices.prices if entry.from_)
        raise UnknownModel(f"{model} has no price on {day_of(at)}: its first entry starts on {first}")

    def versions(self, model: str, provider: str | None = None) -> list[Version]:
        """A model's prices in every layer that has it, highest layer first. Raises `UnknownModel` where none does."""
        known = self.catalogue.find(model, provider) if self.catalogue else None
        key = known.model if known else None
        named = [
            (layer, index)
            for layer in reversed(self.layers)
            if (index := index_of(layer.file, model, provider, key)) is not None
        ]
        if named and key is None:
            key = named[0][0].file.models[named[0][1]].model
            known = self.catalogue.find(key) if self.catalogue else None
        own = [Version(layer.file.models[index], layer=layer, index=index) for layer, index in named]
        versions = own + ([Version(known, catalogue=self.catalogue)] if known else [])
        if not versions:
            raise UnknownModel(self._unknown(model, provider))
        return versions

    def _unknown(self, model: str, provider: str | None) -> str:
        near = self.catalogue.nearest(model) if self.catalogue else None
        who = f"{provider}/{model}" if provider else model
        return f"unknown model {who!r}; " + (f"did you mean {near}? " if near else "") + "add it to your price book"


def _dearest(tiers: list[Rates]) -> Iterator[tuple[str, Decimal]]:
    """The highest rate of each meter, and again from each length of prompt on at which it is another."""
    before: dict[str, Decimal] = {}
    for first in sorted({band.first for rates in tiers for band in rates.bands}):
        every = [(meter, rate.usd_per_million) for rates in tiers for meter, rate in rates.for_prompt(first).items()]
        for meter in dict(every):
            usd = max(price for name, price in every if name == meter)
            if before.get(meter) != usd:
                before[meter] = usd
                yield (f"{meter}@{first}" if first else meter), usd
