"""Answers that a run has recorded, for strategies that were not run: measured where possible, else derived."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulator.calls import ANSWERED, Outcome
from simulator.errors import BadInput
from simulator.provider.answers import LABEL_TOKENS, label
from simulator.strategies.drive import Answer
from simulator.strategies.effects import EMBED, Ask, Turn
from simulator.strategies.neighbours import at_pace_of, first_token_s, neighbours
from simulator.strategies.node import words
from simulator.strategies.warmth import IDLE_S, UNCACHED, Warmth
from simulator.traffic.request import Request

_COPIED = (
    "status",
    "finish_reason",
    "input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
    "usage_source",
    "retry_after_s",
    "provider",
    "geo",
    "valid",
)
_CACHES = "prompt caches"
_RACES = "races"
"""Where a turn's memory keeps which turn each model was last asked; no node's path has a blank."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a recording cannot say about a classifier or judge that was not part of it."""

    label_accuracy: float | None = None
    """How often it names the right label; None: such a call is refused."""
    seed: int = 0


MEASURED_ONLY = Assumed()


class Recorded:
    """Answers from the rows of one scale: `answers(ask, turn)`.

    In this order: the very attempt, where this strategy was run; an answer of the same model to the same prompt,
    from the strategy that asked it most; for a label that was not recorded, an assumed one, which takes as long as
    the model's first token took for a neighbour (see `neighbours`). Times are those of the recorded load.

    An answer that stands in has read from the provider's prompt cache what the other strategy kept warm; of that, what
    this one would not have kept is billed in full and read again (see `warmth`). Turns have to be asked in order.
    """

    def __init__(
        self, calls: pa.Table, *, scale: float, assumed: Assumed = MEASURED_ONLY, idle_s: float = IDLE_S
    ) -> None:
        rows = calls.filter(pc.equal(calls["scale"], scale)).sort_by("sent_at").to_pylist()
        if not rows:
            raise BadInput(f"nothing was recorded at {scale:g}×; recorded: {_scales(calls)}")
        self.assumed = assumed
        self._same: dict[tuple[str, str], Row] = {}
        self._model: dict[tuple[str, str], dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        self._asked: Counter[tuple[str, str]] = Counter()
        self._served = {(r["strategy"], r["request_id"]) for r in rows if r["served"] and r["replicate"] == 1}
        for row in rows:
            self._same.setdefault((row["node"], row["call_id"]), row)
            if _is_answer(row) and row["replicate"] == 1:
                self._model[row["request_id"], row["model"]][row["strategy"]].append(row)
                self._asked[row["strategy"], row["model"]] += 1
        answered = [row for row in (self._standing(*key) for key in self._model) if row["outcome"] in ANSWERED]
        self.warmth, self._neighbours = Warmth.of(answered, idle_s=idle_s), neighbours(answered)

    def assuming(self, assumed: Assumed) -> "Recorded":
        """The same rows with other assumptions."""
        other = copy(self)
        other.assumed = assumed
        return other

    def covers(self, session: Sequence[Request], models: Iterable[str]) -> bool:
        """Whether each of these models was asked every request of a session."""
        return all((request.request_id, model) in self._model for request in session for model in models)

    def served(self, session: Sequence[Request], strategy: str) -> bool:
        """Whether a call of this strategy answered every request of a session."""
        return all((strategy, request.request_id) in self._served for request in session)

    def label_s(self, request_id: str, model: str) -> float:
        """How long a label takes beside a recorded answer."""
        return first_token_s(self._neighbours[request_id, model])

    def __call__(self, ask: Ask, turn: Turn) -> Answer:
        request = turn.request
        answer = self._very_attempt(ask, request)
        if ask.start is None:
            return answer or self._stand_in(ask, request)
        last = turn.memory.setdefault(_CACHES, {})
        cache = (request.session_id, ask.model, ask.provider, ask.start)
        if answer is None:
            answer = self.warmth.cooled(self._stand_in(ask, request), ask.model, request, last=last.get(cache, 0))
            answer = self._raced(answer, ask, turn)
        if answer.outcome in ANSWERED:
            last[cache] = request.turn
        return answer

    def _raced(self, answer: Answer, ask: Ask, turn: Turn) -> Answer:
        """A second racer of a model finds the prompt in the cache once the first one's answer has begun."""
        began, key = turn.memory.setdefault(_RACES, {}), (turn.request.request_id, ask.model, ask.provider)
        if ask.draw and began.get(key, math.inf) <= ask.behind_s:
            return self.warmth.warmed(answer, ask.model)
        if not ask.draw and answer.outcome in ANSWERED:
            began[key] = ask.behind_s + (answer.seconds if answer.first_token_s is None else answer.first_token_s)
        return answer

    def _very_attempt(self, ask: Ask, request: Request) -> Answer | None:
        call_id = f"{request.request_id}/{ask.call}/{ask.attempt}"
        row = self._same.get((ask.node, call_id))
        if row is None or row["model"] != ask.model:
            return None
        if ask.labels and row["outcome"] in ANSWERED and row["label"] is None:
            raise BadInput(f"{ask.node}: what it said was not kept by the version that ran it; run it again")
        return _answer(row, text=row["label"] or "")

    def _stand_in(self, ask: Ask, request: Request) -> Answer:
        if ask.purpose == EMBED:
            return _embedded(ask, request)
        known = self._known(ask, request)
        if ask.labels:
            return self._labelled(ask, request, known)
        answer = self._changed(ask, request, known)
        return self._drawn_again(ask, request, answer) if ask.draw and answer.outcome in ANSWERED else answer

    def _drawn_again(self, ask: Ask, request: Request, answer: Answer) -> Answer:
        row = self._neighbours[request.request_id, ask.model]
        for _ in range(ask.draw - 1):
            row = self._neighbours[row["request_id"], ask.model]
        return at_pace_of(row, answer)

    def _attempts(self, request_id: str, model: str) -> list[Row]:
        """Of the strategy that asked this model most; empty where none asked it this."""
        by_strategy = self._model.get((request_id, model), {})
        return max(by_strategy.items(), key=lambda one: (self._asked[one[0], model], one[0]), default=("", []))[1]

    def _standing(self, request_id: str, model: str) -> Row:
        """The recorded answer itself, or the last failure where there was none."""
        attempts = self._attempts(request_id, model)
        return next((row for row in attempts if row["outcome"] in ANSWERED), attempts[-1])

    def _known(self, ask: Ask, request: Request) -> Row:
        """The model's recorded answer to this request, the nth attempt if there are that many."""
        attempts = self._attempts(request.request_id, ask.model)
        if not attempts:
            raise BadInput(
                f"{ask.node}: {ask.model} was not asked {request.request_id!r} in this run; "
                "run a strategy that sends it every request, and this one can be worked out from it"
            )
        if ask.takes_s is not None:  # a batch has a queue of its own: what the chat API refused, it would answer
            return self._standing(request.request_id, ask.model)
        return attempts[min(ask.attempt, len(attempts)) - 1]

    def _changed(self, ask: Ask, request: Request, row: Row) -> Answer:
        """The recorded answer; what this strategy sends longer, shorter or as a batch is derived.

        The same beginning is cached as far as it was; of another prompt, or a batch, the cache is unknown.
        """
        answer, same_start = _answer(row, text=""), ask.sees == "all" and not ask.instructions_tokens
        if ask.max_output_tokens is not None:  # a summary: as long as it may be
            answer = _with(answer, output_tokens=ask.max_output_tokens, reasoning_tokens=None, usage_source="assumed")
        as_it_was = same_start and not ask.own_tokens
        if (as_it_was and ask.takes_s is None) or row["input_tokens"] is None:
            return answer
        tokens = row["input_tokens"] + ask.own_tokens if same_start else ask.prompt_tokens(request)
        cache = {} if same_start and ask.takes_s is None else UNCACHED
        return _with(answer, input_tokens=tokens, **cache, usage_source="assumed")

    def _labelled(self, ask: Ask, request: Request, row: Row) -> Answer:
        if self.assumed.label_accuracy is None:
            raise BadInput(
                f"{ask.node}: its labels were not recorded; say how often {ask.model} is right, "
                "as in --label-accuracy 92%"
            )
        key = f"{request.request_id}/{ask.call}/{ask.attempt}"
        text = label(ask.truth, ask.labels, self.assumed.label_accuracy, seed=self.assumed.seed, key=key)
        if row["outcome"] not in ANSWERED:
            return _answer(row, text="")
        seconds = self.label_s(request.request_id, ask.model)
        usage: Row = {
            "input_tokens": ask.prompt_tokens(request),
            "output_tokens": LABEL_TOKENS,
            "usage_source": "assumed",
        }
        if ask.sees == "all" and row["input_tokens"] is not None:
            usage["input_tokens"] = row["input_tokens"] + ask.instructions_tokens + ask.own_tokens
        if ask.start is not None:  # its turns are cached as far as those of an answer
            usage |= {name: row[name] for name in UNCACHED}
        copied = {"status": row["status"], "provider": row["provider"], "geo": row["geo"]}
        return Answer(Outcome.OK, seconds, seconds, text, {**copied, **usage})


def _is_answer(row: Row) -> bool:
    """Whether a row answers the request as it is: neither cut short nor the winner of a race, its prompt unchanged."""
    whole = row["purpose"] == "answer" and row["outcome"] != Outcome.CANCELLED
    above = (kind for step in row["node"].split(".")[1:] if (kind := words().get(step)))
    return whole and not any(kind.rewrites or kind.races for kind in above)


def _embedded(ask: Ask, request: Request) -> Answer:
    """An embedding that was not recorded: its prompt is known, its time is the strategy's assumption."""
    usage = {"input_tokens": ask.seen_tokens(request), "output_tokens": 0, "usage_source": "assumed"}
    return Answer(Outcome.OK, ask.assumed_s or 0.0, columns=usage)


def _answer(row: Row, *, text: str) -> Answer:
    sent, first = row["sent_at"], row["first_token_at"]
    ended = row["ended_at"] if row["ended_at"] is not None else sent
    return Answer(
        outcome=Outcome(row["outcome"]),
        seconds=0.0 if sent is None else ended - sent,
        first_token_s=None if first is None else first - sent,
        text=text,
        columns={name: row[name] for name in _COPIED},
    )


def _with(answer: Answer, **columns: Any) -> Answer:
    return replace(answer, columns={**(answer.columns or {}), **columns})


def _scales(calls: pa.Table) -> str:
    return ", ".join(f"{scale:g}×" for scale in sorted(pc.unique(calls["scale"]).to_pylist())) or "nothing"
