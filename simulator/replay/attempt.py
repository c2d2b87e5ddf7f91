"""One sending of one call: from an `Ask` to its outcome. Lives in the hub: its methods are callbacks, none blocks."""

import zlib
from collections.abc import Callable

from simulator.calls import ANSWERED, Outcome
from simulator.replay.client import Client
from simulator.replay.connection import EXHAUSTED, Connection
from simulator.replay.pacer import Timeout
from simulator.replay.reading import Reading
from simulator.replay.sse import EventStream
from simulator.scenario.quality import Validator
from simulator.strategies.effects import EMBED, Ask
from simulator.traffic.request import Request

_NS = 1_000_000_000
_GZIP_OR_ZLIB = 47  # zlib's wbits: 32 (tell by the header) + 15 (largest window)
_STATUS = {429: Outcome.RATE_LIMITED, 529: Outcome.OVERLOADED, 503: Outcome.UNAVAILABLE}


class Exhausted(Exception):
    """This machine had no descriptor, port or memory left for a connection: nothing was sent."""


class Attempt:
    """`done` is called once, when it has ended, unless it was cancelled. Times are monotonic nanoseconds."""

    def __init__(self, client: Client, request: Request, ask: Ask, *, after: str | None, resend: int = 0) -> None:
        self.client = client
        self.request = request
        self.ask = ask
        self.after_call_id = after
        self.resend = resend
        self.call_id = f"{request.request_id}/{ask.call}/{ask.attempt}" + (f".{resend}" if resend else "")
        self.stream = not ask.labels and ask.purpose != EMBED
        self.reading = Reading()
        self.outcome: Outcome | None = None
        self.status: int | None = None
        self.answer_headers: dict[bytes, bytes] = {}
        self.served = False
        self.valid: bool | None = None
        """Whether the answer passed the scenario's validator; None where nothing checks it."""
        self.sent_ns = 0
        """When the client let go of it: the start of the write, or of the connect where no connection was waiting."""
        self.ended_ns = 0
        self._done: Callable[[Attempt], None] | None = None
        self._connection: Connection | None = None
        self._timeout: Timeout | None = None
        self._awaits_first = False
        self._bytes = b""
        self._whole = bytearray()
        self._events: EventStream | None = None
        self._inflate: Callable[[bytes], bytes] | None = None

    def start(self, done: Callable[["Attempt"], None]) -> None:
        """Send on a waiting connection, or on a new one; a person's answer is waited for. Raises `Exhausted`."""
        self._done = done
        if self.ask.takes_s is not None:
            self.sent_ns = self.client.pacer.now()
            self._end_after(self.ask.takes_s, Outcome.OK)
            return
        self._bytes = self.client.wire.request(self.request, self.ask, stream=self.stream)
        waiting = self.client.pool.take() if not self.resend else None
        self.sent_ns = self.client.pacer.now()
        if waiting is None:
            self._open()
            return
        self._connection = waiting
        waiting.carry(self)
        self.connected()

    def cancel(self) -> None:
        """Stop where it stands; `done` is not called."""
        self._done = None
        self._end(Outcome.CANCELLED, self.client.pacer.now())

    def _open(self) -> None:
        if not self.client.pool.where:
            self._end_soon(Outcome.DNS)
            return
        try:
            self._connection = self.client.pool.open()
        except OSError as error:
            if error.errno in EXHAUSTED:
                raise Exhausted from error
            self._end_soon(Outcome.CONNECT)
            return
        self._connection.carry(self)
        self._expire(self.client.timeouts.connect, Outcome.CONNECT_TIMEOUT)
        self._connection.open()

    # What the connection calls.

    def connected(self) -> None:
        request, self._bytes = self._bytes, b""
        self._awaits_first = self.stream
        if self.stream:
            self._expire(
                self.ask.first_token_timeout_s or self.client.timeouts.first_token, Outcome.FIRST_TOKEN_TIMEOUT
            )
        else:
            self._expire(self._total_s, Outcome.TOTAL_TIMEOUT)
        if self._connection is not None:
            self._connection.send(request)

    def headers(self, status: int, headers: dict[bytes, bytes]) -> None:
        self.status = status
        self.answer_headers = headers
        if headers.get(b"content-encoding", b"identity") != b"identity":
            self._inflate = zlib.decompressobj(_GZIP_OR_ZLIB).decompress
        if status == 200 and headers.get(b"content-type", b"").startswith(b"text/event-stream"):
            self._events = EventStream(self.client.wire.dialect_of(self.ask).event, self.reading)

    def body(self, data: bytes, at: int) -> None:
        """Hot: once per chunk."""
        if self._inflate is not None:
            data = self._inflate(data)
        if self._events is None:
            self._whole += data
            return
        self._events.feed(data, at)
        if self._awaits_first and self.reading.chunks:
            self._awaits_first = False
            self._expire(self._total_s, Outcome.TOTAL_TIMEOUT)

    def complete(self, at: int) -> None:
        self._end(self._verdict(), at)

    def broken(self, outcome: Outcome, at: int) -> None:
        whole = outcome is Outcome.TRUNCATED and self.reading.done  # only the transport's last word is missing
        self._end(self._verdict() if whole else outcome, at)

    def _verdict(self) -> Outcome:
        status = self.status or 0
        if status == 200:
            if self._events is None:
                self.client.wire.dialect_of(self.ask).whole(bytes(self._whole), self.reading)
            return self.reading.outcome(streamed=self._events is not None)
        if status in _STATUS:
            return _STATUS[status]
        if status == 400 and b"content_filter" in self._whole:  # Azure refuses a prompt this way
            return Outcome.CONTENT_FILTER
        return {4: Outcome.CLIENT_ERROR, 5: Outcome.SERVER_ERROR}.get(status // 100, Outcome.MALFORMED)

    @property
    def _total_s(self) -> float:
        return self.ask.total_timeout_s or self.client.timeouts.total

    def _expire(self, seconds: float, outcome: Outcome) -> None:
        """End with `outcome` unless something else happens within `seconds` of the send; the total time rules all."""
        if self._timeout is not None:
            self._timeout.cancel()
        if seconds > self._total_s:
            seconds, outcome = self._total_s, Outcome.TOTAL_TIMEOUT
        due = self.sent_ns + int(seconds * _NS)
        self._timeout = self.client.pacer.timeout(due, lambda: self._end(outcome, self.client.pacer.now()))

    def _end_soon(self, outcome: Outcome) -> None:
        """End in a callback of its own: whoever starts an attempt is not told of its end before it has started."""
        self._end_after(0.0, outcome)

    def _end_after(self, seconds: float, outcome: Outcome) -> None:
        due = self.sent_ns + int(seconds * _NS)
        self.client.pacer.at(due, lambda: self._end(outcome, self.client.pacer.now()))

    def _end(self, outcome: Outcome, at: int) -> None:
        if self.outcome is not None:
            return
        self.outcome = outcome
        self.ended_ns = at
        if self._timeout is not None:
            self._timeout.cancel()
            self._timeout = None  # it refers back to us, and a cycle is work for the collector in the middle of a run
        connection, self._connection = self._connection, None
        if connection is not None and connection.carries(self):
            connection.close()
        self._events, self._inflate, done, self._done = None, None, self._done, None
        if self.client.validator is not None:
            self.valid = self._checked(self.client.validator)
        if done is not None:
            done(self)

    def _checked(self, validator: Validator) -> bool | None:
        if self.ask.purpose != "answer" or self.outcome not in ANSWERED or not validator.checks(self.request.journey):
            return None
        return validator.passes(self.reading.text)
