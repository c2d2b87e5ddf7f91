"""What a strategy may want, and what it is told: the words between decisions and the drivers that carry them out."""

import re
from collections.abc import Generator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulator.calls import ANSWERED, Outcome
from simulator.traffic.request import Request

EMBED = "embed"
"""Purpose of a call for an embedding: it reads tokens and writes none."""

BATCH = "batch"
"""Service tier of work that waits."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One sending of one call to one model. A driver makes a row of the ledger from it, whatever comes back."""

    model: str
    node: str
    """Path of the node that asks, as in `routed.classify`."""
    purpose: str = "answer"
    """answer, classify, judge, embed, compress, …"""
    call: int = 0
    """Index of the call within the request; attempts of the same call share it."""
    attempt: int = 1
    instructions: str | None = None
    """System text put before the request's prompt (a classifier's rubric); None sends the request as it is."""
    instructions_tokens: int = 0
    """Length of a rubric of which only the length is known; a driver that sends text makes it up."""
    own_tokens: int = 0
    """Tokens of this request alone, before its new message: passages, a summary. No cache can hold them."""
    sees: str = "all"
    """How much of the request's prompt is sent: all, or last_turn (the new message only)."""
    labels: tuple[str, ...] = ()
    """Words that the answer must be one of; a simulated endpoint answers with one of them."""
    truth: str | None = None
    """The right one of `labels`, where it is known: what a simulated endpoint answers unless it errs."""
    max_output_tokens: int | None = None
    """None: as long as the request's own plan."""
    first_token_timeout_s: float | None = None
    total_timeout_s: float | None = None
    tier: str | None = None
    provider: str | None = None
    takes_s: float | None = None
    """How long it takes by declaration, for what no chat API answers (a batch, a person): drivers send nothing and let
    the time pass. No time limit cuts it."""
    draw: int = 0
    """Which answer of this model to this request it is, where a race asks it more than once at a time: recordings have
    one, and what stands in for the others must not be slow whenever that was."""
    behind_s: float = 0.0
    """How long after the first of its race it is sent."""
    assumed_s: float | None = None
    """How long an embedding takes where nothing was recorded of it; drivers that send or simulate it do not look."""

    def seen_tokens(self, request: Request) -> int:
        """Length of the part of the prompt that is sent, without instructions.

        Where the source does not say which part of the prompt is new, `last_turn` sees all of it.
        """
        return request.parts[-1] if self.sees == "last_turn" and request.parts else request.input_tokens

    def named(self, text: str) -> str | None:
        """The one of `labels` that a text names, whatever its case and punctuation; "" for none or several of them.

        "very hard" is not "hard" as well. None where no label was asked for.
        """
        if not self.labels:
            return None
        found, rest = [], text.casefold()
        for label in sorted(self.labels, key=len, reverse=True):
            rest, times = re.subn(rf"(?<!\w){re.escape(label.casefold())}(?!\w)", "\n", rest)
            found += [label] if times else []
        return found[0] if len(found) == 1 else ""

    @property
    def most_written(self) -> int | None:
        """Tokens that it can write at most, where that is not the request's own plan."""
        return 0 if self.purpose == EMBED else self.max_output_tokens

    @property
    def start(self) -> str | int | None:
        """What stands before the request's own prompt: a model's calls that share it begin alike from turn to turn.

        0 where nothing does; None where it does not hold that prompt whole, or goes to no chat API.
        """
        whole = self.sees == "all" and self.takes_s is None
        return (self.instructions or self.instructions_tokens) if whole else None

    def prompt_tokens(self, request: Request) -> int:
        """Length of all that is sent, where instructions are given by their length."""
        return self.seen_tokens(request) + self.instructions_tokens + self.own_tokens


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass (backoff). Seconds, 0 or more."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Race:
    """Send `asks[0]`; where it has not been answered after `after` seconds, send the next too.

    The first answer wins, the rest are cancelled.
    """

    asks: tuple[Ask, ...]
    after: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for an `Ask`. Times are seconds since the rung's start."""

    ask: Ask
    call_id: str
    """Of the attempt; empty for an answer that no call was made for (a store of earlier answers)."""
    outcome: Outcome
    status: int | None = None
    text: str = ""
    valid: bool | None = None
    """Whether an answer passed the scenario's validator; None where nothing checks it."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    retry_after_s: float | None = None
    sent_at: float = 0.0
    ended_at: float = 0.0
    usd: Decimal | None = None
    """What it cost by the driver's tariff; None where the driver was given none."""

    @property
    def ok(self) -> bool:
        """Whether the attempt brought an answer that can be served."""
        return self.outcome in ANSWERED

    @property
    def label(self) -> str | None:
        """The label that an answer names: see `Ask.named`. None where it is no answer, or none was asked for."""
        return self.ask.named(self.text) if self.ok else None


Effect = Ask | Wait | Race
Serving = Generator[Effect, Reply | None, Reply]
"""Yields effects; is sent the `Reply` of an `Ask` or `Race` (None after a `Wait`); returns the reply that is served."""


@dataclass(slots=True)
class Turn:
    """One request as a strategy meets it. `memory` is the rung's shared state, by node path (breakers, caches)."""

    request: Request
    seed: int
    at: float
    """When the request is due, seconds since the rung's start."""
    memory: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    """Calls begun so far for this request; the next one's index."""

    def next_call(self) -> int:
        """The index of a call that now begins; attempts after the first keep it."""
        self.asked += 1
        return self.asked - 1
