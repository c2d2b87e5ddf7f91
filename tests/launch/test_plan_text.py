"""The dry run: the same figures for people and for programs."""

import json
import re
from dataclasses import replace

import pytest

from simulator.launch.forecast import forecast
from simulator.launch.inputs import Inputs
from simulator.launch.options import Options
from simulator.launch.plan_text import plan_json, plan_lines
from simulator.shipped import shipped


@pytest.fixture
def plan(options: Options) -> Options:
    return replace(options, scales=(1.0, 10.0), jitter_s=0.0)


def test_every_meaning_of_every_scale_stands_beside_the_original(plan: Options) -> None:
    inputs = Inputs.read(plan)
    said = json.loads(plan_json(inputs, forecast(inputs, plan), plan))
    # One session a second, ten of them each second where nothing moves them: 10 s have no fullest minute.
    implied = {(row["scale"], row["meaning"]): row["peak_sessions_1s"] for row in said["meanings"]}
    assert implied[1.0, "original"] == 1
    assert implied[10.0, "clone"] == implied[10.0, "worst"] == 10
    assert [scale for scale, _ in implied] == [1.0, 10.0, 10.0, 10.0, 10.0]
    assert {row["peak_rate_60s"] for row in said["meanings"]} == {None}
    assert said["rungs"][0]["load"].keys() == {"in_flight_mean", "in_flight_peak", "cpu_peak", "workers"}


def test_people_are_told_where_times_come_from_and_what_a_short_test_cannot_say(plan: Options) -> None:
    inputs = Inputs.read(plan)
    text = "\n".join(plan_lines(inputs, forecast(inputs, plan), plan))
    assert "by the time of a typical answer (0.3 s + 12 ms a token)" in text
    assert "a minute is longer than the test" in text
    assert "Here 10× means clone: each session k times on the same clock, starts jittered by up to 0 ms." in text


def test_the_plan_fits_80_columns(plan: Options) -> None:
    """Its table was 102 wide, and a terminal broke every row in two."""
    inputs = Inputs.read(plan)
    tables = [line for line in plan_lines(inputs, forecast(inputs, plan), plan) if line.startswith("  ")]
    assert len(tables) > 10
    assert max(map(len, tables)) <= 80


def test_requests_that_fit_no_context_window_are_told_before_they_fail(options: Options) -> None:
    """They would be answered by 400s, a part of the errors that nobody looks into."""
    shown = shipped("scenarios/support-chat.yaml")
    text = shown.read_text(encoding="utf-8").replace("staging/", f"{shown.parent}/staging/")
    options.scenario.write_text(re.sub(r"system_tokens: \d+", "system_tokens: 128000", text), encoding="utf-8")
    notes = Inputs.read(replace(options, prices=None)).notes
    assert [note.partition(" requests at 1× do not fit the ")[2][:29] for note in notes] == [
        "128,000 tokens of gpt-4o's co",
        "128,000 tokens of gpt-4o-mini",
    ]
