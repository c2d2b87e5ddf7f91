"""One completion: from the request's body to the last byte of its answer, whole or streamed, with what goes wrong."""

import asyncio
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulator import draws
from simulator.errors import BadInput
from simulator.provider import answers, hazards, structured
from simulator.provider.engine import Answer, Order, Refusal
from simulator.provider.faults.fault import Damage
from simulator.staging import wire
from simulator.staging.counting import prompt_tokens
from simulator.staging.delivery import Streamed, Whole
from simulator.staging.dialects.dialect import (
    Dialect,
    Heading,
    Problem,
    Refused,
    StreamedDialect,
    Usage,
    Wanted,
    unknown_model,
)
from simulator.staging.hints import Hints
from simulator.staging.service import Service
from simulator.traffic.blocks import SIZE

_SSE = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}


@dataclass(slots=True)
class Completion:
    """One request on its way."""

    service: Service
    dialect: Dialect
    request: web.BaseRequest
    request_id: str
    wanted: Wanted
    order: Order
    hints: Hints
    pieces: Sequence[str] | None
    """The answer, token by token, where it is a label or has a form; None: plain words."""

    @classmethod
    async def read(
        cls, service: Service, dialect: Dialect, request: web.BaseRequest, *, request_id: str
    ) -> "Completion":
        """Raises `Refused` for a body or header that cannot be served."""
        body = await wire.read_object(request)
        wanted, form = dialect.read(body), _form(body)
        model = service.profile.models.get(wanted.model)
        if model is None:
            raise Refused(unknown_model(wanted.model, service.profile.models))
        try:
            hints = Hints.read(request.headers, block_tokens=SIZE)
        except BadInput as error:
            raise Refused(Problem(400, str(error), code="invalid_header")) from None
        key, pieces, planned = hints.key or service.next_key(), None, hints.output_tokens
        if hints.labels:
            pieces = [answers.label(hints.truth, hints.labels, model.label_accuracy, seed=service.seed, key=key)]
            planned = answers.LABEL_TOKENS
        elif form and not (wanted.subject or wanted.embeds):
            kept = structured.keeps(model.validity, seed=service.seed, key=key)
            pieces = structured.pieces(form, key, planned or model.default_output_tokens, kept=kept)
        prompt = hints.input_tokens
        if prompt is None:
            prompt = max(1, wanted.overhead_tokens + await prompt_tokens(wanted.texts, wanted.model))
        account = service.keyring.account(dialect.key(request.headers))
        order = Order(key, prompt, planned, wanted.max_output_tokens, hints.prefix, account, wanted.embeds)
        return cls(service, dialect, request, request_id, wanted, order, hints, pieces)

    async def answer(self) -> web.StreamResponse:
        """Hand the order to the provider and send what comes of it."""
        service, model, epoch = self.service, self.wanted.model, self.service.epoch
        taken = service.offer(model, self.order, fault=self._fault())
        headers = self._headers(taken)
        if isinstance(taken, Refusal):
            return await self._refuse(taken, headers)
        try:
            if self.wanted.stream and isinstance(self.dialect, StreamedDialect):
                return await self._stream(self.dialect, taken, headers)
            return await self._whole(taken, headers)
        finally:
            service.leave(model, taken, epoch=epoch)

    async def _stream(self, dialect: StreamedDialect, answer: Answer, headers: dict[str, str]) -> web.StreamResponse:
        service = self.service
        delivery = Streamed(
            answer,
            dialect.script(self._heading(), Usage.of(answer)),
            engine=service.provider.engines[self.wanted.model],
            pieces=self.pieces,
            flush_s=service.profile.stream.flush,
            clock=service.clock,
            lag=service.lag,
        )
        service.attend(answer, delivery)
        if answer.damage.delay_s:
            await asyncio.sleep(answer.damage.delay_s)
        response = web.StreamResponse(headers=headers | _SSE)
        await response.prepare(self.request)
        delivery.connect(*wire.writer(self.request))
        await delivery.done
        if not self._breaks(answer):
            await response.write_eof()
        return response

    async def _whole(self, answer: Answer, headers: dict[str, str]) -> web.StreamResponse:
        delivery, damage = Whole(), answer.damage
        self.service.attend(answer, delivery)
        await delivery.done
        if damage.delay_s or damage.stall_s:
            await asyncio.sleep(damage.delay_s + damage.stall_s)
        if damage.ending == "error" and answer.broken:
            problem = self.dialect.refusal(Refusal("fault", 500), self.wanted.model)
            return self._problem(problem, headers)
        pieces = self.pieces
        said = answers.text(answer.order.key, answer.shown) if pieces is None else "".join(pieces[: answer.shown])
        usage = None if damage.no_usage else Usage.of(answer)
        body = self.dialect.whole(self._heading(), said, finish_reason=answer.finish_reason, usage=usage)
        if not (answer.broken or damage.malformed_after):
            return wire.json_body(body, headers=headers | self._truth(answer))
        return await self._mangle(answer, json.dumps(body).encode(), headers)

    async def _mangle(self, answer: Answer, body: bytes, headers: dict[str, str]) -> web.StreamResponse:
        """Half of a body: cut off on the wire, or complete but broken inside."""
        half = body[: len(body) // 2]
        cut = answer.broken and answer.damage.ending in ("rst", "fin")
        torn = half if cut or not answer.broken else half + "é".encode()[:1]
        response = web.StreamResponse(headers=headers | {"Content-Type": "application/json"})
        response.content_length = len(body) if cut else len(torn)
        await response.prepare(self.request)
        await response.write(torn)
        if not self._breaks(answer):
            await response.write_eof()
        return response

    async def _refuse(self, refusal: Refusal, headers: dict[str, str]) -> web.StreamResponse:
        if refusal.damage.delay_s:
            await asyncio.sleep(refusal.damage.delay_s)
        if refusal.damage.drop:
            wire.reset(self.request)
            return web.Response()  # nobody is there to read it
        wait = refusal.retry_after_s
        if wait is not None:
            headers["retry-after"] = str(math.ceil(wait))
            if wait % 1:  # whole seconds are told once
                headers["retry-after-ms"] = str(math.ceil(wait * 1000))
        problem = self.dialect.refusal(refusal, self.wanted.model)
        return self._problem(problem, headers)

    def _problem(self, problem: Problem, headers: dict[str, str]) -> web.StreamResponse:
        body = self.dialect.error(problem, request_id=self.request_id)
        return wire.json_body(body, status=problem.status, headers=headers)

    def _breaks(self, answer: Answer) -> bool:
        """Whether the connection ends here, before the body does; if so it is ended."""
        if not answer.broken or answer.damage.ending not in ("rst", "fin"):
            return False
        (wire.reset if answer.damage.ending == "rst" else wire.close)(self.request)
        return True

    def _fault(self) -> Damage | None:
        try:
            return hazards.asked(self.hints.fault) if self.hints.fault else None
        except BadInput as error:
            raise Refused(Problem(400, f"x-sim-fault: {error}", code="invalid_header")) from None

    def _heading(self) -> Heading:
        name = f"{draws.mix(draws.fold(self.order.key)):016x}"  # the same for the same key
        return Heading(name, self.wanted.model, int(time.time()), self.wanted.include_usage, self.wanted.subject)

    def _headers(self, taken: Answer | Refusal) -> dict[str, str]:
        """Limits as the provider shows them, and for a load generator what was decided."""
        service = self.service
        now, account = service.clock(), self.order.account
        limiter = service.provider.engines[self.wanted.model].quotas.of(account, now)
        headers = {self.dialect.id_header: self.request_id, "x-sim-account": account}
        if limiter.style is not None:
            headers |= limiter.style.headers(limiter.standings(now), at_unix=time.time())
        if self.hints.key is None:
            return headers
        decision = taken.reason if isinstance(taken, Refusal) else "admitted"
        return headers | {"x-sim-decision": decision, "x-sim-at": f"{now:.6f}"}

    def _truth(self, answer: Answer) -> dict[str, str]:
        """How a whole answer came about; a stream's headers leave too early to know, its truth is in the log."""
        if self.hints.key is None or answer.started_at is None or answer.first_token_at is None:
            return {}
        return {
            "x-sim-queue-ms": f"{(answer.started_at - answer.offered_at) * 1000:.3f}",
            "x-sim-first-token-ms": f"{(answer.first_token_at - answer.offered_at) * 1000:.3f}",
            "x-sim-batch": str(answer.batch_at_first),
        }


def _form(body: Mapping[str, Any]) -> structured.Format | None:
    try:
        return structured.wanted(body)
    except ValueError as error:
        raise Refused(Problem(400, str(error), code="invalid_json_schema")) from None
