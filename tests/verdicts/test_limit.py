"""The closed form of a quota, held against the provider itself in virtual time."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pydantic import TypeAdapter

from simulator import yamlfile
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import rehearse
from simulator.run.demand import Demand
from simulator.run.metrics import rung_figures
from simulator.run.quota import known_limits
from simulator.scenario import scenario as scenarios
from simulator.strategies.node import Child
from simulator.strategies.tree import bind
from simulator.traffic.generate import generate
from simulator.traffic.multiply import multiply
from simulator.verdicts.conditions.limit import REFUSED_SHARE
from tests.run.hand import record

SPAN_S = 60.0


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("profile_name", "model"), [("hosted", "gpt-4o"), ("anthropic", "claude-sonnet-4-5")])
def test_the_first_refusals_come_where_the_demand_at_one_times_says(
    repository: Path, profile_name: str, model: str, seed: int
) -> None:
    """From a rehearsal at 1× alone: nothing is refused at 0.8 of the multiplier, and something at 1.25 of it."""
    scenario = scenarios.load(repository / "scenarios/support-chat.yaml")
    profile = yamlfile.load(repository / f"scenarios/staging/{profile_name}.yaml", Profile)
    trace = generate(scenario.traffic, span_s=SPAN_S, seed=seed)
    single = {"single": bind("single", TypeAdapter(Child).validate_python(model))}

    def rehearsed(scale: float) -> tuple[pa.Table, pa.Table]:
        return rehearse(multiply(trace, scale, seed=seed), single, profile, scale=scale, seed=seed)

    calls, requests = rehearsed(1.0)
    (rung,) = rung_figures(calls, requests, rungs=[record(len(requests), planned_span_s=SPAN_S)])
    demand = Demand.of(calls, rung)
    limits = [limit for limit in known_limits(profile) if limit.model == model]
    breaks_at = min(limit.peak_multiplier(demand.on(limit)) for limit in limits)

    assert refused_share(rehearsed(0.8 * breaks_at)[0]) <= REFUSED_SHARE
    assert refused_share(rehearsed(1.25 * breaks_at)[0]) > REFUSED_SHARE


def refused_share(calls: pa.Table) -> float:
    return pc.sum(pc.equal(calls["outcome"], "rate_limited")).as_py() / len(calls)
