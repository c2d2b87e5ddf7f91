"""The strategies and the provider of a live run in virtual time: an hour of traffic in seconds, nothing sent."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from simulator.calls import CALLS, REQUESTS, to_table
from simulator.errors import BadInput
from simulator.provider.profile import Profile
from simulator.provider.structured import wanted
from simulator.rehearsal.stage import Stage
from simulator.rehearsal.visit import Visit
from simulator.scenario.quality import Validator
from simulator.strategies.node import Node
from simulator.strategies.tariff import Tariff, UsdPerMillion
from simulator.traffic.trace import Trace


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the client waits where an ask says nothing, in seconds; None waits for ever."""

    first_token_s: float | None = None
    total_s: float | None = None


def rehearse(
    trace: Trace,
    strategies: Mapping[str, Node],
    profile: Profile,
    *,
    scale: float,
    seed: int,
    patience: Patience = Patience(),
    usd_per_million: UsdPerMillion | None = None,
    body: Mapping[str, Any] | None = None,
    validator: Validator | None = None,
) -> tuple[pa.Table, pa.Table]:
    """Tables of `CALLS` and `REQUESTS`, all strategies on the same arrivals; every usage is `assumed`.

    `body` are the further fields of each request for an answer, as in a scenario's target; `validator` checks what
    comes back. The trace is already multiplied; `scale` only names the rung. The same arguments give the same tables.
    Raises `BadInput` where a strategy asks for a model that the profile does not serve, or counts dollars and has no
    rates.
    """
    for name, node in strategies.items():
        if node.counts_dollars() and not node.models() <= (usd_per_million or {}).keys():
            raise BadInput(f"{name}: a budget in dollars needs the rates of {', '.join(sorted(node.models()))}")
        for model in sorted(node.models()):
            profile.model(model)
    with _seldom_collecting():
        sessions = trace.sessions()
        tariff = Tariff(usd_per_million or {})
        stages = [
            Stage(
                profile,
                name,
                scale,
                seed,
                patience.first_token_s,
                patience.total_s,
                tariff if node.counts_dollars() else None,
                form=wanted(body or {}),
                validator=validator,
                reads=validator is not None or node.reads_answers(),
            )
            for name, node in strategies.items()
        ]
        for stage, node in zip(stages, strategies.values(), strict=True):
            for requests in sessions:
                Visit(stage, node, requests).begin()
            stage.clock.run()
        calls = to_table((row for stage in stages for row in stage.calls), CALLS)
        return calls, to_table((row for stage in stages for row in stage.requests), REQUESTS)


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for garbage every 20,000 objects instead of 700: the rows that pile up made that half of the time."""
    before = gc.get_threshold()
    gc.set_threshold(20_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
