"""What a price book knows of and the months do not count: committed capacity, and free units of what a run meters."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from simulator.pricing.book import PriceBook
from simulator.pricing.commitment import Commitment
from simulator.pricing.terms import FreePool
from simulator.spend.calendar import Month
from simulator.spend.groups import METERS
from simulator.units import count_text, usd_text


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Terms that concern the models of a run. Months are paid by the token, every token of them."""

    commitments: tuple[Commitment, ...] = ()
    free: tuple[FreePool, ...] = ()

    @classmethod
    def of(cls, book: PriceBook, models: Iterable[tuple[str, str]]) -> "Uncounted":
        """`models`: the names that requests use, each with the book's own."""
        asked, priced = zip(*models, strict=True) if (models := list(models)) else ((), ())
        pools = (pool for pool in book.free_pools if pool.meter in METERS and any(map(pool.names, priced)))
        return cls(tuple(one for one in book.commitments if one.model in asked), tuple(pools))

    def note(self, month: Month) -> str:
        """What to say beside a month; empty where nothing of it holds then."""
        days = list(month.days())
        said = [f"committed capacity ({one.id})" for one in self.commitments if any(map(one.holds, days))]
        said += [f"free units ({one.meter})" for one in self.free if any(map(one.open_on, days))]
        return f"not counted: {', '.join(said)}" if said else ""

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Rows of the register: id, value, source, provenance."""
        for one in self.commitments:
            paid = f"{one.units} units of {one.model}, {usd_text(one.usd_per_month(one.units))} a month used or not"
            said = f"{paid}, {_span(one.from_, one.to)}: not in the months, which pay by the token"
            yield f"commitment.{one.id}", f"{said}; see `tenfold commitments`", one.source.text, "priced"
        for pool in self.free:
            units = f"{count_text(int(pool.units_per_month))} {pool.meter} a month for nothing"
            yield f"free.{pool.provider}.{pool.meter}", f"{units}: not taken off the months", pool.source.text, "priced"


def _span(start: date, end: date | None) -> str:
    return f"from {start}" + (f" until before {end}" if end else "")


NOTHING = Uncounted()
