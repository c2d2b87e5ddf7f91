"""Answer small first, check, and escalate what does not pass. Every answer is billed, also those that nobody sees."""

import json
import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from simulator.calls import Outcome
from simulator.draws import uniform
from simulator.strategies.effects import Ask, Reply, Serving, Turn
from simulator.strategies.node import Child, Node
from simulator.strategies.nodes.classify import label_of
from simulator.units import Count, Duration, Share
from simulator.yamlfile import FileModel

_VERDICTS = ("accept", "reject")


class Judge(FileModel):
    """A model that reads request and answer and says accept or reject; paid for on every answer but the last."""

    judge: Annotated[str, Field(alias="with")]
    rubric_tokens: Count = 120
    answer_tokens: Annotated[int, Field(ge=1)] = 5
    timeout: Duration | None = None
    unsure: Literal["accept", "reject"] = "reject"
    """The verdict to take when the judge fails or says something else."""


def _pattern(value: Any) -> re.Pattern[str]:
    try:
        return value if isinstance(value, re.Pattern) else re.compile(str(value))
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from None


class Matches(FileModel):
    """Accept an answer in which the regular expression is found."""

    matches: Annotated[
        re.Pattern[str],
        BeforeValidator(_pattern),
        PlainSerializer(lambda pattern: pattern.pattern),
        WithJsonSchema({"type": "string", "format": "regex"}),
    ]


class Assumed(FileModel):
    """Accept a declared share of the answers, by the request's difficulty; one that is not listed escalates."""

    assumed: dict[str, Share]


class Cascade(Node):
    """Serve `of` in order; the first answer that passes `accept` (and the judge) is served, else the last one.

    A user cannot be shown an answer before it passed, so its time to first token includes the check.
    """

    kind: Literal["cascade"] = "cascade"
    short: ClassVar[str | None] = "of"
    of: Annotated[list[Child], Field(min_length=2)]
    accept: Literal["finished", "json"] | Matches | Assumed = "finished"
    """finished: not cut at the token limit · json: parses as JSON."""
    judge: Judge | None = None

    def serve(self, turn: Turn) -> Serving:
        kept: Reply | None = None
        for step, target in enumerate(self.of):
            reply = yield from target.serve(turn)
            kept = reply if reply.ok or kept is None else kept  # a poor answer is better than an error
            if step == len(self.of) - 1 or (reply.ok and (yield from self._passes(reply, turn, step))):
                break
        assert kept is not None  # `of` is not empty
        return kept

    def _passes(self, reply: Reply, turn: Turn, step: int) -> Any:
        """Generator of effects that returns whether this answer is served."""
        if not self._accepts(reply, turn, step):
            return False
        if self.judge is None:
            return True
        verdict = yield self._question(self.judge, reply, turn)
        return (label_of(verdict, _VERDICTS) or self.judge.unsure) == "accept"

    def _accepts(self, reply: Reply, turn: Turn, step: int) -> bool:
        rule = self.accept
        if isinstance(rule, Assumed):
            share = rule.assumed.get(turn.request.difficulty or "", 0.0)
            return uniform(turn.seed, self.path, turn.request.request_id, step) < share
        if isinstance(rule, Matches):
            return bool(rule.matches.search(reply.text))
        return _is_json(reply.text) if rule == "json" else reply.outcome == Outcome.OK

    def _question(self, judge: Judge, reply: Reply, turn: Turn) -> Ask:
        difficulty = turn.request.difficulty
        return Ask(
            judge.judge,
            self.path,
            purpose="judge",
            call=turn.next_call(),
            instructions_tokens=judge.rubric_tokens + (reply.output_tokens or 0),  # the judge reads the answer too
            labels=_VERDICTS,
            truth={"easy": "accept", "hard": "reject"}.get(difficulty or ""),
            max_output_tokens=judge.answer_tokens,
            total_timeout_s=judge.timeout,
        )

    def asks(self) -> set[str]:
        return {self.judge.judge} if self.judge else set()


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
