"""The rows of the ledger: one per attempt, and one per request with its final outcome. Unknown is null, never 0."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import pyarrow as pa


class Outcome(StrEnum):
    """How an attempt, or a request by its final attempt, ended. One word each."""

    OK = "ok"
    LENGTH = "length"  # answered, cut at max_tokens
    RATE_LIMITED = "rate_limited"  # 429: the caller's own quota
    OVERLOADED = "overloaded"  # 529: the provider's capacity
    UNAVAILABLE = "unavailable"  # 503
    CONNECT_TIMEOUT = "connect_timeout"
    FIRST_TOKEN_TIMEOUT = "first_token_timeout"  # noqa: S105
    TOTAL_TIMEOUT = "total_timeout"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    STALE_CONNECTION = "stale_connection"
    CLIENT_ERROR = "client_error"  # any other 4xx
    SERVER_ERROR = "server_error"  # any other 5xx
    MALFORMED = "malformed"  # an answer that is not what the protocol says
    TRUNCATED = "truncated"  # the stream ended before its end
    ERROR_IN_STREAM = "error_in_stream"  # an error event inside a 200
    CONTENT_FILTER = "content_filter"
    CANCELLED = "cancelled"
    # Only requests, never attempts:
    DROPPED = "dropped"  # due, but not sent by the load generator
    SKIPPED = "skipped"  # an earlier turn of the session failed
    NOT_REACHED = "not_reached"  # the run stopped before it was due


HUMAN = "human"
"""Provider and purpose of an answer by a person: no tokens, billed by the row's tier, as in `$4.50/case`."""

ANSWERED = frozenset({Outcome.OK, Outcome.LENGTH})
REFUSED = frozenset({Outcome.RATE_LIMITED, Outcome.OVERLOADED, Outcome.UNAVAILABLE})
TIMED_OUT = frozenset({Outcome.CONNECT_TIMEOUT, Outcome.FIRST_TOKEN_TIMEOUT, Outcome.TOTAL_TIMEOUT})
UNSENT = frozenset({Outcome.DROPPED, Outcome.SKIPPED, Outcome.NOT_REACHED})
FAILED = frozenset(Outcome) - ANSWERED - REFUSED - TIMED_OUT - UNSENT - {Outcome.CANCELLED}


def settled_as(outcome: str) -> str:
    """The term of the reconciliation equation that an outcome counts into (house rule 11)."""
    word = Outcome(outcome)
    for name, members in (("answered", ANSWERED), ("refused", REFUSED), ("timed_out", TIMED_OUT), ("failed", FAILED)):
        if word in members:
            return name
    return word.value


CUT_OFF = ("not_reached", "cancelled", "dropped")
"""Settlements that are the run's doing: they say nothing of what a service does or costs."""
SETTLEMENTS = ("answered", "refused", "timed_out", "failed", "cancelled", "dropped", "skipped", "not_reached")


@dataclass(slots=True)
class Call:
    """One attempt: one sending of one call made for a request. Times are seconds since the rung's start."""

    scale: float
    strategy: str
    replicate: int
    request_id: str
    session_id: str
    turn: int
    journey: str
    call_id: str
    """Unique in the rung; the attempts of one call share it up to `/n`: `request_id/index/attempt`."""
    after_call_id: str | None
    """The attempt whose end let this one start; None for the first of a request."""
    attempt: int
    """1 for the first sending of a call."""
    node: str
    """Path of the strategy node that asked, as in `routed.classify`."""
    purpose: str
    """answer, classify, judge, embed, compress, …"""
    provider: str | None
    model: str
    tier: str | None
    geo: str | None
    served: bool
    """Whether the user was answered with this attempt's text."""
    due_from: str
    """plan, or previous: what the request's schedule hangs on."""
    scheduled_at: float
    """When the request was due (not the attempt): lag, retries and backoff count from here."""
    sent_at: float | None
    first_token_at: float | None
    last_token_at: float | None
    ended_at: float | None
    first_token_late: bool
    """The first token came in a read with later ones: its time is an upper bound."""
    status: int | None
    outcome: str
    finish_reason: str | None
    input_tokens: int | None
    """Includes cache reads and writes."""
    cache_read_tokens: int | None
    cache_write_5m_tokens: int | None
    cache_write_1h_tokens: int | None
    output_tokens: int | None
    """Includes reasoning."""
    reasoning_tokens: int | None
    usage_source: str
    """reported, exact, estimated or assumed."""
    chunks: int | None
    max_gap_s: float | None
    retry_after_s: float | None
    ratelimit_remaining_requests: int | None
    ratelimit_remaining_tokens: int | None
    prompt_version: str | None
    worker: str | None
    valid: bool | None = None
    """Whether the answer passed the scenario's validator; None where nothing checks it."""
    label: str | None = None
    """What a classifier or judge said: one of the words that it was given, or "" for none of them, or several."""


@dataclass(slots=True)
class RequestRow:
    """What became of one planned request in one rung."""

    scale: float
    strategy: str
    replicate: int
    request_id: str
    session_id: str
    turn: int
    journey: str
    final_outcome: str
    due_from: str
    scheduled_at: float | None
    """None where an earlier turn failed or the run stopped, so that it never became due."""
    ended_at: float | None
    attempts: int
    served_call_id: str | None


_ARROW = {float: pa.float64(), int: pa.int64(), str: pa.string(), bool: pa.bool_()}


def _schema(row: type[Any]) -> pa.Schema:
    """An Arrow schema from the annotations of a row; `| None` makes a column nullable."""
    hints = get_type_hints(row)
    return pa.schema([_column(f.name, hints[f.name]) for f in fields(row)])


def _column(name: str, hint: Any) -> pa.Field:
    kinds = get_args(hint) or (hint,)
    return pa.field(name, _ARROW[kinds[0]], nullable=type(None) in kinds)


CALLS = _schema(Call)
LATER = frozenset({"valid", "label"})
"""Columns of `CALLS` that runs of earlier versions do not have: nothing is known, so they are null."""
REQUESTS = _schema(RequestRow)


def to_table(rows: Iterable[Call] | Iterable[RequestRow], schema: pa.Schema) -> pa.Table:
    """Rows into an Arrow table of `CALLS` or `REQUESTS`."""
    kept = list(rows)
    return pa.Table.from_pydict({name: [getattr(row, name) for row in kept] for name in schema.names}, schema=schema)
