"""What happened in a rung, from its rows: counts that reconcile, rates, latency percentiles, tokens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.calls import ANSWERED, SETTLEMENTS
from simulator.run.in_flight import littles_law
from simulator.run.lost import with_lost
from simulator.run.percentiles import Floats, exact, intervals
from simulator.run.record import RungRecord
from simulator.run.rows import Rows, of_rung
from simulator.run.rung import Health, Latency, RungFigures
from simulator.scenario.objective import PERCENTILES, Objective

__all__ = ["Health", "Latency", "RungFigures", "rung_figures", "window"]

WARM_UP_SHARE, WARM_UP_MAX_S = 0.1, 30.0
"""Of the planned span; requests scheduled in it count in totals and cost, not in latency."""


def rung_figures(
    calls: pa.Table, requests: pa.Table, *, rungs: Sequence[RungRecord], objectives: Sequence[Objective] = ()
) -> list[RungFigures]:
    """Figures of every rung that was recorded or left rows, from tables of `CALLS` and `REQUESTS`."""
    return [_Rung.of(calls, requests, record).figures(objectives) for record in with_lost(rungs, requests)]


def window(planned_span_s: float) -> tuple[float, float]:
    """The steady part of a rung: [end of warm-up, end of the plan), by scheduled time; the drain is outside."""
    return min(WARM_UP_SHARE * planned_span_s, WARM_UP_MAX_S), planned_span_s


@dataclass(frozen=True, slots=True)
class _Rung:
    record: RungRecord
    calls: pa.Table
    requests: pa.Table
    rows: Rows

    @classmethod
    def of(cls, calls: pa.Table, requests: pa.Table, record: RungRecord) -> "_Rung":
        mine, theirs = of_rung(calls, record), of_rung(requests, record)
        return cls(record, mine, theirs, Rows.of(mine, theirs))

    def figures(self, objectives: Sequence[Objective]) -> RungFigures:
        record, rows, span = self.record, self.rows, self.record.planned_span_s
        sent = int((~np.isnan(rows.first_sent)).sum())
        return RungFigures(
            **record.model_dump(include={"scale", "strategy", "replicate", "started_at", "planned_span_s", "planned"}),
            sessions=rows.sessions,
            different_sessions=len(np.unique(rows.originals[rows.offered])),
            settled=self._settled(),
            sent=sent,
            sent_by_driver=record.sent if record.health.workers_reported == record.health.workers_planned else None,
            attempts=len(self.calls),
            attempts_per_request=self._answer_attempts() / sent if sent else None,
            planned_rate=record.planned / span,
            offered_rate=int(rows.within(0, span).sum()) / span,
            completed_rate=int((rows.answered & (rows.ended <= span)).sum()) / span,
            goodput=int((self._met(objectives) & rows.within(0, span)).sum()) / span,
            outcomes=_counts(self.calls["outcome"]),
            valid=self._valid(),
            **self._latencies(),
            **self._tokens(),
            health=self._health(),
        )

    def _settled(self) -> dict[str, int]:
        """Planned requests without a row were not reached: the run ended before they could be recorded."""
        settled = {name: int((self.rows.settled == name).sum()) for name in SETTLEMENTS}
        settled["not_reached"] += max(0, self.record.planned - len(self.requests))
        return settled

    def _answer_attempts(self) -> int:
        """Sendings of calls that answer. A classifier's is no retry, nor what follows a draft that was answered."""
        draft = pc.and_(pc.is_in(self.calls["outcome"], pa.array(sorted(ANSWERED))), pc.invert(self.calls["served"]))
        answering = pc.equal(self.calls["purpose"], "answer")
        return int(pc.sum(pc.and_not(answering, draft)).as_py() or 0)

    def _valid(self) -> float | None:
        share = pc.mean(self.calls["valid"].filter(self.calls["served"])).as_py()
        return None if share is None else float(share)

    def _latencies(self) -> dict[str, Latency]:
        rows = self.rows
        steady = rows.within(*window(self.record.planned_span_s))
        offered, answered = steady & rows.offered, steady & rows.answered
        response, first = rows.response, rows.shown
        cuts: dict[str, tuple[Floats, NDArray[np.bool_]]] = {
            "response_time": (response, offered),
            "response_time_answered": (response, answered),
            "time_to_first_token": (first, offered),
            "time_to_first_token_answered": (first, answered),
            "time_per_output_token": (rows.per_output_token, answered),
            "service_time": (rows.service, answered),
        }
        return {name: self._latency(values, chosen) for name, (values, chosen) in cuts.items()}

    def _latency(self, values: Floats, chosen: NDArray[np.bool_]) -> Latency:
        chosen = chosen & ~np.isnan(values)
        bounds = intervals(values[chosen], self.rows.originals[chosen], percents=PERCENTILES)
        p50, p90, p95, p99 = bounds
        return Latency(p50=p50, p90=p90, p95=p95, p99=p99, count=int(chosen.sum()))

    def _met(self, objectives: Sequence[Objective]) -> NDArray[np.bool_]:
        """Answered requests that met every latency objective; one without the figure is not held to it."""
        rows, met = self.rows, self.rows.answered
        own = {
            "response_time": rows.response,
            "time_to_first_token": rows.shown,
            "service_time": rows.service,
            "time_per_output_token": rows.per_output_token,
        }
        for objective in (one for one in objectives if one.is_latency):
            values = own[objective.metric]
            met = met & (
                np.isnan(values) | (values < objective.target) | (values == objective.target) & (not objective.strict)
            )
        return met

    def _tokens(self) -> dict[str, Any]:
        cached = self.calls["cache_read_tokens"]
        return {
            "input_tokens": _sum(self.calls, "input_tokens"),
            "cache_read_tokens": None if cached.null_count == len(cached) else _sum(self.calls, "cache_read_tokens"),
            "output_tokens": _sum(self.calls, "output_tokens"),
            "tokens_by_model": {model: _by_meter(table) for model, table in _models(self.calls)},
            "ratelimit_remaining_min": dict(_remaining(self.calls)),
        }

    def _health(self) -> Health:
        driver, rows = self.record.health, self.rows
        lag = rows.first_sent - rows.scheduled
        lag = lag[~np.isnan(lag)]
        ratio, tolerance = littles_law(driver, rows.first_sent, rows.ended, span=self.record.planned_span_s)
        return Health(
            send_lag_p50_s=exact(lag, 50),
            send_lag_p99_s=exact(lag, 99),
            send_lag_max_s=exact(lag, 100),
            first_token_late=int(pc.sum(self.calls["first_token_late"]).as_py() or 0),
            littles_law_ratio=ratio,
            littles_law_tolerance=tolerance,
            **driver.model_dump(exclude={"in_flight_mean", "in_flight_every_s"}),
        )


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    counted = {pair["values"]: pair["counts"] for pair in pc.value_counts(column).to_pylist()}
    return dict(sorted(counted.items()))


def _sum(table: pa.Table, column: str) -> int:
    return int(pc.sum(table[column]).as_py() or 0)


def _models(calls: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    for model in sorted(pc.unique(calls["model"]).to_pylist()):
        yield model, calls.filter(pc.equal(calls["model"], model))


def _by_meter(calls: pa.Table) -> dict[str, int | None]:
    """Attempts and the tokens that were reported for them."""
    meters = ("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens")
    return {"attempts": len(calls), **{meter: pc.sum(calls[meter]).as_py() for meter in meters}}


def _remaining(calls: pa.Table) -> Iterator[tuple[str, int]]:
    for model, table in _models(calls):
        for axis in ("requests", "tokens"):
            least = pc.min(table[f"ratelimit_remaining_{axis}"]).as_py()
            if least is not None:
                yield f"{model}/{axis}", least
