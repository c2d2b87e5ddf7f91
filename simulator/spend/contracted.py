"""What a contract asks of a month as a whole: volume discounts, and a minimum that is paid whether used or not.

Discounts on rates are in the rates. These hold for the sum of a month, so that a month is not straight in its sessions.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from simulator.figures import Figures
from simulator.pricing.terms import Contract
from simulator.spend.calendar import Month
from simulator.spend.sample import Sample, only


class Covered(NamedTuple):
    """A contract and the models of a run that it is about, by the names that requests use."""

    contract: Contract
    models: frozenset[str]


class Band(Figures):
    """A part of the month's spend, up to `up_to` dollars (None: all above), and what is given back of it."""

    up_to: Decimal | None
    discount: Decimal


class ContractTerm(Figures):
    """One contract in one month of one strategy."""

    id: str
    share: Decimal
    """Part of the month's usage that falls under it, at the measured mix."""
    minimum: Decimal
    bands: list[Band]

    def added(self, usage: Decimal) -> Decimal:
        """Dollars that the contract adds to a month of that usage; less than 0 where it gives back more."""
        spend, back, bottom = usage * self.share, Decimal(0), Decimal(0)
        for band in self.bands:
            top = spend if band.up_to is None else min(spend, band.up_to)
            back += max(top - bottom, Decimal(0)) * band.discount
            bottom = max(bottom, top)
        return max(self.minimum - (spend - back), Decimal(0)) - back


def billed(usage: Decimal, terms: Iterable[ContractTerm]) -> Decimal:
    """What a month of that usage costs under its contracts. Never falls as the usage grows: discounts are below 1."""
    return usage + sum((term.added(usage) for term in terms), Decimal(0))


def usage_within(usd: Decimal, terms: Sequence[ContractTerm]) -> Decimal | None:
    """The most usage that costs no more than `usd`, to a millionth of it; None where a minimum alone costs more."""
    if billed(Decimal(0), terms) > usd:
        return None
    least = min((1 - band.discount for term in terms for band in term.bands), default=Decimal(1))
    low, high = Decimal(0), 2 * usd / least
    while high - low > usd / 10**6:
        middle = (low + high) / 2
        low, high = (middle, high) if billed(middle, terms) <= usd else (low, middle)
    return low


def terms_of(covered: Iterable[Covered], sample: Sample, month: Month) -> list[ContractTerm]:
    """Those that hold on the first day of the month and ask anything of it, as a provider's statement does."""
    first = month.stretches[0].first.replace(day=1)
    return [
        ContractTerm(
            id=one.contract.id,
            share=_share(one, sample),
            minimum=one.contract.minimum_usd_per_month,
            bands=[Band(up_to=band.up_to, discount=band.discount) for band in one.contract.volume],
        )
        for one in covered
        if one.contract.open_on(first) and (one.contract.volume or one.contract.minimum_usd_per_month)
    ]


def _share(one: Covered, sample: Sample) -> Decimal:
    under = Sample(sample.basis, sample.month, only(sample.price, one.models)).months()
    both = [(mine, all_) for mine, all_ in zip(under, sample.months(), strict=True) if None not in (mine, all_)]
    mine, whole = (sum(filter(None, column), Decimal(0)) for column in zip(*both, strict=True))
    return mine / whole if whole else Decimal(0)
