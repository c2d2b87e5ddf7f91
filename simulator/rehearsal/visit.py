"""One session in virtual time: its turns one after the other, each served by the strategy."""

from simulator.calls import Outcome, RequestRow
from simulator.rehearsal.performance import Performance
from simulator.rehearsal.stage import Stage
from simulator.strategies.effects import Reply
from simulator.strategies.node import Node
from simulator.traffic.request import Request


class Visit:
    """Turn 1 is due by the plan, a later one its think time after the previous turn's end, if that was answered."""

    def __init__(self, stage: Stage, node: Node, requests: list[Request]) -> None:
        self.stage, self.node, self.requests = stage, node, requests
        self._index = 0

    def begin(self) -> None:
        """Put the first turn on the clock."""
        self.stage.clock.at(self.requests[0].at or 0.0, self._serve)

    def _serve(self) -> None:
        Performance(self.stage, self.node, self.requests[self._index], after=self._served).start()

    def _served(self, reply: Reply) -> None:
        self._index += 1
        left = self.requests[self._index :]
        if not reply.ok:
            self.stage.requests += [_skipped(self.stage, request) for request in left]
        elif left:
            self.stage.clock.at(self.stage.clock.now + left[0].think_s, self._serve)


def _skipped(stage: Stage, request: Request) -> RequestRow:
    return RequestRow(
        scale=stage.scale,
        strategy=stage.strategy,
        replicate=1,
        request_id=request.request_id,
        session_id=request.session_id,
        turn=request.turn,
        journey=request.journey,
        final_outcome=Outcome.SKIPPED.value,
        due_from="previous",
        scheduled_at=None,
        ended_at=None,
        attempts=0,
        served_call_id=None,
    )
