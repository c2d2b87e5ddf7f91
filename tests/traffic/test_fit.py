"""Fitting: what is generated from a fitted plan passes the comparison with what was fitted."""

import pytest
import yaml

from simulator.errors import BadInput
from simulator.traffic import formats
from simulator.traffic.fit import block, fit, into, text
from simulator.traffic.generate import generate
from simulator.traffic.likeness import compare
from simulator.traffic.plan import Traffic
from simulator.yamlfile import parse
from tests.traffic.plans import chat

MINUTES = "dispersion 60s"
"""Of thirty minutes: the variance of thirty counts has a standard error of a quarter."""


def far(trace, seed=1):
    found = compare(trace, generate(fit(trace), span_s=trace.span_s, seed=seed))
    return [f"{line.name} {line.measure}: {line.distance:.3f}" for line in found.lines if not line.near]


@pytest.mark.parametrize(
    "path",
    [
        "azure2023/AzureLLMInferenceTrace_code.csv",
        "azure2023/AzureLLMInferenceTrace_conv.csv",
        "mooncake/conversation_trace.jsonl.gz",
        "ragpulse/0_trace_first5days.jsonl.gz",
    ],
)
def test_public_traces_are_fitted_within_the_acceptance_distances(real_data, path):
    assert far(formats.read(real_data / "traces" / path).trace) == []


def test_growing_context_is_fitted():
    trace = generate(chat(correlation=0.4), span_s=1800, seed=5)
    plan = fit(trace)
    assert (plan.journeys[0].history, plan.journeys[0].system_tokens) == ("all", 420)
    assert [line for line in far(trace) if MINUTES not in line] == []


def test_an_app_that_sends_no_history_is_seen():
    trace = generate(chat(history="none"), span_s=1800, seed=5)
    assert fit(trace).journeys[0].history == "none"
    assert [line for line in far(trace) if MINUTES not in line] == []


def test_the_shared_system_prompt_is_found_in_hashes(real_data):
    """Block 0 of 512 tokens is in all rows of Mooncake's conversations."""
    trace = formats.read(real_data / "traces" / "mooncake" / "conversation_trace.jsonl.gz").trace
    assert fit(trace).journeys[0].system_tokens == 512


def test_the_yaml_loads_as_the_plan(trace):
    written = yaml.safe_dump(yaml.safe_load(text(block(trace)))["traffic"], default_flow_style=None)
    assert parse(written, Traffic, name="x.yaml") == fit(trace)


def test_the_block_goes_into_a_scenario_and_nothing_else_changes():
    scenario = "name: x\ntraffic:\n  a: 1\n  # comment\n\n  b: 2\nbudget: 3\n"
    assert into(scenario, "traffic: {c: 3}\n") == "name: x\ntraffic: {c: 3}\n\nbudget: 3\n"
    with pytest.raises(BadInput, match="no `traffic:` block"):
        into("name: x\n", "traffic: {}\n")


def test_too_little_to_fit_is_refused():
    with pytest.raises(BadInput, match="too few to fit"):
        fit(generate(chat(), span_s=1, seed=1))
