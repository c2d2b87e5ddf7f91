"""One keep-alive connection, read by an event-loop watcher in the hub: no greenlet switch per chunk."""

import errno
import socket as plain
from collections.abc import Callable
from typing import Any, Protocol

from gevent import monkey
from gevent.hub import get_hub

from simulator.calls import Outcome
from simulator.replay.clock import Clock, now
from simulator.replay.framing import BAD_BYTES, framing, own_fault

Socket: Any = monkey.get_original("socket", "socket")
"""Locust patches `socket.socket`; the hub must not meet one that would switch to itself."""

_READ, _WRITE = 1, 2  # libev's EV_READ and EV_WRITE
_BUFFER = memoryview(bytearray(256 * 1024))  # one per process: a read is parsed before the next begins
_BUFFERS = (_BUFFER,)
_ANCILLARY = plain.CMSG_SPACE(16) if hasattr(plain, "CMSG_SPACE") else 0  # one struct timespec

EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.EADDRNOTAVAIL, errno.ENOBUFS, errno.ENOMEM})
"""The load generator's own limits (descriptors, ports, memory): what they stop is dropped, not failed."""


class Exchange(Protocol):
    """One request and its answer. Called in the hub."""

    def connected(self) -> None: ...
    def headers(self, status: int, headers: dict[bytes, bytes]) -> None: ...
    def body(self, data: bytes, at: int) -> None: ...
    def complete(self, at: int) -> None: ...
    def broken(self, outcome: Outcome, at: int) -> None:
        """The connection ended before the answer did."""


class Connection:
    """A socket, its parser and at most one exchange. `released` gets it back when it can carry another."""

    def __init__(self, where: tuple[int, Any], clock: Clock, released: Callable[["Connection", bool], None]) -> None:
        family, sockaddr = where
        self._clock = clock
        self._released = released
        self._exchange: Exchange | None = None
        self._parser: Any = None
        self._headers: dict[bytes, bytes] = {}
        self._unsent = memoryview(b"")
        self._writer: Any = None
        self._started = False
        self._finished = False
        self._keep = False
        self.served = 0
        """Answers that were read whole: a break on a used connection may be the server's idle timeout."""
        self.closed = False
        self.stamp = now()
        """When the newest bytes arrived."""
        self._socket = Socket(family, plain.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(plain.IPPROTO_TCP, plain.TCP_NODELAY, 1)
        clock.prepare(self._socket)
        code = self._socket.connect_ex(sockaddr)
        if code not in (0, errno.EINPROGRESS):
            self._socket.close()
            raise OSError(code, "connect")
        self._receive = self._socket.recvmsg_into
        loop = get_hub().loop
        self._reader = loop.io(self._socket.fileno(), _READ)
        self._writer = loop.io(self._socket.fileno(), _WRITE)

    def open(self) -> None:
        """Tell the exchange once the connection stands; within one machine the handshake is over by now."""
        try:
            self._socket.getpeername()
        except OSError:
            self._writer.start(self._established)
        else:
            self._established()

    def carry(self, exchange: Exchange) -> None:
        """Take the one exchange; `send` follows once the connection stands."""
        self._exchange = exchange
        self._started = False
        self._keep = False
        self._headers = {}

    def carries(self, exchange: Exchange) -> bool:
        return self._exchange is exchange

    def send(self, data: bytes) -> None:
        """Hand the request over; what the kernel does not take at once is sent as it drains."""
        self.stamp = now()
        self._transmit(data)

    def _transmit(self, data: bytes) -> None:
        if self._unsent:
            self._unsent = memoryview(bytes(self._unsent) + data)
            return
        try:
            sent = self._socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._break(Outcome.STALE_CONNECTION if self.served else Outcome.CONNECT)
            return
        if sent < len(data):
            self._unsent = memoryview(data)[sent:]
            self._writer.start(self._drain)

    def close(self) -> None:
        """Forget the exchange and let go of the socket."""
        self._exchange = None
        if self.closed:
            return
        self.closed = True
        for watcher in (self._reader, self._writer):
            watcher.stop()
            watcher.close()
        self._socket.close()
        self._parser = None

    def _established(self) -> None:
        self._writer.stop()
        if self._socket.getsockopt(plain.SOL_SOCKET, plain.SO_ERROR):
            self.stamp = now()
            self._break(Outcome.CONNECT)
            return
        self._parser = framing(self)
        self._reader.start(self._readable)
        self._opened()

    def _opened(self) -> None:
        if self._exchange is not None:
            self._exchange.connected()

    def _drain(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            return
        except OSError:
            self._writer.stop()
            return  # the reader meets the same end, perhaps after an answer that explains it
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            self._writer.stop()

    def _readable(self) -> None:
        """Hot: once per read."""
        try:
            count, ancillary, _, _ = self._receive(_BUFFERS, _ANCILLARY)
        except BlockingIOError:
            return
        except OSError:
            count, ancillary = 0, []
        self.stamp = self._clock.received(ancillary, self.stamp)
        if count:
            self._feed(_BUFFER[:count])
        else:
            self._ended()

    def _feed(self, data: Any) -> None:
        if self._exchange is None:  # bytes that nobody asked for
            self._release(reusable=False)
            return
        try:
            self._parser.feed_data(data)
        except BAD_BYTES as error:
            if (own := own_fault(error)) is not None:  # never a figure
                raise own from None
            self._break(Outcome.MALFORMED)
            return
        if self._finished:
            self._finish()

    def _finish(self) -> None:
        """Give the connection back before the answer is reported: what follows from it may need one."""
        exchange, self._finished = self._exchange, False
        self.served += 1
        self._release(reusable=self._keep and not self._unsent)
        if exchange is not None:
            exchange.complete(self.stamp)

    def _ended(self) -> None:
        """The peer closed. Where the body has no other end, this is it."""
        if self._exchange is not None and self._started and self._until_close():
            self._finish()
        elif self._exchange is None:
            self._release(reusable=False)
        elif self._started:
            self._break(Outcome.TRUNCATED)
        else:
            self._break(Outcome.STALE_CONNECTION if self.served else Outcome.CONNECT)

    def _until_close(self) -> bool:
        return b"content-length" not in self._headers and b"transfer-encoding" not in self._headers

    def _break(self, outcome: Outcome) -> None:
        exchange, at = self._exchange, self.stamp
        self._release(reusable=False)
        if exchange is not None:
            exchange.broken(outcome, at)

    def _release(self, *, reusable: bool) -> None:
        self._exchange = None
        if not reusable:
            self.close()
        self._released(self, reusable)

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200 and self._exchange is not None:
            self._started = True
            self._exchange.headers(status, self._headers)

    def on_body(self, data: bytes) -> None:
        if self._exchange is not None:
            self._exchange.body(data, self.stamp)

    def on_message_complete(self) -> None:
        self._finished = self._started and self._exchange is not None
        self._keep = self._parser.should_keep_alive()  # the parser knows it here and no later
        if not self._started:  # 100 Continue
            self._headers = {}
