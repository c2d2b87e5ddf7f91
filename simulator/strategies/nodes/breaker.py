"""Stop asking a model that keeps failing: a refusal at once instead of a timeout, and time for it to recover."""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field

from simulator.strategies.effects import Effect, Reply, Serving, Turn
from simulator.strategies.node import Child, Node, through
from simulator.strategies.ranges import Count, Duration, Share
from simulator.strategies.when import When, matches


@dataclass(slots=True)
class Circuit:
    """What a breaker remembers: attempts of its window (end, failed), and until when it is open."""

    recent: deque[tuple[float, bool]] = field(default_factory=deque)
    open_until: float = float("-inf")
    probing: bool = False
    """It was open: the next failure opens it again, the next success closes it."""


class Breaker(Node):
    """Serve `of` until too many of its attempts fail; then `otherwise`, until `open` has passed.

    Defaults are LiteLLM's cooldown: more than half of at least 5 attempts within a minute opens for 5 s. Each process
    of a live run has a circuit of its own, as each instance of an application has.
    """

    kind: Literal["breaker"] = "breaker"
    of: Child
    otherwise: Child
    failures: Share = 0.5
    least: Annotated[Count, Field(ge=1)] = 5
    window: Duration = 60.0
    open: Duration = 5.0
    when: When = ("refused", "timeout", "connection", "server_error")

    @property
    def remembers(self) -> bool:
        return True

    def serve(self, turn: Turn) -> Serving:
        circuit: Circuit = turn.memory.setdefault(self.path, Circuit())
        if turn.at < circuit.open_until:
            return (yield from self.otherwise.serve(turn))

        def watched(effect: Effect) -> Generator[Effect, Reply | None, Reply | None]:
            reply = yield effect
            if reply is not None:
                self.note(circuit, reply.ended_at, failed=matches(self.when, reply))
            return reply

        return (yield from through(self.of.serve(turn), watched))

    def note(self, circuit: Circuit, at: float, *, failed: bool) -> None:
        """Count one attempt that ended `at`, and open the circuit where it is one too many."""
        recent = circuit.recent
        recent.append((at, failed))
        while recent[0][0] <= at - self.window:
            recent.popleft()
        many = len(recent) >= self.least and sum(bad for _, bad in recent) > self.failures * len(recent)
        if failed and (many or circuit.probing):
            circuit.open_until, circuit.probing = at + self.open, True
            recent.clear()
        elif not failed:
            circuit.probing = False
