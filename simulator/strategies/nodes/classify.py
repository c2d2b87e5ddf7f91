"""A model labels each request first; the label decides who answers. Pays for the label on every request."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.strategies.batch import Answered, Evaluation, Question, Rows, in_order
from simulator.strategies.effects import Ask, Serving, Turn
from simulator.strategies.node import Child, Node
from simulator.strategies.ranges import Count, Duration


class Classify(Node):
    """Ask `with` for one of the labels in `routes`, then serve that route; anything else takes `otherwise`."""

    kind: Literal["classify"] = "classify"
    classifier: Annotated[str, Field(alias="with")]
    rubric_tokens: Count = 120
    """Length of the instructions that are sent before the prompt on every request."""
    sees: Literal["all", "last_turn"] = "all"
    answer_tokens: Annotated[Count, Field(ge=1)] = 5
    timeout: Duration | None = None
    routes: Annotated[dict[str, Child], Field(min_length=1)]
    otherwise: str
    """The label to take when the classifier fails or answers something else."""

    @model_validator(mode="after")
    def _otherwise_is_a_route(self) -> "Classify":
        if self.otherwise not in self.routes:
            raise ValueError(f"otherwise: {self.otherwise!r} is not one of the routes: {', '.join(self.routes)}")
        return self

    def serve(self, turn: Turn) -> Serving:
        reply = yield self._question(turn)
        assert reply is not None  # an Ask is always answered with a Reply
        return (yield from self.routes[reply.label or self.otherwise].serve(turn))

    def _question(self, turn: Turn) -> Ask:
        difficulty = turn.request.difficulty
        return Ask(
            self.classifier,
            self.path,
            purpose="classify",
            call=turn.next_call(),
            instructions_tokens=self.rubric_tokens,
            sees=self.sees,
            labels=tuple(self.routes),
            truth=difficulty if difficulty in self.routes else None,
            max_output_tokens=self.answer_tokens,
            total_timeout_s=self.timeout,
        )

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        if self.timeout is not None:
            return super().columns(rows, evaluation)
        batch, labels = evaluation.batch, tuple(self.routes)
        picked = evaluation.label(rows, model=self.classifier, labels=labels, truth=batch.difficulty(rows))
        question = Question("classify", self.rubric_tokens, self.sees)
        taken = evaluation.ask_label(self, rows, question, model=self.classifier)
        labelled = rows.later(taken, calls=1)
        branches = enumerate(self.routes.values())
        return in_order([node.columns(labelled.where(picked == index), evaluation) for index, node in branches])

    def asks(self) -> set[str]:
        return {self.classifier}
