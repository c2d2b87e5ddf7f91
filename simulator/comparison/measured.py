"""What a run recorded of every model, as columns: thousands of strategies are priced over it without a request."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simulator.calls import ANSWERED, HUMAN, Outcome
from simulator.comparison.arm import verdicts
from simulator.comparison.cooled import PromptCaches
from simulator.comparison.dollars import Dollars, Later, Rate, priced
from simulator.comparison.judges import Judge
from simulator.comparison.labels import Labels
from simulator.comparison.source import Source
from simulator.errors import BadInput
from simulator.run.percentiles import Floats, Ints
from simulator.run.rows import floats
from simulator.strategies import offline
from simulator.strategies.batch import Batch, Evaluation, Known, Sent
from simulator.strategies.effects import BATCH, EMBED, Ask, Turn
from simulator.strategies.node import NoColumns, Node, parse
from simulator.strategies.recorded import Assumed, Recorded
from simulator.strategies.rule import NUMBERS, WORDS
from simulator.strategies.tree import bind
from simulator.traffic import keys
from simulator.traffic.request import Request


@dataclass(frozen=True, slots=True)
class Measured:
    """Sessions that every model and the baseline answered whole, so that nothing in it is a failure."""

    batch: Batch
    rates: Mapping[str, Rate]
    paid: Mapping[str, Dollars]
    """By model: what its recorded answer to each request cost, its prompt cache included."""
    caches: PromptCaches
    """What of that a strategy loses that asks it only now and then."""
    later: Mapping[str, Later]
    """Models that a strategy asks at the batch tier."""
    quality: Mapping[str, Floats]
    """By model: of its answer to each request; NaN where it is not judged; empty where nobody judges."""
    baseline_usd: Decimal
    """What the recorded baseline cost on the same requests."""
    sessions: int
    left_out: int
    """Sessions of the trace that are not in it."""
    source: Source
    kept: Sequence[Sequence[Request]]
    answers: Recorded
    judge: Judge | None
    label_accuracy: float | None
    """Assumed of classifiers and judges; None: their labels are unknown."""

    @classmethod
    def of(
        cls,
        source: Source,
        strategies: Collection[Node],
        *,
        label_accuracy: float | None = None,
        judge: Judge | None = None,
    ) -> "Measured":
        """For what these strategies may ask. Raises BadInput where no session is left, or a call has no price."""
        names = sorted(set[str]().union(*(node.answerers() for node in strategies)))
        embedders = set[str]().union(*(node.embedders() for node in strategies))
        answers = source.answers(Assumed(label_accuracy, source.seed))
        kept = _kept(names, answers, source, judge)
        single = {name: bind(name, parse({"call": {"model": name}})) for name in names}
        rows, _ = offline.run(single, kept, answers, scale=source.scale, seed=source.seed)
        asked = [request for session in kept for request in session]
        columns = {name: _in_order(rows, name, asked) for name in names}
        costs = {name: priced(table, source) for name, table in columns.items()}
        return cls(
            batch=_batch(asked, columns, answers, label_accuracy),
            rates={one: Rate.of(source, one, writes=one not in embedders) for one in {*names, *embedders}},
            paid=costs,
            caches=PromptCaches.of(source, answers.warmth, {n: (columns[n], costs[n]) for n in names}, _first(kept)),
            later={name: Later.of(source, name, columns.get(name)) for name in _batched(strategies)},
            quality={name: quality_of(judge, columns[name]) for name in names} if judge else {},
            baseline_usd=_baseline_usd(source, {request.request_id for request in asked}),
            sessions=len(kept),
            left_out=len(source.sessions) - len(kept),
            source=source,
            kept=kept,
            answers=answers,
            judge=judge,
            label_accuracy=label_accuracy,
        )

    def guessing(self, label_accuracy: float) -> "Measured":
        """The same with classifiers and judges that are right this often."""
        known = {name: replace(one, label_accuracy=label_accuracy) for name, one in self.batch.known.items()}
        answers = self.answers.assuming(Assumed(label_accuracy, self.source.seed))
        return replace(self, batch=replace(self.batch, known=known), answers=answers, label_accuracy=label_accuracy)

    def cost(self, evaluation: Evaluation) -> Decimal:
        """Recorded dollars for answers as they were recorded; tokens × rates for labels and longer prompts.

        What prompt caches change about that is not in it: see `caches`.

        Raises BadInput for a label where nobody said how often it is right.
        """
        labelled = next((one for one in evaluation.sent if one.purpose not in ("answer", EMBED, HUMAN)), None)
        if labelled and self.label_accuracy is None:
            raise BadInput(
                f"{labelled.node}: its labels were not recorded; say how often {labelled.model} is right, "
                f"as in --label-accuracy 92% or --sweep label_accuracy=80%..100%:5"
            )
        return sum((self._cost(one) for one in evaluation.sent), Decimal(0))

    def _cost(self, sent: Sent) -> Decimal:
        if sent.usd_each is not None:
            return sent.usd_each * len(sent.at)
        later = self.later[sent.model] if sent.tier else None
        rate, tokens = later.rate if later else self.rates[sent.model], sent.input_tokens
        if sent.purpose != "answer":
            usd = int(tokens.sum()) * rate.input_usd + int(sent.output_tokens.sum()) * rate.output_usd
            return _unless_long(sent, rate, usd / 1_000_000)
        paid = sum((later.paid if later else self.paid[sent.model])[sent.at].tolist(), Decimal(0))
        more = int((tokens - self.batch.of(sent.model).input_tokens[sent.at]).sum())
        return paid + _unless_long(sent, rate, more * rate.input_usd / 1_000_000) if more else paid


def _unless_long(sent: Sent, rate: Rate, usd: Decimal) -> Decimal:
    """Raises NoColumns where a prompt is long enough to pay other prices: then each row has to be priced."""
    if rate.long is not None and sent.input_tokens.max(initial=0) >= rate.long:
        raise NoColumns(f"{sent.node}: prompts of {rate.long:,} tokens have prices of their own")
    return usd


def _kept(models: Sequence[str], answers: Recorded, source: Source, judge: Judge | None) -> Sequence[Sequence[Request]]:
    """Sessions that these models and the baseline answered whole. Raises BadInput where none did."""
    whole = [one for one in source.sessions if _is_whole(one, models, answers, source, judge)]
    if not whole:
        raise BadInput(
            f"no session has an answer of each of {', '.join(models)} and of {source.baseline!r}"
            f"{' with labels' if isinstance(judge, Labels) else ''}; record them with `tenfold run … --matrix`"
        )
    return source.sampled(whole, models)


def _is_whole(
    session: Sequence[Request], models: Sequence[str], answers: Recorded, source: Source, judge: Judge | None
) -> bool:
    """Labels that somebody brought are to hold for all that is priced."""
    if not answers.covers(session, models) or not answers.served(session, source.baseline):
        return False
    asked = [(request, model) for request in session for model in models]
    if isinstance(judge, Labels) and any((one.request_id, model) not in judge.quality for one, model in asked):
        return False
    return all(answers(Ask(model, node=""), Turn(request, 0, at=0.0)).outcome in ANSWERED for request, model in asked)


def quality_of(judge: Judge, rows: pa.Table) -> Floats:
    """By row of served answers."""
    return judge.of(rows["request_id"].to_pylist(), rows["model"].to_pylist(), verdicts(rows))


def _first(kept: Sequence[Sequence[Request]]) -> Ints:
    """By request: the place of its session's first one."""
    lengths = [len(session) for session in kept]
    return np.repeat(np.cumsum([0, *lengths[:-1]]), lengths)


def _in_order(rows: pa.Table, strategy: str, asked: Sequence[Request]) -> pa.Table:
    """The rows of one strategy in the order of the requests."""
    mine = rows.filter(pc.equal(rows["strategy"], strategy))
    return mine.take(pc.index_in(pa.array([one.request_id for one in asked]), value_set=mine["request_id"]))


def _batched(strategies: Collection[Node]) -> set[str]:
    return {model for node in strategies for model, tier in node.tiers() if tier == BATCH}


def _baseline_usd(source: Source, asked: set[str]) -> Decimal:
    rows = source.first(source.calls, source.baseline)
    costs = source.costs(rows.filter(pc.is_in(rows["request_id"], value_set=pa.array(sorted(asked)))))
    if None in costs:
        raise BadInput(f"no price for {costs.count(None)} calls of {source.baseline!r}; add it to the price book")
    return sum((cost for cost in costs if cost is not None), Decimal(0))


def _batch(
    asked: Sequence[Request], columns: Mapping[str, pa.Table], answers: Recorded, label_accuracy: float | None
) -> Batch:
    def field(name: str) -> NDArray[Any]:
        empty: Any = 0 if name in NUMBERS else ""
        return np.array([empty if (value := getattr(one, name)) is None else value for one in asked])

    return Batch(
        seed=answers.assumed.seed,
        requests=keys.fold(pa.array([one.request_id for one in asked])),
        sessions=keys.fold(pa.array([one.session_id for one in asked])),
        users=keys.fold(pa.array([one.user or one.session_id for one in asked])),
        fields={name: field(name) for name in (*NUMBERS, *WORDS)},
        new_tokens=np.array([one.parts[-1] if one.parts else one.input_tokens for one in asked]),
        known={name: _known(rows, answers, label_accuracy) for name, rows in columns.items()},
    )


def _known(rows: pa.Table, answers: Recorded, label_accuracy: float | None) -> Known:
    sent, ended = floats(rows, "sent_at"), floats(rows, "ended_at")
    first = floats(rows, "first_token_at")
    return Known(
        seconds=ended - sent,
        first_token=np.where(np.isnan(first), ended, first) - sent,
        input_tokens=_tokens(rows, "input_tokens"),
        output_tokens=_tokens(rows, "output_tokens"),
        finished=pc.equal(rows["outcome"], Outcome.OK.value).to_numpy(),
        valid=pc.fill_null(rows["valid"], True).to_numpy(),
        label_seconds=np.array(
            [
                answers.label_s(*one)
                for one in zip(rows["request_id"].to_pylist(), rows["model"].to_pylist(), strict=True)
            ]
        ),
        label_accuracy=1.0 if label_accuracy is None else label_accuracy,
    )


def _tokens(rows: pa.Table, name: str) -> Ints:
    return np.asarray(rows[name].to_numpy().astype(np.int64))
