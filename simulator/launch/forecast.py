"""What a test will send and cost, before it sends anything: the planned tokens through the strategies, priced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any

import numpy as np
import pyarrow.compute as pc

from simulator.calls import HUMAN
from simulator.draws import uniform
from simulator.errors import BadInput
from simulator.launch.inputs import Inputs
from simulator.launch.load import Load, load
from simulator.launch.matrix import SCALE
from simulator.launch.options import Options
from simulator.spend.bill import RungCost, bill
from simulator.strategies import offline
from simulator.strategies.drive import Answer
from simulator.strategies.effects import EMBED, Ask, Turn
from simulator.strategies.node import Node
from simulator.traffic.request import Request
from simulator.units import usd_text

_LABEL_TOKENS = 1


@dataclass(frozen=True, slots=True)
class RungForecast:
    """One scale and strategy as planned: every call answered at its planned length, none retried, nothing cached."""

    scale: float
    strategy: str
    sessions: int
    requests: int
    calls: int
    input_tokens: int
    output_tokens: int
    peak_rate: float
    """Most sessions that start within one second."""
    load: Load
    usd: Decimal | None
    """None where a model has no price."""


@dataclass(frozen=True, slots=True)
class Forecast:
    rungs: tuple[RungForecast, ...]

    @property
    def usd(self) -> Decimal | None:
        costs = [rung.usd for rung in self.rungs]
        return sum((cost for cost in costs if cost is not None), Decimal(0)) if None not in costs else None

    def refuse_beyond(self, limit: Decimal | None) -> None:
        """Raises `BadInput` where the test itself would cost more than `limit`, or nobody knows."""
        if limit is None:
            return
        if self.usd is None:
            raise BadInput("--max-spend cannot be held: a model of the test has no price; add it to the price book")
        if self.usd > limit:
            raise BadInput(
                f"the test itself would cost about {usd_text(self.usd)}, more than --max-spend {usd_text(limit)}"
            )

    def text(self) -> str:
        return f"{usd_text(self.usd)} (assumed: every answer at its planned length, no retries, no cache)"

    def limit(self) -> str:
        """A spend limit that leaves room for retries: the forecast and half of it again, rounded up to cents."""
        return (
            "AMOUNT"
            if self.usd is None
            else format((self.usd * Decimal("1.5")).quantize(Decimal("0.01"), ROUND_UP), "f")
        )


def forecast(inputs: Inputs, options: Options) -> Forecast:
    """All rungs of a run. Retries and refusals are not in it: they depend on what the run is there to find."""
    rungs = []
    for scale in options.scales:
        sessions = inputs.at_scale(scale, options).sessions()
        rungs += [rung for rung in _planned(inputs, inputs.strategies, sessions, scale) for _ in range(options.repeat)]
    if inputs.matrix:
        sampled = inputs.at_scale(SCALE, options).sessions()
        sessions = [session for session in sampled if session[0].session_id in inputs.matrix.sessions]
        rungs += _planned(inputs, inputs.matrix.strategies, sessions, SCALE)
    return Forecast(tuple(rungs))


def _planned(
    inputs: Inputs, strategies: Mapping[str, Node], sessions: Sequence[Sequence[Request]], scale: float
) -> list[RungForecast]:
    calls, _ = offline.run(strategies, sessions, planned_answer, scale=scale, seed=inputs.seed)
    calls = calls.filter(pc.not_equal(calls["purpose"], HUMAN))  # a test sends nothing to people and pays nobody
    costs = {cost.strategy: cost for cost in bill(calls, inputs.book, at=inputs.at).rungs}
    starts = np.array([session[0].at or 0.0 for session in sessions])
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in strategies}
    for row in calls.select(["strategy", "request_id", "model", "input_tokens", "output_tokens"]).to_pylist():
        rows[row["strategy"]].append(row)
    return [
        RungForecast(
            scale=scale,
            strategy=name,
            sessions=len(sessions),
            requests=sum(map(len, sessions)),
            calls=len(rows[name]),
            input_tokens=sum(row["input_tokens"] for row in rows[name]),
            output_tokens=sum(row["output_tokens"] for row in rows[name]),
            peak_rate=float(np.bincount(starts.astype(int)).max()) if len(starts) else 0.0,
            load=load(sessions, rows[name], profile=inputs.profile, span_s=inputs.trace.span_s),
            usd=_known(costs.get(name)) if rows[name] else Decimal(0),
        )
        for name in strategies
    ]


def _known(cost: RungCost | None) -> Decimal | None:
    return None if cost is None or cost.unpriced_calls else cost.total


def planned_answer(ask: Ask, turn: Turn) -> Answer:
    """What an attempt brings if everything goes as planned: the true label, or an answer of the planned length."""
    request = turn.request
    label = ""
    if ask.labels:  # nobody knows the right one of a log without labels: any is as likely
        guess = ask.labels[int(uniform(0, ask.node, request.request_id) * len(ask.labels))]
        label = ask.truth if ask.truth in ask.labels else guess
    length = _LABEL_TOKENS if ask.labels else request.output_tokens
    if ask.max_output_tokens is not None:
        length = min(length, ask.max_output_tokens)
    if ask.purpose == EMBED:
        length = 0
    columns: Mapping[str, Any] = {
        "input_tokens": ask.prompt_tokens(request),
        "output_tokens": length,
        "usage_source": "assumed",
    }
    return Answer(seconds=0.0, text=label, columns=columns)  # in time for any limit: times are the load's matter
