"""HTTPS without a wrapped socket: records go through memory, so the kernel's receive stamp still counts."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simulator.calls import Outcome
from simulator.errors import InvalidFile
from simulator.replay.clock import Clock
from simulator.replay.connection import Connection

_RECORD = 16 * 1024  # the most plaintext that a TLS record holds (RFC 8446, 5.1)


def context(ca_file: Path | None) -> ssl.SSLContext:
    """Verifies certificate and host name against the system's authorities, and those of `ca_file`.

    Raises `InvalidFile` where that cannot be read or holds no certificate.
    """
    made = ssl.create_default_context()
    if ca_file is not None:
        try:
            made.load_verify_locations(ca_file)
        except ssl.SSLError:
            raise InvalidFile(f"{ca_file}: holds no certificate; target.ca_file names a PEM file") from None
        except OSError as error:
            raise InvalidFile(f"{ca_file}: cannot be read: {error.strerror}; check target.ca_file") from None
    made.set_alpn_protocols(["http/1.1"])
    return made


class SecureConnection(Connection):
    """A connection whose bytes are encrypted; everything else is as in the plain one."""

    def __init__(
        self,
        where: tuple[int, Any],
        clock: Clock,
        released: Callable[[Connection, bool], None],
        *,
        context: ssl.SSLContext,
        host: str,
        tunnel: bytes = b"",
    ) -> None:
        self._tunnel = tunnel
        self._said = b""
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._shaken = False
        super().__init__(where, clock, released)

    def _opened(self) -> None:
        """Through a proxy, a tunnel is asked for first; `tunnel` is the request for it."""
        if self._tunnel:
            super()._transmit(self._tunnel)
        else:
            self._shake()

    def _transmit(self, data: bytes) -> None:
        self._tls.write(data)
        super()._transmit(self._outgoing.read())

    def _feed(self, data: Any) -> None:
        """Hot: once per read. Half a record stays in the layer's memory; asking for more costs an exception."""
        if self._tunnel:
            self._dig(data)
            return
        self._incoming.write(data)
        if not self._shaken:
            self._shake()
            return
        try:
            while not self.closed:
                plain = self._tls.read(_RECORD)
                if not plain:
                    self._ended()
                    return
                super()._feed(plain)
                if not (self._incoming.pending or self._tls.pending()):
                    break
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except ssl.SSLError:
            self._break(Outcome.TLS)
            return
        if not self.closed:
            self._answer_peer()

    def _dig(self, data: Any) -> None:
        """The proxy's answer: with 200 the tunnel stands, anything else means that the target was not reached."""
        self._said += bytes(data)
        if b"\r\n\r\n" not in self._said:
            return
        self._tunnel = b""
        if self._said.split(b" ", 2)[1:2] == [b"200"]:
            self._shake()
        else:
            self._break(Outcome.CONNECT)

    def _shake(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._answer_peer()
            return
        except (ssl.SSLError, ssl.CertificateError):
            self._answer_peer()  # the alert that tells the server why
            self._break(Outcome.TLS)
            return
        self._shaken = True
        self._answer_peer()
        super()._opened()

    def _answer_peer(self) -> None:
        """Send what the record layer itself has to say: handshake, alerts, key updates."""
        if self._outgoing.pending:
            super()._transmit(self._outgoing.read())
