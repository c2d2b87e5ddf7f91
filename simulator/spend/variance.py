"""From what was expected to what was charged: the steps between both, which add up to the last digit.

    volume               all requests × (charged ÷ expected), everything else as expected
    mix                  requests shift between models
    tokens per request   prompts and answers are longer or shorter, the expected share of the prompts cached
    cache                more or less of the prompts is cached
    price                the same tokens at other prices
    unexplained          charges without a known model and meter

Each step is the difference of two levels, so rounding cannot get between them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal, localcontext

from simulator.errors import BadInput
from simulator.figures import Figures
from simulator.pricing.book import PriceBook
from simulator.pricing.errors import UnknownPrice
from simulator.spend.actuals.export import Actual
from simulator.spend.double_metering import doubled_counts, equal_lines
from simulator.spend.sides import SENT, UNSPLIT, Charged, Expected, Side, Sides, charged_of

_DIGITS = 12
"""Digits after the point of a level; its rounding cancels in the sum of the steps."""


class Step(Figures):
    """One reason why the charge is not what was expected, in US dollars."""

    name: str
    usd: Decimal | None
    """None where the exports do not say enough to tell it from the next step."""
    note: str | None = None


class Variance(Figures):
    """`expected` + the steps = `actual`."""

    expected: Decimal
    actual: Decimal
    steps: list[Step]
    flags: list[str]
    """Signs that something was metered twice."""
    unpriced: int = 0
    """Expected rows without a price: they are not in `expected`."""
    backdated: list[str] = []
    """Models whose expected price has no first day and was read after the usage."""


def compare(expected: Expected, lines: list[Actual], book: PriceBook) -> Variance:
    """The bridge from the expected dollars to the charged ones.

    Raises `BadInput` where the exports charge nothing (a usage report needs its cost report too), `UnknownPrice` for a
    currency that the book cannot turn into US dollars.
    """
    if all(line.amount is None for line in lines):
        raise BadInput("the exports name no amounts; add the provider's cost report as a second --actual")
    charged, sides = charged_of(lines, book), expected.sides
    with localcontext(prec=60):
        bridge = _Bridge(sides, charged, _prices(sides, charged.sides, book, max(line.day for line in lines)))
        steps = bridge.steps()
        flags = [*equal_lines(lines), *doubled_counts(sides, charged.sides)]
    told = {"expected": bridge.expected_usd, "actual": charged.total, "unpriced": expected.unpriced}
    return Variance(**told, steps=steps, flags=flags, backdated=sorted(expected.backdated))


Prices = Mapping[str, Mapping[str, Decimal]]
"""Dollars per unit, by model and meter."""


@dataclass(frozen=True)
class _Bridge:
    expected: Sides
    charged: Charged
    prices: Prices

    @property
    def expected_usd(self) -> Decimal:
        return round(_total(side.cost for side in self.expected.values()), _DIGITS)

    def steps(self) -> list[Step]:
        """Level by level; a step that the exports cannot tell is None and falls into the next one."""
        steps, before = [], self.expected_usd
        for name, level, missing in self._levels():
            after = before if missing else round(level(), _DIGITS)
            steps.append(Step(name=name, usd=None if missing else after - before, note=missing))
            before = after
        return [*steps, Step(name="unexplained", usd=self.charged.total - before, note=self._loose())]

    def _levels(self) -> list[tuple[str, Callable[[], Decimal], str | None]]:
        sides = self.charged.sides.values()
        asked = all(side.requests is not None for side in sides) and _requests(self.expected) and sides
        counted = any(side.prompt for side in sides)
        no_requests = None if asked else "the exports do not count requests by model; in the next step"
        no_tokens = None if counted else "the exports do not count tokens; add the usage report as another --actual"
        return [
            ("volume", self._volume, no_requests),
            ("mix", self._mix, no_requests),
            ("tokens per request", self._as_cached, no_tokens),
            ("cache", self._at_expected_prices, no_tokens),
            ("price", self._as_charged, no_tokens),
        ]

    def _volume(self) -> Decimal:
        return self.expected_usd * _requests(self.charged.sides) / _requests(self.expected)

    def _mix(self) -> Decimal:
        """A model that nobody expected comes in with the tokens that it really used."""
        return _total(self._mixed(model, side) for model, side in self.charged.sides.items())

    def _mixed(self, model: str, side: Side) -> Decimal:
        before = self.expected.get(model)
        if before and before.requests:
            return before.cost / before.requests * (side.requests or 0)
        return self._valued(model, side.units)

    def _as_cached(self) -> Decimal:
        """The charged tokens at expected prices, with the expected share of the prompts cached."""
        sides = self.charged.sides.items()
        return _total(self._valued(model, _recached(side, self.expected.get(model))) for model, side in sides)

    def _at_expected_prices(self) -> Decimal:
        return _total(self._valued(model, side.units) for model, side in self.charged.sides.items())

    def _as_charged(self) -> Decimal:
        return _total(side.cost for side in self.charged.sides.values())

    def _valued(self, model: str, units: Mapping[str, Decimal]) -> Decimal:
        return _total(count * self.prices[model].get(meter, Decimal(0)) for meter, count in units.items())

    def _loose(self) -> str | None:
        if not self.charged.loose:
            return None
        named = ", ".join(name for name, _ in self.charged.loose.most_common(3))
        return f"{self.charged.loose.total()} lines without a known model and meter: {named}"


def _recached(side: Side, before: Side | None) -> Mapping[str, Decimal]:
    if before is None or not before.prompt:
        return side.units
    sent = {meter: side.prompt * units / before.prompt for meter, units in before.units.items() if meter in SENT}
    return sent | {meter: units for meter, units in side.units.items() if meter not in SENT}


def _prices(expected: Sides, charged: Sides, book: PriceBook, day: date) -> Prices:
    """What a unit was expected to cost: the mean of the expected side, else the book's standard price."""
    at = datetime.combine(day, time(), UTC)
    meters = {model: {*side.units, *expected.get(model, Side()).units} for model, side in charged.items()}
    return {model: _prices_of(model, meters[model], expected, book, at) for model in charged}


def _prices_of(model: str, meters: set[str], expected: Sides, book: PriceBook, at: datetime) -> dict[str, Decimal]:
    rates, side = book.rates(model, at=at), expected.get(model, Side())
    prices: dict[str, Decimal] = {}
    for meter in meters - {UNSPLIT}:
        mean = side.price(meter)
        try:
            prices[meter] = rates.rate_of(meter, rates.standard).usd_per_million.scaleb(-6) if mean is None else mean
        except UnknownPrice:
            continue
    return prices


def _requests(sides: Sides) -> int:
    return sum(side.requests or 0 for side in sides.values())


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
