"""The launch, the months and the budget as they are written in a scenario."""

from datetime import date
from decimal import Decimal

import pytest

from simulator.errors import InvalidFile
from simulator.scenario.projection import Budget, Launch, ProjectionPlan
from simulator.yamlfile import FileModel, parse


class File(FileModel):
    launch: Launch
    budget: Budget | None = None
    projection: ProjectionPlan = ProjectionPlan()


LAUNCH = "launch: {starts: 2026-12-01, sessions_per_day: 30k, weekend: 57%, growth: 8%/month}\n"


def test_the_blocks_of_a_scenario() -> None:
    file = parse(LAUNCH + "budget: $6,000/month\nprojection: {scales: [1x, 10x], months: 2}\n", File, name="s.yaml")
    assert file.launch == Launch(
        starts=date(2026, 12, 1), sessions_per_day=30_000, weekend=0.57, growth="8%/month", uncertainty=0.2
    )
    assert file.budget == Decimal(6000)
    assert file.projection == ProjectionPlan(scales=[1, 10], months=2)


def test_hours_are_weights_of_a_day() -> None:
    hours = "[" + ", ".join(["0.5"] * 12 + ["2"] * 12) + "]"
    launch = parse(LAUNCH.replace("growth:", f"hours: {hours}, growth:"), File, name="s.yaml").launch
    assert launch.hours == (0.5,) * 12 + (2.0,) * 12


@pytest.mark.parametrize("hours", ["[1, 2]", "busy", "[" + "0, " * 23 + "0]", "[-1" + ", 1" * 23 + "]"])
def test_hours_that_are_none(hours: str) -> None:
    with pytest.raises(InvalidFile, match=r"s\.yaml:1:\d+: launch\.hours: (write 24 weights|weights must be 0)"):
        parse(LAUNCH.replace("growth:", f"hours: {hours}, growth:"), File, name="s.yaml")


def test_a_weekend_may_be_busier_than_a_weekday() -> None:
    assert parse(LAUNCH.replace("57%", "130%"), File, name="s.yaml").launch.weekend == 1.3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LAUNCH + "budget: $6,000\n", "s.yaml:2:9: budget: '$6,000' is not a budget; write $6,000/month"),
        (LAUNCH.replace("30k", "0"), "launch.sessions_per_day: must be more than 0, got 0"),
        (LAUNCH.replace("2026-12-01", "soon"), "launch.starts: "),
        (LAUNCH + "projection: {scales: []}\n", "projection.scales: "),
    ],
)
def test_a_block_that_cannot_be_is_named_with_its_place(text: str, says: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        parse(text, File, name="s.yaml")
    assert says in str(caught.value)
