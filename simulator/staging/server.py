"""The HTTP surface: paths, bodies, headers and disconnects around the service."""

import asyncio
import json
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from simulator import draws
from simulator.errors import BadInput
from simulator.provider import answers
from simulator.provider.engine import Answer, Order, Refusal
from simulator.staging.delivery import Streamed, Whole
from simulator.staging.dialects.chat import Chat
from simulator.staging.dialects.dialect import Dialect, Heading, Problem, Refused, Usage, Wanted
from simulator.staging.hints import Hints
from simulator.staging.service import Service
from simulator.traffic.blocks import SIZE

_BODY_BYTES = 16 << 20  # a 128k-token prompt is about 0.6 MB; 16 MiB leaves room for the largest windows
_FIELD_BYTES = 128 << 10  # `x-sim-prefix` of a 128k-token prompt: 2,000 ids of up to 20 digits
_SSE = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Surface:
    """One handler per path; every answer that is not 200 has the form of its API."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._born = int(time.time())
        self._served = 0
        self.chat = Chat()
        self.routes: dict[tuple[str, str], Handler] = {
            ("GET", "/v1/models"): self._models,
            ("GET", "/health"): self._health,
            ("GET", "/ready"): self._health,
            ("GET", "/sim/state"): self._state,
            ("POST", "/sim/reset"): self._reset,
        }
        self.dialects: dict[str, Dialect] = {self.chat.path: self.chat}

    def server(self) -> web.Server:
        """For an `aiohttp.web.ServerRunner`; a client that disconnects cancels its handler."""
        return web.Server(
            self.handle,
            request_factory=self._request,
            handler_cancellation=True,
            access_log=None,
            max_field_size=_FIELD_BYTES,
        )

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        dialect = self.dialects.get(request.path) if request.method == "POST" else None
        handler = self.routes.get((request.method, request.path), self._lost)
        try:
            return await (self._complete(request, dialect) if dialect else handler(request))
        except Refused as refused:
            speaker = dialect or self.chat
            return _json(speaker.error(refused.problem), status=refused.problem.status)

    async def _complete(self, request: web.BaseRequest, dialect: Dialect) -> web.StreamResponse:
        body = await _body(request)
        wanted = dialect.read(body)
        if wanted.model not in self.service.profile.models:
            raise Refused(self._unknown(wanted.model))
        hints = self._hints(request)
        order, text = self._order(wanted, hints)
        epoch = self.service.epoch
        taken = self.service.offer(wanted.model, order)
        headers = self._headers(wanted.model)
        if isinstance(taken, Refusal):
            return self._refused(dialect, taken, wanted.model, headers)
        heading = Heading(_name(order.key), wanted.model, int(time.time()), wanted.include_usage)
        try:
            if wanted.stream:
                return await self._stream(request, dialect, heading, taken, text, headers)
            return await self._whole(dialect, heading, taken, text, headers)
        finally:
            self.service.leave(wanted.model, taken, epoch=epoch)

    async def _whole(
        self, dialect: Dialect, heading: Heading, answer: Answer, text: str | None, headers: dict[str, str]
    ) -> web.StreamResponse:
        delivery = Whole()
        self.service.attend(answer, delivery)
        await delivery.done
        said = answers.text(answer.order.key, answer.wrote) if text is None else text
        body = dialect.whole(heading, said, finish_reason=answer.finish_reason, usage=_usage(answer))
        return _json(body, headers=headers)

    async def _stream(
        self,
        request: web.BaseRequest,
        dialect: Dialect,
        heading: Heading,
        answer: Answer,
        text: str | None,
        headers: dict[str, str],
    ) -> web.StreamResponse:
        service, script = self.service, dialect.script(heading, _usage(answer))
        delivery = Streamed(
            script,
            engine=service.provider.engines[heading.model],
            text=text,
            flush_s=service.profile.stream.flush,
            clock=service.clock,
            lag=service.lag,
        )
        service.attend(answer, delivery)
        response = web.StreamResponse(headers=headers | _SSE)
        await response.prepare(request)
        write, buffered = _writer(request)
        write(script.opening())
        delivery.connect(write, buffered)
        await delivery.done
        await response.write_eof()
        return response

    def _order(self, wanted: Wanted, hints: Hints) -> tuple[Order, str | None]:
        """The order, and its text where that is a label."""
        self._served += 1
        key = hints.key or f"unnamed/{self._served}"
        text, planned = None, hints.output_tokens
        if hints.labels:
            accuracy = self.service.profile.models[wanted.model].label_accuracy
            text = answers.label(hints.truth, hints.labels, accuracy, seed=self.service.seed, key=key)
            planned = answers.LABEL_TOKENS
        prompt = hints.input_tokens or wanted.prompt_tokens
        return Order(key, prompt, planned, wanted.max_output_tokens, hints.prefix), text

    def _hints(self, request: web.BaseRequest) -> Hints:
        try:
            return Hints.read(request.headers, block_tokens=SIZE)
        except BadInput as error:
            raise Refused(Problem(400, str(error), code="invalid_header")) from None

    def _headers(self, model: str) -> dict[str, str]:
        engine = self.service.provider.engines[model]
        style = engine.limiter.style
        named = {"x-request-id": f"req_{self._served:016x}"}
        if style is None:
            return named
        return named | style.headers(engine.limiter.standings(self.service.clock()), at_unix=time.time())

    def _refused(self, dialect: Dialect, refusal: Refusal, model: str, headers: dict[str, str]) -> web.StreamResponse:
        wait = refusal.retry_after_s
        if wait is not None:
            headers = headers | {"retry-after": str(math.ceil(wait)), "retry-after-ms": str(math.ceil(wait * 1000))}
        problem = dialect.refusal(refusal, model)
        return _json(dialect.error(problem), status=problem.status, headers=headers)

    async def _models(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        models = [
            {"id": name, "object": "model", "created": self._born, "owned_by": model.provider}
            for name, model in self.service.profile.models.items()
        ]
        return _json({"object": "list", "data": models})

    async def _health(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return _json({"status": "ok"})

    async def _state(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        return _json(self.service.state())

    async def _reset(self, request: web.BaseRequest) -> web.StreamResponse:
        del request
        self.service.reset()
        return _json({"status": "reset"})

    async def _lost(self, request: web.BaseRequest) -> web.StreamResponse:
        known = sorted({path for _, path in self.routes} | set(self.dialects))
        if request.path in known:
            message = f"Not allowed to {request.method} on {request.path}."
            raise Refused(Problem(405, message, code="method_not_allowed"))
        message = f"Unknown request URL: {request.method} {request.path}. Known: {', '.join(known)}."
        raise Refused(Problem(404, message, code="unknown_url"))

    def _unknown(self, model: str) -> Problem:
        served = ", ".join(self.service.profile.models)
        message = f"The model `{model}` does not exist or you do not have access to it. Served here: {served}."
        return Problem(404, message, param="model", code="model_not_found")

    def _request(  # aiohttp's signature
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_BODY_BYTES)


async def _body(request: web.BaseRequest) -> dict[str, Any]:
    try:
        content = json.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise Refused(
            Problem(413, f"The request is larger than {_BODY_BYTES} bytes.", code="request_too_large")
        ) from None
    except (ValueError, RecursionError):
        raise Refused(Problem(400, "We could not parse the JSON body of your request.")) from None
    if not isinstance(content, dict):
        raise Refused(Problem(400, "The JSON body of your request must be an object."))
    return content


def _writer(request: web.BaseRequest) -> tuple[Callable[[bytes], None], Callable[[], int]]:
    """Write straight to the transport: a task switch per write would cost more than the write."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the client is gone")
    if request.version < HttpVersion11:
        return transport.write, transport.get_write_buffer_size

    def chunk(data: bytes) -> None:
        transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    return chunk, transport.get_write_buffer_size


def _usage(answer: Answer) -> Usage:
    return Usage(answer.order.input_tokens, answer.cached_tokens, answer.wrote)


def _json(content: dict[str, Any], *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=json.dumps(content).encode(), status=status, headers=headers, content_type="application/json"
    )


def _name(key: str) -> str:
    """The answer's id: unique enough, and the same for the same key."""
    return f"{draws.mix(draws.fold(key)):016x}"
