"""The truth log: what really happened to every order, one JSON line each, for checking a client's measurements."""

import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from simulator.errors import Precondition
from simulator.provider.engine import Answer, Order, Refusal


class TruthLog:
    """Times are seconds since the endpoint's last reset. Without a path nothing is written."""

    def __init__(self, path: Path | None) -> None:
        self._file: IO[str] | None = None
        if path is not None:
            try:
                self._file = path.open("w", encoding="utf-8")
            except OSError as error:
                raise Precondition(f"{path}: the truth log cannot be written: {error.strerror}") from None

    @property
    def kept(self) -> bool:
        """Whether anything is written."""
        return self._file is not None

    def refused(self, order: Order, refusal: Refusal, *, model: str, at: float) -> None:
        """An order that was not taken."""
        denial = refusal.denial
        self._write(
            {
                "key": order.key,
                "account": order.account,
                "model": model,
                "offered_at": at,
                "outcome": refusal.reason,
                "status": refusal.status,
                "fault": refusal.damage.kind or None,
                "axis": denial.axis if denial else None,
                "retry_after_s": refusal.retry_after_s,
            }
        )

    def ended(self, answer: Answer, *, model: str, cut: bool, billed: int, writes: Sequence[tuple[float, int]]) -> None:
        """An answer that was written to its end, or left by its caller; `writes` are times with tokens sent by then.

        `token_gaps_us`: from `offered_at` to the first token, reasoning included, and from each to the next, in
        microseconds; the sum of the first k is the k-th token's time to half a microsecond.
        """
        if self._file is None:
            return
        self._write(
            {
                "key": answer.order.key,
                "account": answer.order.account,
                "model": model,
                "offered_at": answer.offered_at,
                "outcome": "cancelled" if cut else answer.finish_reason,
                "started_at": answer.started_at,
                "first_token_at": answer.first_token_at,
                "ended_at": answer.ended_at,
                "fault": answer.damage.kind or None,
                "batch_at_first": answer.batch_at_first,
                "input_tokens": answer.order.input_tokens,
                "cached_tokens": answer.cached_tokens,
                "output_tokens": answer.counted_tokens,
                "reasoning_tokens": answer.wrote - answer.shown,
                "billed_output_tokens": billed,
                "token_gaps_us": _gaps_us(answer.offered_at, answer.token_times),
                "writes": [(round(at, 6), tokens) for at, tokens in writes],
            }
        )

    def close(self) -> None:
        """Write what is buffered."""
        file, self._file = self._file, None
        if file:
            try:
                file.close()
            except OSError as error:
                _end(error)

    def _write(self, line: dict[str, object]) -> None:
        """A full disk ends the log and not the endpoint."""
        if self._file:
            try:
                self._file.write(json.dumps(line) + "\n")
            except OSError as error:
                _end(error)
                with suppress(OSError):  # it cannot write what it still holds
                    self._file.close()
                self._file = None


def _gaps_us(begin: float, times: Sequence[float]) -> list[int]:
    """Rounded after summing, so that errors do not add up."""
    since = [round((at - begin) * 1e6) for at in times]
    return [later - earlier for earlier, later in zip([0, *since], since, strict=False)]


def _end(error: OSError) -> None:
    print(f"the truth log ends here: {error.strerror}", file=sys.stderr)
