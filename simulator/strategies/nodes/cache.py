"""Answer a declared share of the requests from a store of earlier answers, without any call."""

from typing import Literal

from simulator.strategies.batch import Answered, Evaluation, Rows
from simulator.strategies.effects import Serving, Turn
from simulator.strategies.store import Store


class Cache(Store):
    """The same question in the same words: an assumed share of the requests, for traces carry no text.

    A hit costs nothing and takes `lookup`; a miss takes `lookup` too and then serves `of`.
    """

    kind: Literal["cache"] = "cache"

    def serve(self, turn: Turn) -> Serving:
        return self.look_up(turn, turn.at)

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        return self.look_up_columns(rows, evaluation)
