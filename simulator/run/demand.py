"""What a rung asks of each model's quotas, second by second and session by session."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.run.percentiles import Floats
from simulator.run.quota import Axis, KnownLimit
from simulator.run.rows import floats, of_rung, origins
from simulator.run.rung import RungFigures

Amount = Literal["calls", "input", "cached", "output"]
Amounts = dict[Amount, Floats]


@dataclass(frozen=True, slots=True)
class Demand:
    """First sendings of one rung, per model: retries are the answer to a quota, not a demand on it."""

    scale: float
    strategy: str
    per_second: dict[str, Amounts]
    """Calls and tokens by model; `cached` tokens are among the `input`."""
    per_session: dict[str, Amounts]
    """The same by original session, without time: what resampling says about the mean."""
    answer_share: dict[str, float]
    """Part of the rung's answering calls that each model got."""
    helps: frozenset[str]
    """Models that were asked for something else, too: labels, verdicts."""
    rate_error: float
    """Standard error of the session rate ÷ the rate: CV of the gaps ÷ √sessions (renewal theory); 0 below two gaps."""

    @classmethod
    def of(cls, calls: pa.Table, rung: RungFigures) -> "Demand":
        """From the ledger; the drain is left out. Tokens that a refused call did not report are its model's mean."""
        mine = of_rung(calls, rung)
        first = mine.filter(pc.and_(pc.equal(mine["attempt"], 1), pc.is_valid(mine["sent_at"])))
        span_s = _reached_s(first, rung)
        names, sessions = pc.unique(first["model"]).to_pylist(), pc.unique(origins(first))
        models = {model: first.filter(pc.equal(first["model"], model)) for model in names}
        answers = {model: int(pc.sum(pc.equal(table["purpose"], "answer")).as_py()) for model, table in models.items()}
        total = sum(answers.values()) or 1
        return cls(
            scale=rung.scale,
            strategy=rung.strategy,
            per_second={model: _per_second(table, span_s) for model, table in models.items()},
            per_session={model: _per_session(table, sessions) for model, table in models.items()},
            answer_share={model: count / total for model, count in answers.items()},
            helps=frozenset(model for model, count in answers.items() if count < len(models[model])),
            rate_error=_rate_error(first, sessions),
        )

    def on(self, limit: KnownLimit) -> Floats:
        """What a quota is asked for, second by second."""
        return _charged(limit, self.per_second[limit.model])

    def by_session(self, limit: KnownLimit) -> Floats:
        """What each original session asks of a quota."""
        return _charged(limit, self.per_session[limit.model])

    def refused_share(self, limits: Iterable[KnownLimit], scale: float) -> float:
        """Part of the answers that quotas refuse at `scale`, at the rate of the test (the busy hour)."""
        worst = dict.fromkeys(self.answer_share, 0.0)
        for limit in limits:
            if limit.model in self.per_second:
                refused = limit.refused_share(self.on(limit), scale / self.scale)
                worst[limit.model] = max(worst[limit.model], refused)
        return sum(share * worst[model] for model, share in self.answer_share.items())


def header_limits(calls: pa.Table, model: str) -> list[KnownLimit]:
    """From `x-ratelimit-remaining-*` headers: a quota is at least the most that they ever said was left.

    With a minute's worth saved up, as vendors describe their windows. Empty where no header was seen.
    """
    mine = calls.filter(pc.equal(calls["model"], model))
    axes: tuple[Axis, ...] = ("requests", "tokens")
    most = {axis: pc.max(mine[f"ratelimit_remaining_{axis}"]).as_py() for axis in axes}
    source = "the most a header said was left"
    return [KnownLimit(model, axis, left, 60.0, source, at_least=True) for axis, left in most.items() if left]


def lowest(rungs: Sequence[RungFigures], strategy: str) -> RungFigures:
    """The rung of the smallest scale of a strategy: where demand is least disturbed by what breaks."""
    return min((rung for rung in rungs if rung.strategy == strategy), key=lambda rung: (rung.scale, rung.replicate))


def _reached_s(first: pa.Table, rung: RungFigures) -> float:
    """The planned span; of a rung that was cut, up to its last sending: what was not reached is not a lull."""
    last: float | None = pc.max(first["sent_at"]).as_py()
    if not rung.settled.get("not_reached") or last is None:
        return rung.planned_span_s
    return min(rung.planned_span_s, math.floor(max(last, 0.0)) + 1.0)


def _charged(limit: KnownLimit, amounts: Amounts) -> Floats:
    charge = limit.charge
    asked: Floats = charge.call * amounts["calls"] + charge.input * amounts["input"]
    return asked + charge.cached * amounts["cached"] + charge.output * amounts["output"]


def _per_second(calls: pa.Table, span_s: float) -> Amounts:
    sent = floats(calls, "sent_at")
    inside = (sent >= 0) & (sent < span_s)
    second, length = sent[inside].astype(np.int64), int(np.ceil(span_s))
    return {name: np.bincount(second, amount[inside], length).astype(float) for name, amount in _amounts(calls).items()}


def _per_session(calls: pa.Table, sessions: pa.Array) -> Amounts:
    owner = pc.index_in(origins(calls), value_set=sessions).to_numpy()
    return {name: np.bincount(owner, amount, len(sessions)).astype(float) for name, amount in _amounts(calls).items()}


def _rate_error(calls: pa.Table, sessions: pa.Array) -> float:
    starts = np.full(len(sessions), np.inf)
    np.minimum.at(starts, pc.index_in(origins(calls), value_set=sessions).to_numpy(), floats(calls, "sent_at"))
    gaps = np.diff(np.sort(starts))
    return float(gaps.std() / gaps.mean() / np.sqrt(len(sessions))) if len(gaps) > 1 and gaps.mean() else 0.0


def _amounts(calls: pa.Table) -> Amounts:
    return {
        "calls": np.ones(len(calls)),
        "input": _filled(floats(calls, "input_tokens")),
        "cached": _filled(floats(calls, "cache_read_tokens")),
        "output": _filled(floats(calls, "output_tokens")),
    }


def _filled(tokens: Floats) -> Floats:
    known = ~np.isnan(tokens)
    return np.where(known, tokens, tokens[known].mean() if known.any() else 0.0)
