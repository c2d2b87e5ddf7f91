"""Send a call again when it failed for a passing reason. Every attempt is a row, and may be billed."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from simulator.draws import uniform
from simulator.strategies.batch import Answered, Evaluation, Rows
from simulator.strategies.effects import Ask, Effect, Reply, Serving, Turn, Wait
from simulator.strategies.node import Child, Node, change_asks, through
from simulator.strategies.ranges import Count, Duration, Share
from simulator.strategies.when import TRANSIENT, When, has_text, matches

_MOST_CREDIT = 10.0


@dataclass(slots=True)
class Credit:
    """Retries that a budget still allows; a quiet hour does not save up for a storm."""

    left: float = 1.0

    def earn(self, share: float) -> None:
        self.left = min(self.left + share, _MOST_CREDIT)

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Retry(Node):
    """Send each failed call of the tree below again, up to `times` more; calls that succeeded are not repeated.

    Defaults are those of the OpenAI and Anthropic SDKs: backoff doubles from 0.5 s to 8 s, less up to 25 % at random.
    """

    kind: Literal["retry"] = "retry"
    short: ClassVar[str | None] = "of"
    of: Child
    times: Count = 2
    backoff: Duration = 0.5
    max_backoff: Duration = 8.0
    jitter: Share = 0.25
    patience: Duration = 60.0
    """A Retry-After longer than this is not waited for: the refusal is the answer."""
    when: When = TRANSIENT
    after_text: bool = False
    """Also when part of the answer has already been streamed to the user."""
    budget: Share | None = None
    """Retries as a share of the calls begun: each call earns that much of a retry, at most ten are saved up (the scheme
    of Finagle and Linkerd). Keeps retries from multiplying the load of a provider that is already refusing."""

    @property
    def remembers(self) -> bool:
        return self.budget is not None

    def serve(self, turn: Turn) -> Serving:
        credit = None if self.budget is None else turn.memory.setdefault(self.path, Credit())

        def persist(effect: Effect) -> Generator[Effect, Reply | None, Reply | None]:
            reply = yield effect
            if credit is not None and reply is not None:
                credit.earn(self.budget)
            for attempt in range(1, self.times + 1):
                if reply is None or not self.again(reply) or not (credit is None or credit.spend()):
                    break
                yield Wait(self.pause(reply, attempt, turn))
                effect = change_asks(effect, _resend)
                reply = yield effect
            return reply

        return through(self.of.serve(turn), persist)

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        return self.of.columns(rows, evaluation)  # a batch holds no failures

    def again(self, reply: Reply) -> bool:
        """Whether the rules let this reply be asked for once more, were there a try left."""
        patient = reply.retry_after_s is None or reply.retry_after_s <= self.patience
        return not reply.ok and patient and (self.after_text or not has_text(reply)) and matches(self.when, reply)

    def pause(self, reply: Reply, attempt: int, turn: Turn) -> float:
        """Seconds to wait: min(backoff·2^(attempt−1), max)·(1 − jitter·u), but never less than Retry-After."""
        key = f"{turn.request.request_id}/{reply.ask.call}"
        shave = 1 - self.jitter * uniform(turn.seed, self.path, key, attempt)
        own = min(self.backoff * 2.0 ** (attempt - 1), self.max_backoff) * shave
        return max(own, reply.retry_after_s or 0.0)


def _resend(ask: Ask) -> Ask:
    return replace(ask, attempt=ask.attempt + 1)
