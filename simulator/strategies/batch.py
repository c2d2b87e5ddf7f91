"""Requests as columns, for strategies over a million recorded answers: the decisions of `serve`, array by array."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.errors import BadInput
from simulator.provider.answers import LABEL_TOKENS
from simulator.strategies.effects import BATCH
from simulator.traffic import keys
from simulator.traffic.keys import Floats, Ints, Keys

if TYPE_CHECKING:
    from simulator.strategies.node import Node

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Known:
    """What one model answered to every request; a batch holds no failures. Seconds are from the send."""

    seconds: Floats
    first_token: Floats
    input_tokens: Ints
    output_tokens: Ints
    finished: Bools
    """Not cut at the token limit."""
    valid: Bools
    """Not known to fail the scenario's validator."""
    label_seconds: Floats
    """How long a label would take it beside its answer."""
    label_accuracy: float = 1.0
    """How often it names the right label."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Columns with one entry per request, and the answers of each model."""

    seed: int
    requests: Keys
    """Folded ids, as are sessions and users (the session's where a request has no user)."""
    sessions: Keys
    users: Keys
    fields: Mapping[str, NDArray[np.generic]]
    """What rules compare: input_tokens, output_tokens, turn, journey, difficulty, …"""
    new_tokens: Ints
    """Length of the turn's new message."""
    known: Mapping[str, Known]

    def of(self, model: str) -> Known:
        """The answers of one model. Raises BadInput where it has none."""
        if model not in self.known:
            raise BadInput(f"no answers of {model} are recorded; recorded: {', '.join(self.known) or 'none'}")
        return self.known[model]

    def difficulty(self, rows: "Rows") -> NDArray[np.str_]:
        return np.asarray(self.fields["difficulty"][rows.at], dtype=np.str_)


@dataclass(frozen=True, slots=True)
class Rows:
    """Requests on their way through a tree: which ones, seconds since each was due, and calls begun so far."""

    at: Ints
    now: Floats
    asked: Ints
    added: int = 0
    """Tokens that nodes above put into the prompt of an answer."""
    deadline: float | None = None
    """Seconds that every call takes, where a node above sends it to the batch tier; None: as it was recorded."""

    @classmethod
    def all(cls, count: int) -> "Rows":
        return cls(np.arange(count), np.zeros(count), np.zeros(count, dtype=np.int64))

    def where(self, chosen: Bools) -> "Rows":
        return replace(self, at=self.at[chosen], now=self.now[chosen], asked=self.asked[chosen])

    def later(self, seconds: Floats | float, *, calls: int = 0) -> "Rows":
        """The same requests after a wait, or after a call's answer."""
        return replace(self, now=self.now + seconds, asked=self.asked + calls)

    def below(self, node: "Rows") -> "Rows":
        """These requests at another's place in the tree."""
        return replace(self, added=node.added, deadline=node.deadline)

    def takes(self, seconds: Floats | float) -> Floats | float:
        """How long a call takes here that takes so long by itself."""
        return seconds if self.deadline is None else self.deadline

    @property
    def tier(self) -> str | None:
        """The service tier of a call."""
        return None if self.deadline is None else BATCH


@dataclass(frozen=True, slots=True)
class Sent:
    """The calls that one node made of one model: which requests, and the tokens of each."""

    node: str
    model: str
    purpose: str
    at: Ints
    input_tokens: Ints
    output_tokens: Ints
    tier: str | None = None
    start: int | None = None
    """`Ask.start` of them all."""
    usd_each: Decimal | None = None
    """Of a case that a person takes: declared, where other calls cost tokens × rates."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a classifier or judge is sent: so many tokens of instructions, and how much of the prompt."""

    purpose: str
    rubric: int
    sees: str = "all"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a node gives back: its requests with the time they were answered. Entries follow `rows.at`."""

    rows: Rows
    first_token: Floats
    """When the user sees the first one, seconds since the request was due; a stored answer is there at once.

    NaN for an answer that came without tokens.
    """
    finished: Bools
    valid: Bools
    output_tokens: Ints
    node: Ints
    """Whose answer is served, as an index into the evaluation's `nodes`."""

    def where(self, chosen: Bools) -> "Answered":
        return Answered(self.rows.where(chosen), *(getattr(self, name)[chosen] for name in _COLUMNS))


_COLUMNS = tuple(one.name for one in fields(Answered) if one.name != "rows")


@dataclass(slots=True)
class Evaluation:
    """One strategy over a batch. Calls are kept in the order of the tree."""

    batch: Batch
    sent: list[Sent] = field(default_factory=list)
    nodes: list["Node"] = field(default_factory=list)
    """Nodes that serve an answer."""

    @classmethod
    def of(cls, node: "Node", batch: Batch) -> tuple["Evaluation", Answered]:
        """Serve every request. Raises BadInput where a node of the tree has no column form, or a model no answers."""
        evaluation = cls(batch)
        answered = node.columns(Rows.all(len(batch.requests)), evaluation)
        return evaluation, in_order([answered])

    def serving(self, node: "Node", count: int) -> Ints:
        """The column that names `node` as the one that answered `count` requests."""
        self.nodes.append(node)
        return np.full(count, len(self.nodes) - 1)

    def label(self, rows: Rows, *, model: str, labels: tuple[str, ...], truth: NDArray[np.str_]) -> Ints:
        """The label a model would give each request, as an index: `provider.answers.label` over columns."""
        names = np.array(labels)
        right = np.argmax(truth[:, None] == names, axis=1)
        known = (truth[:, None] == names).any(axis=1)
        sent, seed = self._attempt_keys(rows), self.batch.seed
        first, second = (keys.uniform(sent, seed=seed, path="provider.label", number=number) for number in (0, 1))
        others = len(labels) - known
        other = (second * others).astype(np.int64)
        wrong = np.where(known & (other >= right), other + 1, other)
        sure = known & ((others == 0) | (first < self.batch.of(model).label_accuracy))
        return np.asarray(np.where(sure, right, wrong))

    def ask_label(
        self, node: "Node", rows: Rows, question: Question, *, model: str, read: Ints | int = 0
    ) -> Floats | float:
        """Book a call for a label and return how long it takes. `read`: tokens that it reads beside the prompt."""
        known, at, whole = self.batch.of(model), rows.at, question.sees == "all"
        tokens = (known.input_tokens[at] if whole else self.batch.new_tokens[at]) + question.rubric + read
        start = question.rubric if whole and rows.tier is None else None
        written = np.full(len(at), LABEL_TOKENS)
        self.sent.append(Sent(node.path, model, question.purpose, at, tokens, written, rows.tier, start))
        return rows.takes(known.label_seconds[at])

    def _attempt_keys(self, rows: Rows) -> Keys:
        """Fold of `request/call/1`."""
        folded = self.batch.requests[rows.at]
        for call in np.unique(rows.asked):
            here = rows.asked == call
            folded[here] = keys.continued(folded[here], f"/{call}/1")
        return folded


def in_order(parts: list[Answered]) -> Answered:
    """Branches put together again, in the order of the requests."""
    order = np.argsort(np.concatenate([part.rows.at for part in parts]), kind="stable")

    def joined(arrays: list[NDArray[np.generic]]) -> NDArray[np.generic]:
        return np.concatenate(arrays)[order]

    rows = Rows(*(joined([getattr(part.rows, name) for part in parts]) for name in ("at", "now", "asked")))  # type: ignore[arg-type]
    return Answered(rows, *(joined([getattr(part, name) for part in parts]) for name in _COLUMNS))  # type: ignore[arg-type]
