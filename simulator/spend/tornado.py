"""The tornado: one assumption at a time moved to its low and high end, everything else held, calls priced anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.run.percentiles import Floats
from simulator.run.rows import floats
from simulator.spend.contracted import ContractTerm, billed
from simulator.spend.month import Sensitivity
from simulator.spend.sample import Sample
from simulator.spend.sessions import Basis, as_floats
from simulator.units import share_text

SWING = 0.2
"""Of lengths and turns: what a prompt change or a chattier release moves."""
PRICE_SWING = Decimal("0.1")
ROUTE_SWING = 0.1
"""Points of share between the models that answer."""
CACHE_SWING = 0.5

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Tornado:
    """One strategy's month at a scale, under its contracts."""

    sample: Sample
    scale: Decimal
    uncertainty: float
    contracts: Sequence[ContractTerm] = ()

    def bars(self) -> list[Sensitivity]:
        """Widest first."""
        bars = [*self._volume(), *self._lengths(), *self._turns(), *self._cache(), *self._routes(), *self._prices()]
        return sorted(bars, key=lambda bar: abs(bar.high - bar.low), reverse=True)

    @cached_property
    def usage(self) -> Decimal:
        """The month in dollars before its contracts."""
        return self.sample.mean() * self.scale

    @property
    def basis(self) -> Basis:
        return self.sample.basis

    def _volume(self) -> Iterator[Sensitivity]:
        factor = 1 + Decimal(str(self.uncertainty))
        yield self._bar(
            "sessions", ("planned ÷ ", "planned × "), self.usage / factor, self.usage * factor, f"{factor:g}"
        )

    def _lengths(self) -> Iterator[Sensitivity]:
        for name, column in (("answer length", "output_tokens"), ("prompt length", "input_tokens")):
            low, high = (self._repriced(scaled(self.basis.calls, column, k)) for k in (1 - SWING, 1 + SWING))
            yield self._bar(name, ("−", "+"), low, high, share_text(SWING))

    def _turns(self) -> Iterator[Sensitivity]:
        """A turn more costs what longer sessions of the sample cost more (least squares), growing prompts included."""
        turns = np.array(self.basis.turns, dtype=float)
        if len(self.sample.costs) < len(turns) or not turns.std():
            return
        slope = float(np.polyfit(turns, as_floats(self.sample.costs), 1)[0])
        change = Decimal(str(slope * SWING * float(turns.mean()))) * self.scale
        mean = f"{share_text(SWING)} of {turns.mean():.2g}"
        yield self._bar("turns per session", ("−", "+"), self.usage - change, self.usage + change, mean)

    def _cache(self) -> Iterator[Sensitivity]:
        column = self.basis.calls["cache_read_tokens"]
        hits, prompt = pc.sum(column).as_py() or 0, pc.sum(self.basis.calls["input_tokens"]).as_py() or 0
        if not hits:
            return
        low, high = (self._repriced(cached(self.basis.calls, k)) for k in (1 - CACHE_SWING, 1 + CACHE_SWING))
        swing = f"{share_text(CACHE_SWING)} of {share_text(hits / prompt)}"
        yield self._bar("prompt tokens read from cache", ("−", "+"), low, high, swing)

    def _routes(self) -> Iterator[Sensitivity]:
        """More or fewer requests answered by the dearest model, each at what its requests cost all told."""
        costs = self._cost_by_server()
        if len(costs) < 2:
            return
        dear, cheap = max(costs, key=lambda model: costs[model]), min(costs, key=lambda model: costs[model])
        requests = self.sample.month.sessions * self.scale * self.basis.requests / self.basis.sessions
        change = (costs[dear] - costs[cheap]) * requests * Decimal(str(ROUTE_SWING))
        name = f"requests that {dear} answers"
        yield self._bar(name, ("−", "+"), self.usage - change, self.usage + change, f"{ROUTE_SWING * 100:g} points")

    def _prices(self) -> Iterator[Sensitivity]:
        low, high = self.usage * (1 - PRICE_SWING), self.usage * (1 + PRICE_SWING)
        yield self._bar("list prices", ("−", "+"), low, high, share_text(float(PRICE_SWING)))

    def _bar(self, name: str, signs: tuple[str, str], low: Decimal, high: Decimal, swing: str) -> Sensitivity:
        return Sensitivity(
            assumption=name,
            low_label=signs[0] + swing,
            high_label=signs[1] + swing,
            low=billed(low, self.contracts).quantize(_CENT),
            high=billed(high, self.contracts).quantize(_CENT),
        )

    def _repriced(self, altered: pa.Table) -> Decimal:
        """The usage if every call of the sample were altered so, each part of the month at its own prices."""
        return self.sample.mean(altered) * self.scale

    def _cost_by_server(self) -> dict[str, Decimal]:
        """Mean dollars of a request, all its attempts, by the model that answered it."""
        calls = self.basis.calls
        spent: dict[tuple[int, str], Decimal] = {}
        for request, cost in zip(_requests(calls), self.sample.call_costs(calls), strict=True):
            spent[request] = spent.get(request, Decimal(0)) + cost
        served = calls.filter(calls["served"])
        groups: dict[str, list[Decimal]] = {}
        for request, model in zip(_requests(served), served["model"].to_pylist(), strict=True):
            groups.setdefault(model, []).append(spent[request])
        return {model: sum(costs, Decimal(0)) / len(costs) for model, costs in groups.items()}


def _requests(calls: pa.Table) -> list[tuple[int, str]]:
    """Requests of different replicates share their names."""
    return list(zip(calls["replicate"].to_pylist(), calls["request_id"].to_pylist(), strict=True))


def scaled(calls: pa.Table, column: str, factor: float) -> pa.Table:
    """The same calls with one length × `factor`; cached tokens stay within the prompt."""
    altered = _with(calls, column, np.rint(floats(calls, column) * factor))
    return _capped(altered) if column == "input_tokens" else altered


def cached(calls: pa.Table, factor: float) -> pa.Table:
    """The same calls with cache reads × `factor`, at most the whole prompt."""
    return _capped(_with(calls, "cache_read_tokens", np.rint(floats(calls, "cache_read_tokens") * factor)))


def _capped(calls: pa.Table) -> pa.Table:
    reads, prompt = floats(calls, "cache_read_tokens"), floats(calls, "input_tokens")
    return _with(calls, "cache_read_tokens", np.where(np.isnan(reads), np.nan, np.minimum(reads, prompt)))


def _with(calls: pa.Table, column: str, values: Floats) -> pa.Table:
    column_now = pa.array(values, pa.float64(), from_pandas=True).cast(pa.int64())
    return calls.set_column(calls.schema.get_field_index(column), calls.schema.field(column), column_now)
