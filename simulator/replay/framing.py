"""HTTP/1.1 answers taken apart: by httptools, or by h11 where its compiled parser is not to be had."""

import zlib
from typing import Any, Protocol

import h11

try:
    import httptools
except ImportError:  # no wheel for this interpreter: slower, the same answers
    httptools = None  # type: ignore[assignment]

NAME = "h11" if httptools is None else "httptools"
"""Which of the two reads; said in the run's health."""


class Sink(Protocol):
    """What a parser calls, in this order, for each answer."""

    def on_header(self, name: bytes, value: bytes) -> None: ...
    def on_headers_complete(self) -> None: ...
    def on_body(self, data: bytes) -> None: ...
    def on_message_complete(self) -> None: ...


class Framing(Protocol):
    """A parser of one connection's answers, one after another."""

    def feed_data(self, data: Any) -> None:
        """Raises one of `BAD_BYTES` for what is not HTTP."""

    def get_status_code(self) -> int: ...
    def should_keep_alive(self) -> bool:
        """Known while `on_message_complete` is called, and no later."""


class PlainFraming:
    """h11 with the face of httptools."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._status = 0
        self._parser = _asked()

    def feed_data(self, data: Any) -> None:
        self._parser.receive_data(bytes(data))
        while (event := self._parser.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
            self._take(event)

    def get_status_code(self) -> int:
        return self._status

    def should_keep_alive(self) -> bool:
        return bool(self._parser.their_state is h11.DONE)

    def _take(self, event: Any) -> None:
        if isinstance(event, h11.Response | h11.InformationalResponse):
            self._status = event.status_code
            for name, value in event.headers:
                self._sink.on_header(name, value)
            self._sink.on_headers_complete()
            if isinstance(event, h11.InformationalResponse):
                self._sink.on_message_complete()
        elif isinstance(event, h11.Data):
            self._sink.on_body(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            self._sink.on_message_complete()
            rest, _ = self._parser.trailing_data
            self._parser = _asked()
            if rest:
                self._parser.receive_data(rest)


def _asked() -> Any:
    """h11 reads answers only to a request that went through it."""
    parser = h11.Connection(our_role=h11.CLIENT)
    parser.send(h11.Request(method="POST", target="/", headers=[("host", "target"), ("content-length", "0")]))
    parser.send(h11.EndOfMessage())
    return parser


def framing(sink: Sink) -> Framing:
    """The best parser of this interpreter."""
    parser: Framing = PlainFraming(sink) if httptools is None else httptools.HttpResponseParser(sink)
    return parser


BAD_BYTES: tuple[type[Exception], ...] = (h11.RemoteProtocolError, zlib.error)
if httptools is not None:
    BAD_BYTES = (httptools.HttpParserError, httptools.HttpParserUpgrade)


def own_fault(error: Exception) -> BaseException | None:
    """The error of a sink's own that httptools wraps; the peer's only where its bytes are not compressed as it says."""
    wrapped = httptools is not None and isinstance(error, httptools.HttpParserCallbackError)
    own = (error.__context__ or error) if wrapped else None
    return None if isinstance(own, zlib.error) else own
