"""The listening socket: open from the start, and shut while a `closed` fault of the profile says so."""

import asyncio
import errno
import socket

from aiohttp import web

from simulator.errors import Precondition
from simulator.provider.faults.closed import Closed
from simulator.provider.profile import Profile


class Doors:
    """One address; a port of 0 takes a free one, which is kept when the door opens again."""

    def __init__(self, runner: web.ServerRunner, *, host: str, port: int) -> None:
        self.runner, self.host, self.port = runner, host, port
        self._site: web.TCPSite | None = None
        self._timers: list[asyncio.TimerHandle] = []
        self._moving: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    async def open(self) -> None:
        """Listen. Raises `Precondition` where that is not possible."""
        site = web.TCPSite(self.runner, self.host, self.port, backlog=4096)
        try:
            await site.start()
        except (OSError, OverflowError) as error:
            raise Precondition(f"cannot listen on {self.host}:{self.port}: {_why(error)}") from None
        self._site, self.port = site, self.runner.addresses[0][1]

    def follow(self, profile: Profile, now: float) -> None:
        """Shut and open by the profile's schedule, of which `now` seconds have passed."""
        for timer in self._timers:
            timer.cancel()
        later = asyncio.get_running_loop().call_later
        windows = [fault.between for fault in profile.faults if isinstance(fault, Closed) and fault.between]
        self._timers = [later(max(0.0, begin - now), self._move, False) for begin, end in windows if now < end]
        self._timers += [later(end - now, self._move, True) for _, end in windows if now < end]
        if self._site is None:
            self._move(True)

    def _move(self, opens: bool) -> None:
        task = asyncio.get_running_loop().create_task(self._open_again() if opens else self._shut())
        self._moving.add(task)
        task.add_done_callback(self._moving.discard)

    async def _open_again(self) -> None:
        if self._site is None:
            await self.open()

    async def _shut(self) -> None:
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()


def _why(error: OSError | OverflowError) -> str:
    """In words of who chose the address."""
    if isinstance(error, socket.gaierror):
        return "no address of that name; --host takes one of this machine's, as 127.0.0.1, or 0.0.0.0 for all of them"
    if isinstance(error, OverflowError):
        return "a port is a number up to 65535"
    known = {
        errno.EADDRINUSE: "the port is in use; take another, or --port 0 for a free one",
        errno.EADDRNOTAVAIL: "not an address of this machine; take 127.0.0.1, or 0.0.0.0 for all it has",
        errno.EACCES: "ports below 1024 are not for everybody; take a higher one",
    }
    return known.get(error.errno or 0, str(error))
