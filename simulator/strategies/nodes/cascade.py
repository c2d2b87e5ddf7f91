"""Answer small first, check, and escalate what does not pass. Every answer is billed, also those that nobody sees."""

from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from simulator.calls import Outcome
from simulator.check import Check
from simulator.draws import uniform
from simulator.strategies.batch import Answered, Bools, Evaluation, Question, Rows, in_order
from simulator.strategies.effects import Ask, Reply, Serving, Turn
from simulator.strategies.node import Child, Node
from simulator.strategies.ranges import Count, Duration, Share
from simulator.traffic import keys
from simulator.yamlfile import FileModel

_VERDICTS = ("accept", "reject")


class Judge(FileModel):
    """A model that reads request and answer and says accept or reject; paid for on every answer but the last."""

    judge: Annotated[str, Field(alias="with")]
    rubric_tokens: Count = 120
    answer_tokens: Annotated[Count, Field(ge=1)] = 5
    timeout: Duration | None = None
    unsure: Literal["accept", "reject"] = "reject"
    """The verdict to take when the judge fails or says something else."""


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
    accept: Literal["finished", "valid"] | Check | Assumed = "finished"
    """finished: not cut at the token limit · valid: passes the scenario's validator · or a check of its own."""
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
        return (verdict.label or self.judge.unsure) == "accept"

    def _accepts(self, reply: Reply, turn: Turn, step: int) -> bool:
        rule = self.accept
        if isinstance(rule, Assumed):
            share = rule.assumed.get(turn.request.difficulty or "", 0.0)
            return uniform(turn.seed, self.path, turn.request.request_id, step) < share
        if isinstance(rule, Check):
            return rule.passes(reply.text)
        return reply.outcome == Outcome.OK and (rule == "finished" or reply.valid is not False)

    def _question(self, judge: Judge, reply: Reply, turn: Turn) -> Ask:
        difficulty = turn.request.difficulty
        return Ask(
            judge.judge,
            self.path,
            purpose="judge",
            call=turn.next_call(),
            instructions_tokens=judge.rubric_tokens,
            own_tokens=reply.output_tokens or 0,  # the judge reads the answer too
            labels=_VERDICTS,
            truth={"easy": "accept", "hard": "reject"}.get(difficulty or ""),
            max_output_tokens=judge.answer_tokens,
            total_timeout_s=judge.timeout,
        )

    def columns(self, rows: Rows, evaluation: Evaluation) -> Answered:
        if isinstance(self.accept, Check) or (self.judge and self.judge.timeout is not None):
            return super().columns(rows, evaluation)
        served = []
        for step, target in enumerate(self.of[:-1]):
            answered = target.columns(rows, evaluation)
            answered = replace(answered, rows=answered.rows.below(rows))
            answered, passed = self._checked(answered, evaluation, step)
            shown = answered.where(passed)
            served.append(replace(shown, first_token=shown.rows.now))  # held back until it has passed
            rows = answered.rows.where(~passed)
        return in_order([*served, self.of[-1].columns(rows, evaluation)])

    def _checked(self, answered: Answered, evaluation: Evaluation, step: int) -> tuple[Answered, Bools]:
        """The answers with the time the check took, and which of them are served."""
        batch, rows = evaluation.batch, answered.rows
        passed = answered.finished & answered.valid if self.accept == "valid" else answered.finished
        if isinstance(self.accept, Assumed):
            draws = keys.uniform(batch.requests[rows.at], seed=batch.seed, path=self.path, number=step)
            shares = batch.difficulty(rows)[:, None] == np.array(list(self.accept.assumed))
            passed = (shares & (draws[:, None] < np.array(list(self.accept.assumed.values())))).any(axis=1)
        return self._judged(self.judge, answered, passed, evaluation) if self.judge else (answered, passed)

    def _judged(
        self, judge: Judge, answered: Answered, passed: Bools, evaluation: Evaluation
    ) -> tuple[Answered, Bools]:
        """The judge reads what passed so far; its call and its time count, whatever it says."""
        batch, rows = evaluation.batch, answered.rows
        asked = rows.where(passed)
        difficulty = batch.difficulty(asked)
        truth = np.where(difficulty == "easy", "accept", np.where(difficulty == "hard", "reject", ""))
        accepted = evaluation.label(asked, model=judge.judge, labels=_VERDICTS, truth=truth) == 0
        question, read = Question("judge", judge.rubric_tokens), answered.output_tokens[passed]
        taken = evaluation.ask_label(self, asked, question, model=judge.judge, read=read)
        now, begun, served = rows.now.copy(), rows.asked + passed, passed.copy()
        now[passed] += taken
        served[passed] = accepted
        return replace(answered, rows=replace(rows, now=now, asked=begun)), served

    def asks(self) -> set[str]:
        return {self.judge.judge} if self.judge else set()

    def cautions(self) -> list[str]:
        unseen = self.accept == "finished" and self.judge is None
        said = "nothing looks at its answers: what was not cut at the token limit is served; give accept: or judge:"
        return [*([f"{self.path}: {said}"] if unseen else []), *super().cautions()]

    def reads_answers(self) -> bool:
        return isinstance(self.accept, Check) or super().reads_answers()

    def needs_validator(self) -> bool:
        return self.accept == "valid" or super().needs_validator()
