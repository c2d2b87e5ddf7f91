"""The ledger's row of an attempt, from what it saw. Unknown stays null."""

import math
from email.utils import parsedate_to_datetime
from time import time

from simulator.calls import ANSWERED, REFUSED, Call, Outcome
from simulator.replay.attempt import Attempt
from simulator.replay.plan import Rung
from simulator.replay.reading import Usage, whole

_NS = 1_000_000_000
_UNSENT = frozenset({Outcome.DNS, Outcome.CONNECT, Outcome.CONNECT_TIMEOUT, Outcome.TLS, Outcome.STALE_CONNECTION})

_REMAINING_REQUESTS = (b"x-ratelimit-remaining-requests", b"anthropic-ratelimit-requests-remaining")
_DIGITS = 19
"""Of a count that 64 bits hold."""
_REMAINING_TOKENS = (b"x-ratelimit-remaining-tokens", b"anthropic-ratelimit-tokens-remaining")


def row(attempt: Attempt, rung: Rung, *, start_ns: int, scheduled_ns: int, due_from: str, worker: str) -> Call:
    """Times become seconds since the rung's start."""

    def at(when_ns: int | None) -> float | None:
        return None if when_ns is None else (when_ns - start_ns) / _NS

    request, ask, reading, headers = attempt.request, attempt.ask, attempt.reading, attempt.answer_headers
    used, source = usage(attempt)
    return Call(
        scale=rung.scale,
        strategy=rung.strategy,
        replicate=rung.replicate,
        request_id=request.request_id,
        session_id=request.session_id,
        turn=request.turn,
        journey=request.journey,
        call_id=attempt.call_id,
        after_call_id=attempt.after_call_id,
        attempt=ask.attempt,
        node=ask.node,
        purpose=ask.purpose,
        provider=ask.provider,
        model=ask.model,
        tier=ask.tier,
        geo=None,
        served=attempt.served,
        due_from=due_from,
        scheduled_at=(scheduled_ns - start_ns) / _NS,
        sent_at=at(attempt.sent_ns),
        first_token_at=at(reading.first_at),
        last_token_at=at(reading.last_at),
        ended_at=at(attempt.ended_ns),
        first_token_late=reading.late,
        status=attempt.status,
        outcome=str(attempt.outcome or Outcome.CANCELLED),
        finish_reason=reading.finish_reason,
        input_tokens=used.input_tokens,
        cache_read_tokens=used.cache_read_tokens,
        cache_write_5m_tokens=used.cache_write_5m_tokens,
        cache_write_1h_tokens=used.cache_write_1h_tokens,
        output_tokens=used.output_tokens,
        reasoning_tokens=used.reasoning_tokens,
        usage_source=source,
        chunks=reading.chunks or None,
        max_gap_s=reading.gap_ns / _NS if reading.chunks > 1 else None,
        retry_after_s=retry_after(headers),
        ratelimit_remaining_requests=_count(headers, _REMAINING_REQUESTS),
        ratelimit_remaining_tokens=_count(headers, _REMAINING_TOKENS),
        prompt_version=request.prompt_version,
        worker=worker,
        valid=attempt.valid,
        label=ask.named(reading.text) if attempt.outcome in ANSWERED else None,
    )


def usage(attempt: Attempt) -> tuple[Usage, str]:
    """Tokens and where they are from. A target that did not say them leaves the plan's prompt and the chunks seen.

    Of a call that was cancelled the chunks seen are the least that was written, also where there were none yet: the
    loser of a race then costs its prompt, and a hedged strategy has a price. A timeout without a chunk stays unknown,
    but for a call that can write a few tokens only, as a label: it is taken to have written them.
    """
    if attempt.ask.takes_s is not None:
        return Usage(), "assumed"  # a person's
    if attempt.reading.usage is not None:
        return attempt.reading.usage, "reported"
    if attempt.outcome in _UNSENT or attempt.outcome in REFUSED or (attempt.status or 200) != 200:
        return Usage(), "assumed"  # nothing was generated
    ask, cancelled = attempt.ask, attempt.outcome in (None, Outcome.CANCELLED)
    planned = None if ask.instructions else ask.prompt_tokens(attempt.request)
    return Usage(
        input_tokens=planned, output_tokens=attempt.reading.chunks or (0 if cancelled else ask.most_written)
    ), "estimated"


def retry_after(headers: dict[bytes, bytes]) -> float | None:
    """Seconds that the target asked to wait: `retry-after-ms`, or `retry-after` as seconds or as a date (RFC 9110)."""
    milliseconds, value = headers.get(b"retry-after-ms"), headers.get(b"retry-after")
    if milliseconds is None and value is None:
        return None
    try:
        seconds = float(value or b"") if milliseconds is None else float(milliseconds) / 1000
    except ValueError:
        return _until(value or b"")
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(date: bytes) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date.decode("latin-1")).timestamp() - time())
    except ValueError:
        return None


def _count(headers: dict[bytes, bytes], names: tuple[bytes, ...]) -> int | None:
    value = next((headers[name] for name in names if name in headers), b"")
    return whole(int(value)) if value.isdigit() and len(value) < _DIGITS else None
