"""The register that a finance reviewer signs: every input of the projection, its value, and who says so."""

from collections.abc import Iterable, Iterator, Sequence

from simulator.run.rung import RungFigures
from simulator.scenario.projection import Launch
from simulator.spend.sessions import Basis
from simulator.units import count_text, scale_text, share_text

_DAY_S = 86_400


def register(
    launch: Launch, *, bases: Iterable[Basis], lowest: RungFigures, changes: Sequence[object]
) -> list[dict[str, str]]:
    """Rows of id, value, source and provenance."""
    rows = [*_launch(launch, lowest), *_prices(changes), *(row for basis in bases for row in _sample(basis))]
    return [dict(zip(("id", "value", "source", "provenance"), row, strict=True)) for row in rows]


Row = tuple[str, str, str, str]


def _launch(launch: Launch, lowest: RungFigures) -> Iterator[Row]:
    mean = float(launch.sessions_per_day) / _DAY_S
    tested = lowest.sessions / lowest.planned_span_s / lowest.scale
    spread = 1 + launch.uncertainty
    yield "launch.starts", launch.starts.isoformat(), "scenario", "assumed"
    yield "launch.sessions_per_day", count_text(launch.sessions_per_day), "scenario", "assumed"
    yield "launch.weekend", share_text(launch.weekend), "scenario", "assumed"
    yield "launch.growth", f"{launch.growth * 100:g} % a month", "scenario", "assumed"
    yield "launch.uncertainty", f"÷{spread:g} to ×{spread:g} with 80 % probability", "scenario", "assumed"
    yield (
        "busy hour",
        f"{tested / mean:.2g} × the weekday average, {tested:.3g} sessions/s tested at 1×",
        "run",
        "assumed",
    )
    yield "users", "10× the users ask 10× the sessions, each like the sample's", "projection", "assumed"


def _prices(changes: Sequence[object]) -> Iterator[Row]:
    dates = ", ".join(str(change) for change in changes)
    yield "prices", f"as dated in the price book{f'; they change on {dates}' if dates else ''}", "pricing/", "priced"
    yield "tax", "excluded", "projection", "assumed"


def _sample(basis: Basis) -> Iterator[Row]:
    rung = f"{basis.strategy} at {scale_text(basis.scale)}"
    copies = "" if basis.sessions == len(basis.copies) else f", copies of {len(basis.copies)} different ones"
    sample = f"{basis.sessions} sessions{copies}, {basis.requests} requests"
    yield f"sample.{basis.strategy}", sample, rung, "measured"
    if not basis.clean:
        biased = "requests of the sample were refused or failed: a session costs less than was offered"
        yield f"bias.{basis.strategy}", biased, rung, "measured"
