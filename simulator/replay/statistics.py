"""Locust's own tables: one request event per logical request, first token and token time as rows beside it."""

from typing import Any, cast

from locust.env import Environment

from simulator.calls import ANSWERED, Outcome
from simulator.replay.turn import LiveTurn

_MS = 1_000_000


class NotAnswered(Exception):
    """A request that ended in one of the taxonomy's words; Locust groups failures by it."""


def bucket(response_time: float) -> int:
    """Three significant digits (Locust keeps two, so that a p95 of 2,040 ms would read 2,000)."""
    if response_time < 100:
        return cast("int", round(response_time, 1))  # Locust uses it as a key and prints it; it need not be whole
    if response_time < 1000:
        return round(response_time)
    return int(round(response_time, -1 if response_time < 10_000 else -2))


def observe(environment: Environment, turn: LiveTurn) -> None:
    """Response time counts from the schedule. A failure has none, so that fast refusals do not improve a percentile.

    What was cut because the test ended is left out, as Locust leaves out what its stopped users had open.
    """
    if turn.outcome is Outcome.CANCELLED:
        return
    rung = turn.share.rung
    name = f"{rung.strategy} {rung.scale:g}x"
    answered = turn.outcome in ANSWERED
    request: Any = environment.events.request
    request.fire(
        request_type="REQUEST",
        name=name,
        response_time=(turn.ended_ns - turn.scheduled_ns) / _MS if answered else None,
        response_length=sum(len(attempt.reading.text.encode()) for attempt in turn.attempts if attempt.served),
        exception=None if answered else NotAnswered(str(turn.outcome)),
        context={"request_id": turn.request.request_id},
        start_time=None,
        url="",
    )
    _token_rows(environment.stats, name, turn)


def _token_rows(stats: Any, name: str, turn: LiveTurn) -> None:
    """Straight into the entries: an event of their own would count them as requests and spoil Aggregated."""
    served = next((attempt for attempt in turn.attempts if attempt.served), None)
    if served is None or served.reading.first_at is None or served.reading.last_at is None:
        return
    reading, first, last = served.reading, served.reading.first_at, served.reading.last_at
    stats.entries[(name, "TTFT")].log((first - turn.scheduled_ns) / _MS, 0)
    tokens = reading.usage.output_tokens if reading.usage else None
    if tokens and tokens > 1:
        stats.entries[(name, "TPOT")].log((last - first) / _MS / (tokens - 1), 0)
