"""The `traffic:` block as it is written."""

from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.traffic.generate import generate
from simulator.traffic.info import of_trace
from simulator.traffic.plan import Traffic
from simulator.yamlfile import FileModel, load, parse

SCENARIOS = Path(__file__).parents[2] / "scenarios"


class _Scenario(FileModel):
    model_config = {"extra": "ignore"}
    traffic: Traffic


def test_the_traffic_of_the_shipped_scenario_loads():
    traffic = load(SCENARIOS / "support-chat.yaml", _Scenario).traffic
    assert [(one.name, one.weight, one.hard) for one in traffic.journeys] == [
        ("question", 0.75, 0.2),
        ("troubleshooting", 0.25, 0.45),
    ]
    assert traffic.arrivals.cv == 1.4


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_scenario_makes_traffic(path):
    traffic = load(path, _Scenario).traffic
    trace = generate(traffic, span_s=300, seed=1)
    assert len(trace) > 50
    assert {row.journey for rows in trace.sessions() for row in rows} == {one.name for one in traffic.journeys}


def test_the_rag_scenario_reuses_as_much_as_ragpulse():
    """31.5 % of RAGPulse's input tokens are in a prefix seen before."""
    trace = generate(load(SCENARIOS / "rag-assistant.yaml", _Scenario).traffic, span_s=3600, seed=1)
    assert of_trace(trace).prefix_reuse == pytest.approx(0.315, abs=0.03)


def _problems(text):
    with pytest.raises(InvalidFile) as caught:
        parse(text, Traffic, name="x.yaml")
    return caught.value.problems


def test_weights_must_add_up():
    journeys = "".join(f"  - {{name: {name}, weight: 40%, input_tokens: 10, output_tokens: 10}}\n" for name in "ab")
    assert _problems(f"arrivals: {{kind: poisson, rate: 1/s}}\njourneys:\n{journeys}") == (
        "x.yaml:3:3: journeys: the weights add up to 80%, must be 100%",
    )


def test_names_must_differ():
    journeys = "  - {name: a, weight: 50%, input_tokens: 10, output_tokens: 10}\n" * 2
    assert (
        "names must differ, got a, a" in _problems(f"arrivals: {{kind: poisson, rate: 1/s}}\njourneys:\n{journeys}")[0]
    )


def test_a_bad_quantity_is_named_with_its_place():
    text = "arrivals: {kind: poisson, rate: 1/s}\njourneys: [{name: a, think: 3, input_tokens: 9, output_tokens: 9}]\n"
    assert _problems(text) == ("x.yaml:2:29: journeys.0.think: say the unit: 3s or 3ms?",)
