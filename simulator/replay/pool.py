"""Connections to one target that wait for their next exchange. No queue: whoever finds none waiting opens a new one."""

import fcntl
import os
import resource
from pathlib import Path
from typing import Any

from simulator.replay.address import Address
from simulator.replay.clock import Clock
from simulator.replay.connection import Connection
from simulator.replay.proxy import proxy_to
from simulator.replay.tls import SecureConnection, context

_TABLE = 65_536
"""Descriptors that the table is made for ahead: half a megabyte."""


class Pool:
    """Last in, first out, so that few connections stay warm. Bounded only by the system's descriptors."""

    def __init__(self, address: Address, clock: Clock, *, ca_file: Path | None = None) -> None:
        self.address = address
        self.proxy = proxy_to(address)
        self._context = context(ca_file) if address.secure else None
        self.clock = clock
        self.opened = 0
        self.where: list[tuple[int, Any]] = []
        """The target's addresses; empty while its name does not resolve."""
        self._idle: list[Connection] = []

    def resolve(self) -> None:
        """Look up where to connect: the target, or the proxy before it. Raises `OSError`, and knows no address then."""
        self.where = []
        self.where = (self.proxy.address if self.proxy else self.address).resolve()

    def take(self) -> Connection | None:
        """A connection that is open and idle."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        return None

    def open(self) -> Connection:
        """A new connection, being made. Raises `OSError` where the system has no more to give."""
        where = self.where[self.opened % len(self.where)]
        self.opened += 1
        if self._context is None:
            return Connection(where, self.clock, self._released)
        tunnel = self.proxy.connect(self.address) if self.proxy else b""
        return SecureConnection(
            where, self.clock, self._released, context=self._context, host=self.address.host, tunnel=tunnel
        )

    def _released(self, connection: Connection, reusable: bool) -> None:
        if reusable:
            self._idle.append(connection)
        elif connection in self._idle:
            self._idle.remove(connection)

    def close(self) -> None:
        """Let all idle connections go."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()


def raise_descriptor_limit() -> int:
    """Allow as many open connections as the system lets this user have; returns that number.

    Linux doubles a process's table of descriptors as it fills, and where there are threads every doubling waits for all
    cores: 15 to 80 ms in the middle of a run. One high number, taken and given back, makes the table long at once.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = hard if hard != resource.RLIM_INFINITY else 1_048_576  # Linux' own default for fs.nr_open
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    os.close(fcntl.fcntl(0, fcntl.F_DUPFD, min(soft, _TABLE) - 1))
    return soft
