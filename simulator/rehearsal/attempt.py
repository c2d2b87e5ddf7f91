"""One sending of one call in virtual time: from an `Ask` to its reply and its row."""

from collections.abc import Callable
from functools import lru_cache

from simulator.calls import ANSWERED, HUMAN, Call, Outcome
from simulator.provider import answers, structured
from simulator.provider.engine import Answer, Order, Refusal
from simulator.rehearsal.stage import Stage
from simulator.strategies.effects import EMBED, Ask, Reply, Turn
from simulator.tokens.counting import count
from simulator.traffic.blocks import prefix
from simulator.traffic.request import Request

_REFUSED = {0: Outcome.CONNECT, 429: Outcome.RATE_LIMITED, 529: Outcome.OVERLOADED, 503: Outcome.UNAVAILABLE}
"""By status; 0 is a connection that was reset before any byte, which the live driver calls the same."""
_ENDED = {
    "rst": Outcome.TRUNCATED,
    "fin": Outcome.TRUNCATED,
    "utf8": Outcome.TRUNCATED,
    "error": Outcome.ERROR_IN_STREAM,
}

_UNTIL_ENDED = Outcome.CANCELLED.value


class Attempt:
    """`done` is called once with the attempt when its reply is there, unless it was cancelled."""

    def __init__(
        self, stage: Stage, turn: Turn, ask: Ask, *, after: str | None, done: Callable[["Attempt"], None]
    ) -> None:
        self.stage, self.ask, self.done = stage, ask, done
        self.row = _blank(stage, turn, ask, after=after)
        self.reply: Reply | None = None
        self._taken: Answer | None = None
        self._text = _label(stage, ask, self.row.call_id)
        self._order = _order(ask, turn.request, self.row.call_id)

    def start(self) -> None:
        """Send now. Even a refusal is told later, by the clock."""
        stage, ask = self.stage, self.ask
        self.row.sent_at = stage.clock.now
        stage.calls.append(self.row)
        if ask.takes_s is not None:
            stage.clock.at(stage.clock.now + ask.takes_s, self._waited)
            return
        taken = stage.offer(ask.model, self._order, self)
        left = stage.remaining(ask.model, self._order)
        self.row.ratelimit_remaining_requests, self.row.ratelimit_remaining_tokens = (
            left.get("requests"),
            left.get("tokens"),
        )
        if isinstance(taken, Refusal):
            stage.clock.at(stage.clock.now + taken.damage.delay_s, self._refused, taken)
        else:
            self._taken = taken
        self._expire(ask.first_token_timeout_s or stage.first_token_timeout_s, Outcome.FIRST_TOKEN_TIMEOUT)
        self._expire(ask.total_timeout_s or stage.total_timeout_s, Outcome.TOTAL_TIMEOUT)

    def cancel(self) -> None:
        """Another racer has answered."""
        if self.reply is None:
            self._abandon(Outcome.CANCELLED)

    def heard(self, *, done: bool) -> None:
        """Told by the stage."""
        if done:
            self.stage.clock.at(self._last_seen(), self._ended)

    def _waited(self) -> None:
        """No chat API answered: a batch with the tokens as planned, a person without any."""
        if self.reply is not None:
            return
        if self.ask.provider != HUMAN:
            self.row.input_tokens, self.row.output_tokens = self._order.input_tokens, _planned(self.ask, self._order)
        self._close(Outcome.OK, status=None)
        self.done(self)

    def _ended(self) -> None:
        if self.reply is None and self._taken is not None:
            self._close(_outcome(self._taken), status=200)
            self.done(self)

    def _last_seen(self) -> float:
        """When the end reaches the client: late headers and a stall in the middle hold it back."""
        answer, now = self._taken, self.stage.clock.now
        assert answer is not None
        damage, begun = answer.damage, answer.first_token_at
        late = max(now, answer.offered_at + damage.delay_s)
        if not damage.stall_s or begun is None:
            return late
        share = min(1.0, damage.stall_after / answer.shown)
        return max(late, begun + share * (now - begun) + damage.stall_s)

    def _refused(self, refusal: Refusal) -> None:
        if self.reply is None:
            self.row.retry_after_s = refusal.retry_after_s
            other = Outcome.SERVER_ERROR if refusal.status >= 500 else Outcome.CLIENT_ERROR
            self._close(_REFUSED.get(refusal.status, other), status=refusal.status or None)
            self.done(self)

    def _expire(self, after_s: float | None, outcome: Outcome) -> None:
        if after_s is not None:
            self.stage.clock.at(self.stage.clock.now + after_s, self._expired, outcome)

    def _expired(self, outcome: Outcome) -> None:
        answer = self._taken
        begun = answer is not None and answer.first_token_at is not None
        if answer is not None and self.stage.clock.now < answer.offered_at + answer.damage.delay_s:
            begun = False  # written, but the headers are held back
        if self.reply is None and not (begun and outcome is Outcome.FIRST_TOKEN_TIMEOUT):
            self._abandon(outcome)
            self.done(self)

    def _abandon(self, outcome: Outcome) -> None:
        if self._taken is not None:
            self.stage.leave(self.ask.model, self._taken, self._noticed)
        self._close(outcome, status=None)

    def _noticed(self) -> None:
        """Nobody reads it any more, but what was written until now is used."""
        assert self._taken is not None
        self.row.output_tokens = self._taken.wrote

    def _close(self, outcome: Outcome, *, status: int | None) -> None:
        row = self.row
        row.outcome, row.status, row.ended_at = outcome.value, status, self.stage.clock.now
        if self._taken is not None:
            _write_answer(row, self._taken, whole=outcome in ANSWERED)
            if outcome in ANSWERED and self.stage.reads and self.ask.purpose == "answer":
                self._text = _said(self.stage, self.ask, self._taken)
                row.valid = _valid(self.stage, row, self._text)
            if self.ask.purpose == EMBED:  # the engine counts the step that made the vector
                row.output_tokens, row.reasoning_tokens, row.first_token_at = 0, 0, None
        self.reply = Reply(
            ask=self.ask,
            call_id=row.call_id,
            outcome=outcome,
            status=status,
            text=self._text if outcome in ANSWERED else "",
            valid=row.valid,
            input_tokens=row.input_tokens,
            output_tokens=row.output_tokens,
            retry_after_s=row.retry_after_s,
            sent_at=row.sent_at or 0.0,
            ended_at=row.ended_at,
            usd=self.stage.cost(self.ask, row),
        )
        row.label = self.reply.label


def _label(stage: Stage, ask: Ask, key: str) -> str:
    if not ask.labels:
        return ""
    accuracy = stage.profile.model(ask.model).label_accuracy
    return answers.label(ask.truth, ask.labels, accuracy, seed=stage.seed, key=key)


def _said(stage: Stage, ask: Ask, answer: Answer) -> str:
    """The very text that the endpoint would send for this key."""
    order = answer.order
    if stage.form is None:
        return answers.text(order.key, answer.shown)
    model = stage.profile.model(ask.model)
    kept = structured.keeps(model.validity, seed=stage.seed, key=order.key)
    pieces = structured.pieces(stage.form, order.key, order.output_tokens or model.default_output_tokens, kept=kept)
    return "".join(pieces[: answer.shown])


def _valid(stage: Stage, row: Call, text: str) -> bool | None:
    validator = stage.validator
    return validator.passes(text) if validator and validator.checks(row.journey) else None


def _order(ask: Ask, request: Request, key: str) -> Order:
    """What the provider is asked for. As in the live driver, an ask's own maximum is also its length."""
    rubric = _rubric_tokens(ask.instructions, ask.model) if ask.instructions else ask.instructions_tokens
    length = ask.max_output_tokens or max(1, request.output_tokens)
    planned = answers.LABEL_TOKENS if ask.labels else length
    held = prefix(request, sees=ask.sees, instructions=ask.instructions, instructions_tokens=ask.instructions_tokens)
    blocks = tuple((str(block), tokens) for block, tokens in held)
    prompt = max(1, ask.seen_tokens(request) + rubric + ask.own_tokens)
    return Order(key, prompt, planned, length, blocks, embeds=ask.purpose == EMBED)


def _planned(ask: Ask, order: Order) -> int:
    return 0 if ask.purpose == EMBED else min(order.output_tokens or 0, order.max_output_tokens or 0)


@lru_cache(maxsize=256)
def _rubric_tokens(text: str, model: str) -> int:
    return count(text, model).tokens


def _outcome(answer: Answer) -> Outcome:
    """How a client sees an answer end."""
    if answer.broken:
        return _ENDED[answer.damage.ending]
    if answer.damage.malformed_after is not None:
        return Outcome.MALFORMED
    return Outcome.LENGTH if answer.finish_reason == "length" else Outcome.OK


def _write_answer(row: Call, answer: Answer, *, whole: bool) -> None:
    row.input_tokens, row.cache_read_tokens = answer.order.input_tokens, answer.cached_tokens
    row.cache_write_5m_tokens = answer.written_tokens
    row.output_tokens, row.reasoning_tokens = answer.wrote, answer.wrote - answer.shown
    if answer.first_token_at is not None:
        seen_at = max(answer.first_token_at, answer.offered_at + answer.damage.delay_s)
        row.first_token_at = seen_at if row.ended_at is not None and seen_at <= row.ended_at else None
    row.last_token_at = row.ended_at if whole and answer.shown else None
    row.finish_reason = answer.finish_reason if whole else None


def _blank(stage: Stage, turn: Turn, ask: Ask, *, after: str | None) -> Call:
    """The row as it is known before anything happened."""
    request = turn.request
    return Call(
        scale=stage.scale,
        strategy=stage.strategy,
        replicate=1,
        request_id=request.request_id,
        session_id=request.session_id,
        turn=request.turn,
        journey=request.journey,
        call_id=f"{request.request_id}/{ask.call}/{ask.attempt}",
        after_call_id=after,
        attempt=ask.attempt,
        node=ask.node,
        purpose=ask.purpose,
        provider=ask.provider or stage.profile.model(ask.model).provider,
        model=ask.model,
        tier=ask.tier,
        geo=None,
        served=False,
        due_from="plan" if request.at is not None else "previous",
        scheduled_at=turn.at,
        sent_at=None,
        first_token_at=None,
        last_token_at=None,
        ended_at=None,
        first_token_late=False,
        status=None,
        outcome=_UNTIL_ENDED,
        finish_reason=None,
        input_tokens=None,
        cache_read_tokens=None,
        cache_write_5m_tokens=None,
        cache_write_1h_tokens=None,
        output_tokens=None,
        reasoning_tokens=None,
        usage_source="assumed",
        chunks=None,
        max_gap_s=None,
        retry_after_s=None,
        ratelimit_remaining_requests=None,
        ratelimit_remaining_tokens=None,
        prompt_version=request.prompt_version,
        worker=None,
    )
