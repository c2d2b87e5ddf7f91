"""The register that a finance reviewer signs: every input of the projection, its value, and who says so."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from simulator.run.rung import RungFigures
from simulator.scenario.projection import Launch
from simulator.spend.calendar import Month
from simulator.spend.contracted import Covered
from simulator.spend.projector import Projector
from simulator.spend.sessions import Basis
from simulator.spend.uncounted import NOTHING, Uncounted
from simulator.units import count_text, scale_text, seconds_text, share_text, usd_text

_DAY_S = 86_400


def register(
    launch: Launch,
    *,
    projectors: Sequence[Projector],
    month: Month,
    lowest: RungFigures,
    needed: int | None,
    changes: Sequence[date],
    contracts: Sequence[Covered] = (),
    uncounted: Uncounted = NOTHING,
) -> list[dict[str, str]]:
    """Rows of id, value, source and provenance; `month` is the one that reports lead with."""
    rows = [*_launch(launch, lowest), *_prices(changes), *_contracts(contracts), *uncounted.rows()]
    rows += [row for one in projectors for row in (*_sample(one.basis(1.0)), *_per_session(one, month))]
    rows += _needed(needed, lowest)
    return [dict(zip(("id", "value", "source", "provenance"), row, strict=True)) for row in rows]


Row = tuple[str, str, str, str]

HEAVY_TAIL = 0.4
"""Cost of the dearest twentieth ÷ of all sessions, from which on 80 % intervals are too narrow; see the README."""


def _launch(launch: Launch, lowest: RungFigures) -> Iterator[Row]:
    spread = 1 + launch.uncertainty
    yield "launch.starts", launch.starts.isoformat(), "scenario", "assumed"
    yield "launch.sessions_per_day", count_text(launch.sessions_per_day), "scenario", "assumed"
    yield "launch.weekend", share_text(launch.weekend), "scenario", "assumed"
    yield "launch.growth", f"{launch.growth * 100:g} % a month", "scenario", "assumed"
    if launch.ramp:
        yield "launch.ramp", f"a straight line over {launch.ramp / _DAY_S:g} days", "scenario", "assumed"
    yield "launch.uncertainty", f"÷{spread:g} to ×{spread:g} with 80 % probability", "scenario", "assumed"
    yield "busy hour", _busy_hour(launch, lowest), "run", "assumed"
    yield "users", "10× the users ask 10× the sessions, each like the sample's", "projection", "assumed"


def _busy_hour(launch: Launch, lowest: RungFigures) -> str:
    """The rate of the test at 1× beside the launch's own: the test stands for the busiest hour."""
    tested = lowest.sessions / lowest.planned_span_s / lowest.scale
    if launch.hours is None:
        mean = launch.sessions_per_day / _DAY_S
        return f"{tested:.3g} sessions/s tested at 1×, {tested / mean:.3g} times the mean of a weekday"
    busiest = launch.sessions_per_day * max(launch.hours) / sum(launch.hours) / 3600
    hour = launch.hours.index(max(launch.hours))
    return f"{tested:.3g} sessions/s tested at 1×, {tested / busiest:.3g} times those from {hour}:00 on a weekday"


def _prices(changes: Sequence[date]) -> Iterator[Row]:
    dates = ", ".join(str(change) for change in changes)
    yield "prices", f"as dated in the price book{f'; they change on {dates}' if dates else ''}", "pricing/", "priced"
    yield "tax", "excluded", "projection", "assumed"


def _contracts(contracts: Sequence[Covered]) -> Iterator[Row]:
    for contract in (one.contract for one in contracts):
        said = [f"{_percent(contract.discount)} off the list price"] if contract.discount else []
        said += [f"{_percent(band.discount)} off {_top(band.up_to)}" for band in contract.volume]
        if contract.minimum_usd_per_month:
            said.append(
                f"at least {usd_text(contract.minimum_usd_per_month)} a month, as if nothing else counted to it"
            )
        yield f"contract.{contract.id}", "; ".join(said) or "no discount", contract.source.text, "priced"


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


def _top(up_to: Decimal | None) -> str:
    return "all above" if up_to is None else f"up to {usd_text(up_to)}"


def _sample(basis: Basis) -> Iterator[Row]:
    rung = f"{basis.strategy} at {scale_text(basis.scale)}"
    copies = "" if basis.sessions == len(basis.copies) else f", copies of {len(basis.copies)} different ones"
    sample = f"{basis.sessions} sessions{copies}, {basis.requests} requests"
    yield f"sample.{basis.strategy}", sample, rung, "measured"
    if basis.bias:
        yield f"bias.{basis.strategy}", basis.bias, rung, "measured"


def _per_session(one: Projector, month: Month) -> Iterator[Row]:
    yield from (*_drift(one, month), *_spread(one, month), *_tail(one, month))


def _spread(one: Projector, month: Month) -> Iterator[Row]:
    share = one.sample_share(month)
    if share is not None:
        parts = f"{share_text(share)} sampled sessions, {share_text(1 - share)} planned volume"
        yield f"spread.{one.strategy}", parts, "of the variance between P10 and P90 at 1×", "extrapolated"


def _tail(one: Projector, month: Month) -> Iterator[Row]:
    """How much hangs on few dear sessions: what makes P10 and P90 of a short test too narrow."""
    share = one.dearest_share(month)
    if share is not None:
        doubt = "" if share < HEAVY_TAIL else "; with such a tail P10 to P90 hold about 7 times in 10 and not 8"
        value = f"the dearest 5 % of the sessions cost {share_text(share)} of all{doubt}"
        yield f"tail.{one.strategy}", value, "sampled sessions at 1×", "priced"


def _drift(one: Projector, month: Month) -> Iterator[Row]:
    """The assumption that ten times the users cost ten times as much, as far as it was run."""
    found = one.drift(month)
    if found is not None:
        low, high, ratio = found
        value = f"a session costs {(ratio - 1) * 100:+.2g} % at {scale_text(high)} against {scale_text(low)}"
        yield f"straight line.{one.strategy}", value, "rungs that were answered whole", "priced"


def _needed(needed: int | None, lowest: RungFigures) -> Iterator[Row]:
    """How long a 1× test has to be; copies at a higher scale add no new sessions."""
    rate = lowest.sessions / lowest.planned_span_s / lowest.scale
    if needed and rate:
        length = f"{needed} different sessions: a rung of {seconds_text(needed / rate)} at 1×"
        yield "needed for ±10 %", length, "spread of the cost of a session", "extrapolated"
