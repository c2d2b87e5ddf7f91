"""Two runs beside each other."""

import io
import json
import math
from typing import Any

import pytest
from rich.console import Console

from simulator.reports.difference import Figure, figures, judged, unlike
from simulator.reports.retest import changes, facts, outcomes, render, show
from simulator.summary import Summary


def figure(value: float | None, low: float | None = None, high: float | None = None, **changed: Any) -> Figure:
    facts = {"name": "TTFT p95", "scale": 1.0, "strategy": "single", "text": "", "provenance": "measured"}
    return Figure(value=value, low=low, high=high, **(facts | changed))


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        (figure(2.0, 1.9, 2.1), figure(1.0, 0.9, 1.1), "better"),
        (figure(1.0, 0.9, 1.1), figure(2.0, 1.9, 2.1), "worse"),
        (figure(1.0, 0.9, 1.1), figure(1.05, 0.95, 1.15), "noise"),
        (figure(1.0, 0.9, 1.1), figure(1.2, 1.1, 1.3), "noise"),
        (figure(1.0, 0.9, 1.1), figure(1.0, 0.8, 1.2), "same"),
        (figure(1.0), figure(1.2), "changed"),
        (figure(math.inf), figure(1.0, 0.9, 1.1), "better"),
        (figure(1.0, 0.9, 1.1), figure(math.inf), "worse"),
        (figure(None), figure(1.0, 0.9, 1.1), "no data"),
        (figure(1.0, 0.9, 1.1), figure(2.0, 1.9, 2.1, judged=False), "not judged"),
    ],
)
def test_a_change_is_called_only_what_the_intervals_allow(old: Figure, new: Figure, word: str) -> None:
    assert judged(old, new) == word


def test_a_run_beside_itself_changed_nothing(launch: Summary) -> None:
    assert unlike(launch, launch) == []
    assert outcomes(launch, launch).rows == ()
    assert {row[-1].text for row in figures(launch, launch).rows} == {"same"}
    assert "Same inputs, traffic, seed, target, prices and versions." in render(launch, launch)


def test_what_else_changed_is_said_before_any_figure(launch: Summary) -> None:
    prices = [{**launch.prices[0], "usd_per_million": "3.00"}, *launch.prices[1:]]
    after = launch.model_copy(update={"run": launch.run.model_copy(update={"seed": 7}), "prices": prices})
    assert unlike(launch, after) == ["seed: 20261201 → 7", "price of gpt-4o input_tokens: 2.50 → 3.00"]
    assert render(launch, after).index("Not everything else was equal") < render(launch, after).index("### Figures")


def test_another_input_file_is_seen_by_its_hash(launch: Summary) -> None:
    hashes = {**launch.run.hashes, "inputs/support-chat.yaml": "c2" * 32}
    after = launch.model_copy(update={"run": launch.run.model_copy(update={"hashes": hashes})})
    assert unlike(launch, after) == ["sha256 of inputs/support-chat.yaml: b1b1b1b1 → c2c2c2c2"]


def test_a_fixed_objective_is_better_and_lost_data_is_not(launch: Summary, invalid: Summary) -> None:
    fixed = [one.model_copy(update={"outcome": "pass", "measured": 0.5}) for one in launch.objectives]
    words = {row[-1].text for row in outcomes(launch, launch.model_copy(update={"objectives": fixed})).rows}
    assert words == {"better"}
    assert {row[-1].text for row in outcomes(launch, invalid).rows} == {"changed"}


def test_the_first_thing_said_is_whether_it_is_fixed(launch: Summary) -> None:
    """Not a table to be read line by line: what passes now, what fails now, what was not run again."""
    failing = [one for one in launch.objectives if one.outcome == "fail"]
    fixed, *left = failing
    kept = [one for one in launch.objectives if one.outcome == "pass" and one.strategy == "single"]
    now = [fixed.model_copy(update={"outcome": "pass"}), *left, *kept]
    found = changes(launch, launch.model_copy(update={"objectives": now}))
    names = [f"{one.objective} ({one.strategy} at {one.scale:g}×)" for one in failing]
    assert (found["fixed"], found["broken"], found["still failing"]) == (names[:1], [], names[1:])
    assert all(place.startswith("routed at ") for place in found["run in only one of them"])
    shown = io.StringIO()
    show(launch, launch.model_copy(update={"objectives": now}), Console(file=shown, width=200))
    assert f"fixed: {names[0]}" in shown.getvalue()
    assert "\\" not in shown.getvalue()


def test_a_program_reads_the_same(launch: Summary) -> None:
    told = json.loads(json.dumps(facts(launch, launch), allow_nan=False))
    assert (told["not_equal"], told["objectives"]["fixed"]) == ([], [])
    assert {one["judged"] for one in told["figures"]} == {"same"}


def test_latency_of_an_invalid_run_is_not_judged(launch: Summary, invalid: Summary) -> None:
    rows = [row for row in figures(launch, invalid).rows if "p95" in row[0].text]
    assert rows
    assert {row[-1].text for row in rows} == {"not judged"}


def test_runs_of_other_scales_are_compared_where_they_meet(launch: Summary, interrupted: Summary) -> None:
    assert {row[2].text for row in figures(launch, interrupted).rows} == {"1×", "2×"}
    assert "status: complete → interrupted" in render(launch, interrupted)
