"""Summaries with little in them: every report is written, and none of them makes up a figure."""

import math
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.comparison import Comparison
from simulator.figures import Interval
from simulator.reports import markdown, retest, terminal
from simulator.reports.gate import gate
from simulator.reports.headline import headline
from simulator.reports.table import noted
from simulator.reports.tables.registers import prices
from simulator.reports.tables.rungs import rungs
from simulator.reports.write import write_reports
from simulator.run.metrics import Latency
from simulator.spend.projection import Projection
from simulator.summary import Summary

NOTHING = Latency(**dict.fromkeys(("p50", "p90", "p95", "p99"), Interval(value=None)), count=0)
NEVER = Latency(**dict.fromkeys(("p50", "p90", "p95", "p99"), Interval(value=math.inf)), count=3)


def empty(launch: Summary) -> Summary:
    """Stopped before the first rung."""
    bare = Projection(months=[], tornado={}, assumptions=[], needed_sessions=None)
    lists = {name: [] for name in ("rungs", "costs", "items", "objectives", "breaks", "timeline", "prices")}
    run = launch.run.model_copy(update={"verdict": "INCOMPLETE", "status": "interrupted", "measured_scales": []})
    rest = {"run": run, "projection": bare, "comparison": Comparison(baseline="single", contenders=[])}
    return launch.model_copy(update={**lists, **rest, "provenance": {}, "total_usd": Decimal(0)})


def unmeasured(launch: Summary) -> Summary:
    """Nothing streamed, nothing answered in time to be measured."""
    blank = {"response_time": NOTHING, "time_to_first_token": NOTHING, "cache_read_tokens": None, "goodput": None}
    rungs = [rung.model_copy(update=blank) for rung in launch.rungs]
    objectives = [one.model_copy(update={"outcome": "no data", "measured": None}) for one in launch.objectives]
    return launch.model_copy(update={"rungs": rungs, "objectives": objectives})


def unanswered(launch: Summary) -> Summary:
    """Everything failed: ∞ wherever a latency stands."""
    rungs = [one.model_copy(update={"time_to_first_token": NEVER, "response_time": NEVER}) for one in launch.rungs]
    return launch.model_copy(update={"rungs": rungs})


def priceless(launch: Summary) -> Summary:
    """No model has a price."""
    unknown = {"total": None, "per_request": None, "per_answered": None, "unpriced_calls": 5}
    costs = [cost.model_copy(update=unknown) for cost in launch.costs]
    return launch.model_copy(update={"costs": costs, "items": [], "total_usd": Decimal(0), "unpriced_calls": 30})


def one_rung(launch: Summary) -> Summary:
    """Only 1× of one strategy was run, but the month rests on rungs that are not in the summary."""
    run = launch.run.model_copy(update={"measured_scales": [1.0]})
    lists = {"rungs": launch.rungs[:1], "costs": launch.costs[:1], "timeline": launch.timeline[:18]}
    return launch.model_copy(update={**lists, "run": run})


EDGES = [empty, unmeasured, unanswered, priceless, one_rung]


@pytest.mark.parametrize("edge", EDGES)
def test_every_report_is_written(launch: Summary, edge: object, tmp_path: Path) -> None:
    summary = edge(launch)  # type: ignore[operator]
    assert len(write_reports(summary, tmp_path)) >= 7
    for text in (terminal.render(summary), retest.render(summary, launch), retest.render(launch, summary)):
        assert "nan" not in text.lower().replace("finan", "")


def test_nothing_run_is_no_pass(launch: Summary) -> None:
    assert gate(empty(launch))["passed"] is False
    assert "INTERRUPTED: partial results" in markdown.render(empty(launch))


def test_a_run_without_prices_costs_unknown(launch: Summary) -> None:
    assert gate(priceless(launch))["total_usd"] is None
    text = terminal.render(priceless(launch), width=120)
    total = next(line for line in text.splitlines() if "the whole run" in line)
    assert "unknown" in total
    assert "$" not in total


def test_outcomes_of_failed_attempts_are_named_below_the_rungs(launch: Summary) -> None:
    """With a wrong key a report must not leave its reader with nothing but 100 % errors."""
    wrong = launch.rungs[0].model_copy(update={"outcomes": {"ok": 3, "rate_limited": 2, "client_error": 1_018}})
    (note,) = [note for note in rungs(launch.model_copy(update={"rungs": [wrong]})).notes if "ended as" in note]
    assert note == "attempts that ended as client_error: 1,018 at 1× single"


def test_a_remark_that_holds_for_every_row_names_none_of_them() -> None:
    assert noted([("a", "too few"), ("b", "too few"), ("c", "too few")]) == ("too few",)
    assert noted([("a", "too few"), ("b", "too few"), ("c", None)]) == ("too few (a, b)",)
    assert noted([("a", "too few")]) == ("too few (a)",)


def test_an_uncertain_price_is_a_caution_and_stands_in_the_register(launch: Summary) -> None:
    first = launch.prices[0] | {"verify": "from a reseller"}
    doubted = launch.model_copy(update={"prices": [first, *launch.prices[1:]]})
    assert f"The price of {first['model']} is uncertain: from a reseller." in headline(doubted).cautions
    assert prices(doubted).rows[0][-1].text.endswith("; VERIFY: from a reseller")
