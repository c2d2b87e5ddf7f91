"""A server that says exactly what a test wants, byte by byte, from a thread of its own."""

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

Piece = bytes | float
"""Bytes to send, or seconds to wait."""
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CLOSE = b""
"""As a piece: close the connection here."""
LAST = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(**delta: Any) -> bytes:
    """One chat completion chunk with this delta, as an HTTP chunk."""
    return chunk(b"data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": None}]}).encode() + b"\n\n")


def end(reason: str = "stop", **usage: int) -> bytes:
    """Finish reason, usage, `[DONE]` and the last HTTP chunk."""
    events = [{"choices": [{"delta": {}, "finish_reason": reason}]}]
    events += [{"choices": [], "usage": usage}] if usage else []
    lines = [*(json.dumps(one).encode() for one in events), b"[DONE]"]
    return chunk(b"".join(b"data: " + line + b"\n\n" for line in lines)) + LAST


def answer(text: str = "hello world") -> list[Piece]:
    """A whole streamed answer: a role first, then a chunk per word."""
    words = text.split(" ")
    return [
        STREAM + event(role="assistant", content=""),
        *(event(content=word) for word in words),
        end(prompt_tokens=7, completion_tokens=len(words)),
    ]


def plain(status: int, body: bytes = b"{}", **headers: str) -> list[bytes]:
    """An answer in one piece; header names with `_` for `-`."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return [f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n{lines}\r\n".encode() + body]


class Scripted:
    """Answers the nth request with the nth script, later ones with the last; keeps what it was sent."""

    def __init__(
        self,
        *scripts: Sequence[Piece],
        context: ssl.SSLContext | None = None,
        tunnel: ssl.SSLContext | None = None,
    ) -> None:
        self._context = context
        self._tunnel = tunnel
        self.tunnels: list[bytes] = []
        self.scripts = scripts
        self.requests: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "Scripted":
        return self

    def __exit__(self, *_: object) -> None:
        for sock in (self._listener, *self._open):
            shut(sock)

    def body(self, number: int) -> Any:
        """The JSON of the nth request."""
        return json.loads(self.requests[number].partition(b"\r\n\r\n")[2])

    def _accept(self) -> None:
        try:
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.append(sock)
                threading.Thread(target=self._converse, args=(sock,), daemon=True).start()
        except OSError:
            return

    def _converse(self, sock: socket.socket) -> None:
        try:
            if self._context is not None:
                sock = self._context.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            while request := _request(sock):
                if request.startswith(b"CONNECT ") and self._tunnel is not None:
                    self.tunnels.append(request)
                    sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                    sock = self._tunnel.wrap_socket(sock, server_side=True)
                    self._open.append(sock)
                    continue
                if not request.startswith(b"POST ") or b"/sim/" in request:
                    sock.sendall(plain(404)[0])  # it is no endpoint of ours
                    continue
                number = len(self.requests)
                self.requests.append(request)
                for piece in self.scripts[min(number, len(self.scripts) - 1)]:
                    if isinstance(piece, float):
                        time.sleep(piece)
                    elif piece == CLOSE:
                        return
                    else:
                        sock.sendall(piece)
                        time.sleep(0.002)  # a read of its own
        except OSError:
            return
        finally:
            shut(sock)


def shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


def _request(sock: socket.socket) -> bytes:
    """Head and body of one request; empty where the client closed."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


Serve = Callable[..., Scripted]
