"""A server that streams on a clock of its own, with TLS or without, and knows when: for `tls.py`, where the truth
server cannot help. `python -m tests.bench._streams LOG [CERTIFICATE KEY]` prints its port.

Answers every request with `TOKENS` tokens, the first 50 ms after the request was read and one every 5 ms from there on.
On SIGTERM it leaves one number per request in LOG: seconds from the receipt to just before the first token's write.
"""

import heapq
import json
import select
import signal
import socket
import ssl
import sys
import time
from pathlib import Path
from typing import Any

from simulator.replay.selfcheck import TOKENS

FIRST_NS, EVERY_NS = 50_000_000, 5_000_000
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_USAGE = {"prompt_tokens": 50, "completion_tokens": TOKENS, "total_tokens": 50 + TOKENS}


def _chunk(*events: dict[str, Any] | str) -> bytes:
    data = b"".join(
        b"data: %b\n\n" % (one if isinstance(one, str) else json.dumps(one, separators=(",", ":"))).encode()
        for one in events
    )
    return b"%x\r\n%b\r\n" % (len(data), data)


def _said(delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
    chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1700000000, "model": "streams"}
    return chunk | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


TOKEN_CHUNKS = [_chunk(_said({"content": f" tok{n}"})) for n in range(TOKENS)]
TOKEN_CHUNKS[0] = _HEAD + _chunk(_said({"role": "assistant", "content": " tok0"}))
END = _chunk(_said({}, "stop"), {"choices": [], "usage": _USAGE}, "[DONE]") + b"0\r\n\r\n"


class Streams:
    """All connections on one epoll; a heap of the tokens that are due. `waits` holds receipt to first token."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.waits: list[float] = []
        self._context = context
        self._poll = select.epoll()
        self._poll.register(self.listener.fileno(), select.EPOLLIN)
        self._open: dict[int, socket.socket] = {}
        self._asked: dict[int, bytes] = {}
        self._due: list[tuple[int, int, int, int]] = []
        """When, which request, which connection, which token."""

    def run(self) -> None:
        """Until SIGTERM."""
        while True:
            wait = (self._due[0][0] - time.monotonic_ns()) / 1e9 if self._due else 1.0
            for fd, _ in self._poll.poll(max(0.0, wait)):
                self._accept() if fd == self.listener.fileno() else self._read(fd)
            while self._due and self._due[0][0] <= time.monotonic_ns():
                self._write(*heapq.heappop(self._due))

    def _accept(self) -> None:
        plain, _ = self.listener.accept()
        plain.setblocking(False)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock = plain
        if self._context is not None:
            sock = self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._open[sock.fileno()], self._asked[sock.fileno()] = sock, b""
        self._poll.register(sock.fileno(), select.EPOLLIN)

    def _read(self, fd: int) -> None:
        """`recv` shakes hands first where that is due."""
        try:
            data = self._open[fd].recv(65536)
        except (ssl.SSLWantReadError, BlockingIOError):
            return
        except OSError:
            data = b""
        if not data:
            self._open.pop(fd).close()
            return
        self._asked[fd] += data
        head, _, body = self._asked[fd].partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
        if head != self._asked[fd] and len(body) >= length:
            self._asked[fd] = b""
            self._answer(fd, posted=head.startswith(b"POST"))

    def _answer(self, fd: int, *, posted: bool) -> None:
        if not posted:  # somebody asks whether this is the embedded endpoint
            self._open[fd].send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        received = time.monotonic_ns()
        self.waits.append(-received / 1e9)
        heapq.heappush(self._due, (received + FIRST_NS, len(self.waits) - 1, fd, 0))

    def _write(self, due: int, number: int, fd: int, token: int) -> None:
        if token == 0:
            self.waits[number] += time.monotonic_ns() / 1e9
        sock = self._open.get(fd)
        if sock is None:
            return
        sock.send(TOKEN_CHUNKS[token] if token < TOKENS else END)
        if token < TOKENS:
            heapq.heappush(self._due, (due + EVERY_NS, number, fd, token + 1))


def main(log: Path, *certificate: str) -> None:
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
    streams = Streams(context)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    print(streams.listener.getsockname()[1], flush=True)
    try:
        streams.run()
    finally:
        log.write_text(json.dumps(streams.waits), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
