"""A rule decides who answers: no model is asked for it, so it costs nothing and takes no time."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from simulator.strategies.batch import Answered, Evaluation, Rows, in_order
from simulator.strategies.effects import Serving, Turn
from simulator.strategies.node import Child, Node
from simulator.strategies.rule import Rule
from simulator.yamlfile import FileModel


class Branch(FileModel):
    """Where requests go that fit a rule."""

    when: Rule
    use: Child


class Route(Node):
    """The first branch whose rule fits; `otherwise` where none does."""

    kind: Literal["route"] = "route"
    branches: Annotated[list[Branch], Field(min_length=1)]
    otherwise: Child

    def serve(self, turn: Turn) -> Serving:
        fitting = (branch.use for branch in self.branches if branch.when.fits(turn.request))
        return next(fitting, self.otherwise).serve(turn)

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        left, parts = np.ones(len(rows.at), dtype=bool), []
        for branch in self.branches:
            here = left & branch.when.fitting(evaluation.batch.fields)[rows.at]
            parts.append(branch.use.columns(rows.where(here), evaluation))
            left &= ~here
        return in_order([*parts, self.otherwise.columns(rows.where(left), evaluation)])
