"""Requests as bytes: HTTP/1.1, the target's dialect, and the headers that only the embedded endpoint understands."""

import os
from typing import Any

from simulator.errors import BadInput
from simulator.replay.address import Address
from simulator.replay.dialects import dialect_of
from simulator.replay.dialects.dialect import Dialect, Wanted
from simulator.replay.dialects.embeddings import Embeddings
from simulator.replay.plan import Target
from simulator.replay.proxy import proxy_to
from simulator.strategies.effects import EMBED, Ask
from simulator.traffic import blocks
from simulator.traffic.prompts import Prompts
from simulator.traffic.request import Request


class Wire:
    """Builds the bytes of an attempt. One per rung and process."""

    def __init__(
        self,
        address: Address,
        dialect: Dialect,
        prompts: Prompts,
        *,
        key: str | None,
        headers: dict[str, str],
        models: dict[str, str],
        body: dict[str, Any],
        simulated: bool,
    ) -> None:
        self.dialect = dialect
        self._embeddings = Embeddings()
        self._prompts = prompts
        self._models = models
        self._body = body
        self._simulated = simulated
        lines = {"Host": address.authority, "Content-Type": "application/json", "User-Agent": "tenfold"}
        proxy = None if address.secure else proxy_to(address)  # what is secure goes through a tunnel of its own
        lines |= (proxy.headers if proxy else {}) | dialect.headers(key) | headers
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        origin = address.root if proxy else ""
        self._head, self._embed_head = (
            f"POST {origin}{address.prefix}{one.path} HTTP/1.1\r\n{head}".encode()
            for one in (dialect, self._embeddings)
        )

    @classmethod
    def to(cls, target: Target, address: Address, prompts: Prompts, *, simulated: bool) -> "Wire":
        """For a plan's target, whose key stands in the environment. Raises `BadInput` where it does not."""
        return cls(
            address,
            dialect_of(target),
            prompts,
            key=_key(target.key_env),
            headers=target.headers,
            models=target.models,
            body=target.body,
            simulated=simulated,
        )

    def dialect_of(self, ask: Ask) -> Dialect:
        """Embeddings have an API of their own, whatever the answers speak."""
        return self._embeddings if ask.purpose == EMBED else self.dialect

    def request(self, request: Request, ask: Ask, *, stream: bool) -> bytes:
        """Head and body of one attempt."""
        messages = self._messages(request, ask)
        output = ask.max_output_tokens or request.output_tokens
        model = self._models.get(ask.model, ask.model)
        more = self._body if ask.purpose == "answer" else {}
        body = self.dialect_of(ask).body(Wanted(model, messages, max(1, output), stream, ask.tier, more))
        head = self._embed_head if ask.purpose == EMBED else self._head
        accept = b"text/event-stream" if stream else b"application/json"
        extra = self._told(request, ask, output) if self._simulated else b""
        return b"%bAccept: %b\r\n%bContent-Length: %d\r\n\r\n%b" % (head, accept, extra, len(body), body)

    def _messages(self, request: Request, ask: Ask) -> list[dict[str, str]]:
        rubric = 0 if ask.instructions else ask.instructions_tokens
        messages = self._prompts.messages(request, sees=ask.sees, instructions_tokens=rubric, own_tokens=ask.own_tokens)
        return [{"role": "system", "content": ask.instructions}, *messages] if ask.instructions else messages

    def _told(self, request: Request, ask: Ask, output: int) -> bytes:
        """What a simulated endpoint cannot know by itself: how long to answer, and what the right label is."""
        lines: dict[str, Any] = {"x-sim-request": f"{request.request_id}/{ask.call}/{ask.attempt}"}
        lines["x-sim-output-tokens"] = output
        if not ask.instructions:  # a rubric of which the words are known is the endpoint's to count
            lines["x-sim-input-tokens"] = ask.prompt_tokens(request)
        held = blocks.prefix(
            request, sees=ask.sees, instructions=ask.instructions, instructions_tokens=ask.instructions_tokens
        )
        if held:
            lines["x-sim-prefix"] = ",".join(_block(block, tokens) for block, tokens in held)
        if ask.labels:
            lines["x-sim-labels"] = ",".join(ask.labels)
        if ask.truth:
            lines["x-sim-truth"] = ask.truth
        return "".join(f"{name}: {value}\r\n" for name, value in lines.items()).encode()


def _key(name: str | None) -> str | None:
    if name is None:
        return None
    key = os.environ.get(name)
    if not key:
        raise BadInput(f"the environment has no {name}; export it before the run (it is never written anywhere)")
    return key


def _block(block: int, tokens: int) -> str:
    """One block of the prompt as the endpoint reads it; the usual length need not be said."""
    return str(block) if tokens == blocks.SIZE else f"{block}:{tokens}"
