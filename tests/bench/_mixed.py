"""What a staging endpoint meets in a long test, all at once: streams and whole answers, sessions whose prefixes grow,
keys that come and go, requests beyond a quota, callers that leave in the middle."""

import asyncio
import itertools
import json
from collections.abc import Iterator
from contextlib import suppress

from tests.provider.profiles import latency, openai_limits, profile

PROFILE = profile(
    {
        "quick": {"first_token": latency("2ms", cv=0.3), "per_token": latency("0.2ms", cv=0.1), "queue": 10_000},
        "scarce": {"first_token": latency("2ms"), "limits": openai_limits(600, 600_000), "queue": 10_000},
    },
    cache={"min_tokens": 64, "step_tokens": 64, "idle": "60s", "capacity_tokens": "2M"},
    faults=[{"kind": "cut", "after_tokens": 3, "every": 500}],
)
TOKENS = 12
CONNECTIONS = 40


class Mixed:
    """Requests of one kind after another; which one is due depends on its number alone."""

    def __init__(self, url: str) -> None:
        self.host, _, self.port = url.removeprefix("http://").partition(":")
        self._numbers: Iterator[int] = itertools.count()

    async def send(self, requests: int) -> None:
        """Send so many and read, or leave, every answer."""
        await asyncio.gather(*(self._line(requests // CONNECTIONS) for _ in range(CONNECTIONS)))

    async def _line(self, requests: int) -> None:
        plug = None
        for _ in range(requests):
            number = next(self._numbers)
            plug = plug or await asyncio.open_connection(self.host, int(self.port))
            if not await _exchange(*plug, number):
                await _close(plug[1])
                plug = None
        if plug:
            await _close(plug[1])


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> bool:
    """Whether the connection can be used again."""
    writer.write(_request(number))
    try:
        if number % 100 == 0:
            await reader.readuntil(b"data: ")
            return False  # the caller leaves in the middle of a stream
        head = await reader.readuntil(b"\r\n\r\n")
        if b"Content-Length: " in head:
            await reader.readexactly(int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]))
        else:
            await reader.readuntil(b"\r\n0\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return False  # the cut of the profile
    return True


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionResetError):
        await writer.wait_closed()


def _request(number: int) -> bytes:
    """Every third streams, every twentieth meets a quota, every tenth has a key that nobody has used before."""
    stream = number % 3 == 0 or number % 100 == 0
    model = "scarce" if number % 20 == 7 else "quick"
    key = f"made-up-{number}" if number % 10 == 1 else f"made-up-{number % 5}"
    session, turn = divmod(number, 6)
    blocks = ",".join(f"{session * 100 + block}" for block in range(3 * (turn + 1)))
    body = json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": "x" * 400}]})
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nAuthorization: Bearer {key}\r\nx-sim-request: r{number}/0/1\r\n"
        f"x-sim-output-tokens: {TOKENS}\r\nx-sim-input-tokens: {64 * 3 * (turn + 1) + 100}\r\n"
        f"x-sim-prefix: {blocks}\r\n\r\n"
    )
    return (head + body).encode()
