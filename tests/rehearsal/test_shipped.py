"""Every shipped strategy in virtual time against every profile that serves its models: the books balance."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from simulator.calls import ANSWERED, settled_as
from simulator.pricing.book import PriceBook
from simulator.provider.profile import Profile
from simulator.rehearsal.rehearse import Patience, rehearse
from simulator.scenario.scenario import load as load_scenario
from simulator.strategies.node import parse
from simulator.strategies.tree import compose
from simulator.traffic.generate import generate
from simulator.traffic.multiply import multiply
from simulator.yamlfile import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHIPPED = sorted((SCENARIOS / "strategies").glob("*.yaml"))


@pytest.fixture(scope="module")
def trace():
    """Support chat at 10×, a few seconds of it."""
    traffic = load_scenario(SCENARIOS / "support-chat.yaml").traffic
    return multiply(generate(traffic, span_s=6.0, seed=1), 10, seed=1)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_strategy_rehearses_and_its_books_balance(path, trace):
    forms = yaml.safe_load(path.read_text())["strategies"]
    nodes = compose({name: parse(form) for name, form in forms.items()})
    profile = load(SCENARIOS / "staging/hosted.yaml", Profile)
    rates = PriceBook.load().usd_per_million(profile.models, at=datetime(2026, 12, 1, tzinfo=UTC))
    told = {"patience": Patience(20, 60), "usd_per_million": rates}
    calls, requests = rehearse(trace, nodes, profile, scale=10, seed=1, **told)
    for name in nodes:
        attempts = [row for row in calls.to_pylist() if row["strategy"] == name]
        rows = [row for row in requests.to_pylist() if row["strategy"] == name]
        assert len(rows) == len(trace)
        assert sum(row["attempts"] for row in rows) == len(attempts)
        assert {row["call_id"] for row in attempts if row["served"]} == {
            row["served_call_id"] for row in rows if row["served_call_id"]
        }
        assert all(row["ended_at"] >= row["sent_at"] >= row["scheduled_at"] for row in attempts)
        assert all(settled_as(row["final_outcome"]) != "not_reached" for row in rows)
        assert any(row["final_outcome"] in ANSWERED for row in rows)
