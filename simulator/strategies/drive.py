"""Carries out a strategy's effects for one request over answers that are already known, in virtual time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.calls import HUMAN, Outcome
from simulator.strategies.effects import Ask, Effect, Race, Reply, Turn, Wait
from simulator.strategies.node import Node
from simulator.traffic.request import Request


@dataclass(frozen=True, slots=True)
class Answer:
    """What one attempt brings, whenever it is sent: how it ends, after how long, and the columns of its row."""

    outcome: Outcome = Outcome.OK
    seconds: float = 1.0
    first_token_s: float | None = None
    text: str = ""
    columns: Mapping[str, Any] | None = None
    """Columns of `CALLS` that are copied into the row: usage, status, …; unknown ones stay null."""

    def column(self, name: str) -> Any:
        return (self.columns or {}).get(name)


Answers = Callable[[Ask, Turn], Answer]
"""The turn's `memory` is shared by the requests of one strategy."""
BY_HAND = Answer(columns={"usage_source": "assumed"})
"""What a person gives back: an answer without tokens."""


@dataclass(slots=True)
class Attempt:
    """One sending: what was asked, what came back, and the attempt whose end let it start."""

    reply: Reply
    answer: Answer
    after_call_id: str | None


@dataclass(slots=True)
class Served:
    """One request with everything that was sent for it; `reply` is what the user got, at `ended_at`."""

    request: Request
    due: float
    reply: Reply
    attempts: list[Attempt]
    ended_at: float


def drive(node: Node, turn: Turn, answers: Answers) -> Served:
    """Serve one request. Pure: the same turn and answers give the same attempts."""
    clock = _Clock(turn, answers)
    serving = node.serve(turn)
    try:
        effect = next(serving)
        while True:
            effect = serving.send(clock.carry_out(effect))
    except StopIteration as stop:
        return Served(turn.request, turn.at, stop.value, clock.attempts, clock.now)


class _Clock:
    """Virtual time of one request."""

    def __init__(self, turn: Turn, answers: Answers) -> None:
        self.turn, self.answers, self.now = turn, answers, turn.at
        self.attempts: list[Attempt] = []
        self.previous: str | None = None

    def carry_out(self, effect: Effect) -> Reply | None:
        if isinstance(effect, Wait):
            self.now += effect.seconds
            return None
        reply = self._send(effect, self.now) if isinstance(effect, Ask) else self._race(effect)
        self.now, self.previous = max(self.now, reply.ended_at), reply.call_id
        return reply

    def _send(self, ask: Ask, at: float) -> Reply:
        answer = self._answer(ask)
        reply = Reply(
            ask=ask,
            call_id=f"{self.turn.request.request_id}/{ask.call}/{ask.attempt}",
            outcome=answer.outcome,
            status=answer.column("status"),
            text=answer.text,
            valid=answer.column("valid"),
            input_tokens=answer.column("input_tokens"),
            output_tokens=answer.column("output_tokens"),
            retry_after_s=answer.column("retry_after_s"),
            sent_at=at,
            ended_at=at + answer.seconds,
        )
        self.attempts.append(Attempt(reply, answer, self.previous))
        return reply

    def _answer(self, ask: Ask) -> Answer:
        if ask.takes_s is None:
            return _limited(self.answers(ask, self.turn), ask)
        told = BY_HAND if ask.provider == HUMAN else self.answers(ask, self.turn)
        return replace(told, seconds=ask.takes_s, first_token_s=None)

    def _race(self, race: Race) -> Reply:
        """Racers start `after` seconds apart while nobody has answered; the first answer wins and cancels the rest."""
        first = len(self.attempts)
        replies: list[Reply] = []
        for index, ask in enumerate(race.asks):
            at = self.now + index * race.after
            if any(reply.ok and reply.ended_at <= at for reply in replies):
                break
            replies.append(self._send(ask, at))
        answered = [reply for reply in replies if reply.ok]
        winner = min(answered or [replies[-1]], key=lambda reply: reply.ended_at)
        for attempt in self.attempts[first:]:
            if attempt.reply is not winner and winner.ok and attempt.reply.ended_at > winner.ended_at:
                _cancel(attempt, winner.ended_at)
        return winner


def _limited(answer: Answer, ask: Ask) -> Answer:
    """The answer as the client sees it that stops waiting at its limits."""
    if ask.total_timeout_s is not None and answer.seconds > ask.total_timeout_s:
        return _cut(answer, Outcome.TOTAL_TIMEOUT, after=ask.total_timeout_s, unseen=ask.most_written)
    limit = ask.first_token_timeout_s
    if limit is not None and answer.first_token_s is not None and answer.first_token_s > limit:
        return _cut(answer, Outcome.FIRST_TOKEN_TIMEOUT, after=limit, unseen=ask.most_written)
    return answer


def _cancel(attempt: Attempt, at: float) -> None:
    reply = attempt.reply
    attempt.answer = _cut(attempt.answer, Outcome.CANCELLED, after=at - reply.sent_at, unseen=0)
    seen = attempt.answer.column("output_tokens")
    attempt.reply = replace(reply, outcome=Outcome.CANCELLED, output_tokens=seen, text="", ended_at=at)


def _cut(answer: Answer, outcome: Outcome, *, after: float, unseen: int | None) -> Answer:
    """What was seen of an answer by then, written evenly after its first token; `unseen` where there was none yet."""
    begun = answer.seconds if answer.first_token_s is None else answer.first_token_s
    rest, whole = answer.seconds - begun, answer.column("output_tokens")
    share = max(0.0, (after - begun) / rest) if rest > 0 else 0.0
    seen = (round(share * whole) or unseen) if whole is not None else None
    counted = {"output_tokens": seen, "reasoning_tokens": None, "usage_source": "estimated", "status": None}
    return replace(
        answer,
        outcome=outcome,
        seconds=after,
        first_token_s=answer.first_token_s if share > 0 else None,
        text="",
        columns={**(answer.columns or {}), **counted} if answer.columns else None,
    )
