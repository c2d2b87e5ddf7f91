"""The HTTP surface: which path is answered how, to whom, and in which API's words."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from simulator.errors import Precondition
from simulator.staging import catalogue, metrics, reshape, wire
from simulator.staging.completion import Completion
from simulator.staging.dialects import DIALECTS, spoken
from simulator.staging.dialects.dialect import Dialect, Problem, Refused, unknown_model
from simulator.staging.service import Service

_IDLE_S = 300.0  # a connection with nothing on it, or with half a head, is closed after this
_LOGGER = logging.getLogger(__name__)
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Surface:
    """One handler per path; every answer that is not 200 has the form of its API."""

    def __init__(self, service: Service, *, headers_within_s: float = 10.0) -> None:
        self.service = service
        self._headers_within_s = headers_within_s
        self._silent: set[RequestHandler] = set()
        self._born, self._requests = int(time.time()), 0
        self.dialects: dict[str, Dialect] = {dialect.path: dialect for dialect in DIALECTS}
        self.routes: dict[tuple[str, str], Handler] = {
            ("GET", catalogue.PATH): self._models,
            ("GET", "/health"): self._health,
            ("GET", "/ready"): self._health,
            ("GET", "/sim/state"): self._state,
            ("POST", "/sim/reset"): self._reset,
            ("GET", "/sim/config"): self._config,
            ("POST", "/sim/config"): self._reshape,
            ("GET", "/metrics"): self._metrics,
        }

    def server(self) -> web.Server:
        """For an `aiohttp.web.ServerRunner`; a client that disconnects cancels its handler."""
        return _Server(self)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        dialect = self.dialects.get(request.path) if request.method == "POST" else None
        speaker = dialect or spoken(request.headers)
        self._requests += 1
        request_id = f"req_{self._requests:016x}"
        try:
            self._let_in(request, speaker)
            if dialect:
                return await (await Completion.read(self.service, dialect, request, request_id=request_id)).answer()
            method = "GET" if request.method == "HEAD" else request.method
            path = catalogue.PATH if request.path.startswith(catalogue.PATH + "/") else request.path
            return await self.routes.get((method, path), self._lost)(request)
        except ConnectionError:
            return web.Response()  # the client left while it was answered: nobody reads this
        except Refused as refused:
            body = speaker.error(refused.problem, request_id=request_id)
            return wire.json_body(body, status=refused.problem.status, headers={speaker.id_header: request_id})

    def _let_in(self, request: web.BaseRequest, dialect: Dialect) -> None:
        keyring, key = self.service.keyring, dialect.key(request.headers)
        if not request.path.startswith("/v1/") or keyring.lets_in(keyring.account(key)):
            return
        if not key:
            raise Refused(Problem(401, "You didn't provide an API key; this endpoint's profile says `auth: required`."))
        message = "Incorrect API key provided. The profile's accounts name the keys that this endpoint accepts."
        raise Refused(Problem(401, message, code="invalid_api_key"))

    async def _models(self, request: web.BaseRequest) -> web.StreamResponse:
        profile, name = self.service.profile, request.path.removeprefix(catalogue.PATH + "/")
        if name == catalogue.PATH:
            return wire.json_body(catalogue.listed(profile, born=self._born, headers=request.headers))
        if name not in profile.models:
            raise Refused(unknown_model(name, profile.models))
        return wire.json_body(catalogue.described(profile, name, born=self._born, headers=request.headers))

    async def _health(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return wire.json_body({"status": "ok"})

    async def _state(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return wire.json_body(self.service.state())

    async def _reset(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        self.service.reset()
        return wire.json_body({"status": "reset"})

    async def _config(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return wire.json_body(reshape.told(self.service.profile))

    async def _reshape(self, request: web.BaseRequest) -> web.StreamResponse:
        new = reshape.changed(self.service.profile, await wire.read_object(request))
        try:
            self.service.adopt(new)
        except Precondition as error:
            raise Refused(Problem(400, str(error), code="invalid_config")) from None
        return await self._config(request)

    async def _metrics(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return web.Response(body=metrics.exposed(self.service), headers={"Content-Type": metrics.CONTENT_TYPE})

    async def _lost(self, request: web.BaseRequest) -> web.StreamResponse:
        known = sorted({path for _, path in self.routes} | set(self.dialects))
        if request.path in known:
            message = f"Not allowed to {request.method} on {request.path}."
            raise Refused(Problem(405, message, code="method_not_allowed"))
        message = f"Unknown request URL: {request.method} {request.path}. Known: {', '.join(known)}."
        raise Refused(Problem(404, message, code="unknown_url"))

    def expect(self, connection: RequestHandler) -> None:
        """A new connection must bring the whole head of a request in time, or it is closed."""
        self._silent.add(connection)
        asyncio.get_running_loop().call_later(self._headers_within_s, self._close_silent, connection)

    def _close_silent(self, connection: RequestHandler) -> None:
        if connection in self._silent:
            self._silent.discard(connection)
            connection.force_close()

    def make_request(  # aiohttp's signature
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        self._silent.discard(protocol)
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=wire.BODY_BYTES)


class _Server(web.Server):
    """A client that disconnects cancels its handler; one that never speaks is not waited for."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(
            surface.handle,
            request_factory=surface.make_request,
            handler_cancellation=True,
            access_log=None,
            logger=_LOGGER,
            max_field_size=wire.FIELD_BYTES,
            keepalive_timeout=_IDLE_S,
        )
        self._surface = surface

    def __call__(self) -> RequestHandler:
        connection = super().__call__()
        self._surface.expect(connection)
        return connection


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether an error is one of this endpoint's. What was no HTTP has been answered with 400 and fills no terminal."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, (HttpProcessingError, web.RequestPayloadError))


_LOGGER.addFilter(_is_ours)
