"""What a commitment would have done to a run: how full it was, what spilled over, and where it pays.

Capacity is counted in windows, as providers do: within a window requests burn it in the order they were sent; one
that finds nothing left spills over and is paid per token. An average would hide the busy minute behind the quiet night.
A window that the rung ends in has the part of the capacity that the rung has of it: 18 seconds do not have a minute's.
"""

import math
from datetime import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.figures import Figures
from simulator.pricing.book import PriceBook
from simulator.pricing.commitment import HOURS_PER_MONTH, Commitment
from simulator.spend.bill import call_costs
from simulator.spend.groups import COLUMNS

_SENT = 4
"""The first meters of `COLUMNS` are parts of the prompt."""


class Utilisation(Figures):
    """One number of units under the traffic of one rung. Dollars are for the month if every hour were like the rung."""

    units: int
    utilisation: float
    """Burn that was covered ÷ capacity."""
    spilled_share: float
    """Of the attempts."""
    commitment_usd: Decimal
    """Paid whether used or not."""
    spilled_usd: Decimal
    total_usd: Decimal
    pay_as_you_go_usd: Decimal
    """The same month without a commitment."""
    saving_usd: Decimal


class CommitmentCase(Figures):
    """Whether a commitment pays for the measured traffic."""

    id: str
    model: str
    priced_at: str
    """The instant of the prices that tokens cost without it, and over it."""
    attempts: int
    unpriced: int
    break_even_utilisation: float | None
    """Above this share of the capacity a unit is cheaper than paying per token; more than 1: never. None: no burn."""
    chosen: Utilisation
    curve: list[Utilisation]
    """The smallest number of units that can be bought, then the chosen one."""
    hours_per_month: int = HOURS_PER_MONTH


def commitment_case(
    calls: pa.Table, commitment: Commitment, book: PriceBook, *, at: datetime, span_s: float
) -> CommitmentCase | None:
    """The case over one rung of `span_s` seconds; None where no attempt went to the commitment's model.

    What is spilled over is billed at the book's prices of `at`.
    """
    processed = [word.value for word, row in book.attempts.outcomes.items() if row.input != "none"]
    asked = pc.and_(pc.equal(calls["model"], commitment.model), pc.is_in(calls["outcome"], pa.array(processed)))
    mine = calls.filter(pc.and_(asked, pc.is_valid(calls["sent_at"]))).sort_by("sent_at")
    if not len(mine):
        return None
    costs = call_costs(mine, book, at=at)
    last = math.ceil(span_s / commitment.window) - 1  # what is sent while the rung drains counts to its last window
    window = np.minimum(np.asarray(mine["sent_at"]) // commitment.window, last).astype(np.int64)
    load = _Load(_burn(mine, commitment), window, [cost or Decimal(0) for cost in costs], Decimal(repr(span_s)))
    tried = sorted({commitment.minimum, commitment.units})
    return CommitmentCase(
        id=commitment.id,
        model=commitment.model,
        priced_at=at.isoformat(),
        attempts=len(mine),
        unpriced=sum(cost is None for cost in costs),
        break_even_utilisation=load.break_even(commitment),
        chosen=load.under(commitment, commitment.units),
        curve=[load.under(commitment, number) for number in tried],
    )


class _Load:
    """The burn of one rung's attempts, in order of sending."""

    def __init__(
        self, burn: NDArray[np.float64], window: NDArray[np.int64], costs: list[Decimal], span_s: Decimal
    ) -> None:
        self.burn, self.window, self.costs = burn, window, costs
        self.monthly = HOURS_PER_MONTH * 3600 / span_s
        """Rungs in a month."""
        self.span_s = span_s

    def under(self, commitment: Commitment, units: int) -> Utilisation:
        per_second = units * commitment.capacity.per_unit_per_minute / 60
        ends = np.arange(1, math.ceil(float(self.span_s) / commitment.window) + 1) * commitment.window
        room = (np.minimum(ends, float(self.span_s)) - (ends - commitment.window)) * per_second
        spilled = self._before() >= room[self.window]
        burnt = np.bincount(self.window, self.burn * ~spilled, minlength=len(room))
        covered = float(np.minimum(burnt, room).sum())
        paid = commitment.usd_per_month(units)
        over = (
            sum((cost for cost, out in zip(self.costs, spilled.tolist(), strict=True) if out), Decimal(0))
            * self.monthly
        )
        free = sum(self.costs, Decimal(0)) * self.monthly
        return Utilisation(
            units=units,
            utilisation=covered / float(room.sum()),
            spilled_share=float(spilled.mean()),
            commitment_usd=paid,
            spilled_usd=over,
            total_usd=paid + over,
            pay_as_you_go_usd=free,
            saving_usd=free - paid - over,
        )

    def break_even(self, commitment: Commitment) -> float | None:
        """Price of a unit's month ÷ what a month of its whole capacity would cost per token, at the measured mix."""
        if not self.burn.sum():
            return None
        usd_per_burn = float(sum(self.costs, Decimal(0))) / float(self.burn.sum())
        full_month = commitment.capacity.per_unit_per_minute * 60 * HOURS_PER_MONTH * usd_per_burn
        unit_month = float(commitment.usd_per_month(commitment.units)) / commitment.units
        return unit_month / full_month if full_month else None

    def _before(self) -> NDArray[np.float64]:
        """Per attempt: what its window had burnt before it."""
        total = np.cumsum(self.burn)
        starts = np.flatnonzero(np.diff(self.window, prepend=self.window[0] - 1))
        at_start = (total - self.burn)[starts]
        return total - self.burn - np.repeat(at_start, np.diff(np.append(starts, len(self.window))))


def _burn(calls: pa.Table, commitment: Commitment) -> NDArray[np.float64]:
    """Weighted units of each attempt; reasoning weighs as output unless it has a weight of its own."""
    columns = [np.asarray(pc.fill_null(calls[meter], 0), np.float64) for meter in COLUMNS]
    prompt, answer = columns[0], columns[4]
    parts = [prompt - columns[1] - columns[2] - columns[3], *columns[1:4], answer - columns[5], columns[5]]
    weights = [float(commitment.burn.weights.get(meter, 0)) for meter in COLUMNS]
    if "reasoning_tokens" not in commitment.burn.weights:
        weights[5] = weights[4]
    over = commitment.burn.long_prompt_over
    factor = 1.0 if over is None else np.where(prompt > over, float(commitment.burn.long_prompt_factor), 1.0)
    sent = sum(part * weight for part, weight in zip(parts[:_SENT], weights[:_SENT], strict=True))
    return np.asarray(sent * factor + parts[4] * weights[4] + parts[5] * weights[5], np.float64)
