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
        """An answer that was written to its end, or left by its caller; `writes` are times with tokens sent by then."""
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
                "output_tokens": answer.wrote,
                "reasoning_tokens": answer.wrote - answer.shown,
                "billed_output_tokens": billed,
                "writes": writes,
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


def _end(error: OSError) -> None:
    print(f"the truth log ends here: {error.strerror}", file=sys.stderr)
