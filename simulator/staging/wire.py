"""Bytes to the client's socket: JSON bodies, chunks written past the framework, connections broken on purpose."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

from aiohttp import HttpVersion11, web

from simulator.staging.dialects.dialect import Problem, Refused

BODY_BYTES = 16 << 20  # a 128k-token prompt is about 0.6 MB; 16 MiB leaves room for the largest windows
FIELD_BYTES = 128 << 10  # `x-sim-prefix` of a 128k-token prompt: 2,000 ids of up to 20 digits
_BODY_S = 30.0  # a body that takes longer is a slow-loris
_NO_LINGER = struct.pack("ii", 1, 0)


async def read_object(request: web.BaseRequest) -> dict[str, Any]:
    """The JSON object of a request's body. Raises `Refused`."""
    try:
        async with asyncio.timeout(_BODY_S):
            content = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise Refused(Problem(413, f"The request is larger than {BODY_BYTES} bytes.", code="too_large")) from None
    except TimeoutError:
        raise Refused(Problem(408, f"The body did not arrive within {_BODY_S:g} s.", code="timeout")) from None
    except (ValueError, RecursionError, web.RequestPayloadError):  # the last: not compressed as its header says
        raise Refused(Problem(400, "We could not parse the JSON body of your request.")) from None
    if not isinstance(content, dict):
        raise Refused(Problem(400, "The JSON body of your request must be an object."))
    return content


def json_body(content: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A whole answer."""
    return web.Response(
        body=json.dumps(content).encode(), status=status, headers=headers, content_type="application/json"
    )


def writer(request: web.BaseRequest) -> tuple[Callable[[bytes], None], Callable[[], int]]:
    """Write straight to the transport: a task switch per write would cost more than the write."""
    transport = _transport(request)
    if request.version < HttpVersion11:
        return transport.write, transport.get_write_buffer_size

    def chunk(data: bytes) -> None:
        transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    return chunk, transport.get_write_buffer_size


def reset(request: web.BaseRequest) -> None:
    """Break the connection with RST, and what waits to be sent with it."""
    transport = _transport(request)
    plug = transport.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


def close(request: web.BaseRequest) -> None:
    """Close the connection with FIN after what was written: the body stays short of its end."""
    _transport(request).close()


def _transport(request: web.BaseRequest) -> asyncio.Transport:
    if request.transport is None:
        raise ConnectionResetError("the client is gone")
    return request.transport
