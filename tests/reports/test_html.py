"""The page."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from simulator.reports.charts.chart import Chart
from simulator.reports.html import render
from simulator.reports.table import Cell
from simulator.reports.tables.months import months
from simulator.reports.tables.rungs import tokens
from simulator.reports.tables.spend import meters
from simulator.summary import Summary
from simulator.units import usd_text

Draw = Callable[[Summary], str]
VOID = {"meta", "br", "wbr", "path", "use", "rect", "link"}


class Page(HTMLParser):
    """Tags that were opened and not closed, ids, and everything that could be fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.fetched: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self._attributes(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._attributes(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def _attributes(self, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href", "action")]


def parsed(text: str) -> Page:
    found = Page()
    found.feed(text)
    found.close()
    return found


def test_every_summary_makes_a_well_formed_page(summary: Summary, page: Draw) -> None:
    found = parsed(page(summary))
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))


def test_nothing_is_fetched_and_nothing_runs(summary: Summary, page: Draw) -> None:
    text = page(summary)
    assert [target for target in parsed(page(summary)).fetched if not target.startswith("#")] == []
    assert re.findall(r"url\((?!#)", text) == []
    assert "<script" not in text
    assert "@import" not in text


def test_the_same_summary_gives_the_same_bytes(
    launch: Summary, page: Draw, charts: Callable[[Summary], list[Chart]]
) -> None:
    again = Summary.model_validate_json(launch.model_dump_json())
    assert page(launch) == render(again, charts=charts(launch))


def test_sections_stand_in_reading_order(launch: Summary, page: Draw) -> None:
    text = page(launch)
    order = [
        "7 of 24 objectives fail",
        'class="tile"',
        "The three things that break first",
        "<h2>Objectives",
        "<h2>What happened",
        "<h2>What the test cost",
        "<h2>Strategies compared",
        "<h2>The month",
        "<h2>Assumptions and prices",
        "<h2>Reconciliation",
        "<h2>Method",
        "<h2>Reproduce",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_hostile_names_stay_text(hostile: Summary, page: Draw) -> None:
    text = page(hostile)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.parametrize("badge", ["measured", "priced", "extrapolated", "assumed"])
def test_all_four_provenances_are_shown(launch: Summary, page: Draw, badge: str) -> None:
    assert f'<span class="badge {badge}">{badge}</span>' in page(launch)


@pytest.mark.parametrize("title", ["chance over", "refused by limits"])
def test_shares_of_a_month_say_where_they_come_from(launch: Summary, title: str) -> None:
    (column,) = (column for column in months(launch).columns if column.title == title)
    assert column.provenance == "extrapolated"


def test_a_hundredfold_is_never_called_measured(launch: Summary, page: Draw) -> None:
    text = page(launch)
    assert "100×: beyond anything that was run; extrapolated, never measured." in text
    assert "never run:" in text


def test_an_invalid_run_is_not_judged(invalid: Summary, page: Draw) -> None:
    text = page(invalid)
    assert "RUN NOT VALID (CLIENT-LIMITED)" in text
    assert "latency is not judged, cost still is" in text
    assert "recorded, not judged" in text
    assert ">not judged</b>" in text


def test_unknown_money_is_never_nothing(unpriced: Summary, page: Draw) -> None:
    text = page(unpriced)
    assert '<td class="n warn">unknown</td>' in text
    assert "every total that contains them is a lower bound" in text


def test_interrupted_without_projection_still_reads(interrupted: Summary, page: Draw) -> None:
    text = page(interrupted)
    assert "There is no projection." in text
    assert "Nothing to compare: fewer than two strategies were run." in text


def test_each_thing_that_breaks_has_its_command_as_one_that_can_be_copied(launch: Summary, page: Draw) -> None:
    """Six columns of prose hid it, and on a telephone the last three were outside the page."""
    commands = [found.verify for found in launch.breaks[:3] if found.verify]
    assert commands
    assert re.findall(r"<dd><code>(.*?)</code></dd>", page(launch)) == commands


def test_tokens_and_dollars_are_told_by_model_and_by_meter(launch: Summary) -> None:
    """Both stood in summary.json, where nobody looks for the quota that ran out or for what a prompt costs."""
    used = tokens(launch)
    assert [column.title for column in used.columns][2:] == [
        *("model", "attempts", "input", "of it from cache", "output", "requests left", "tokens left")
    ]
    refused = next(row for row in used.rows if (row[0].text, row[1].text) == ("10×", "single"))
    assert (refused[2].text, refused[-2].text, refused[-1]) == ("gpt-4o", "unknown", Cell("0", "bad"))
    first = meters(launch).rows[0]
    assert [cell.text for cell in first] == ["1×", "single", usd_text(launch.costs[0].by_meter["input_tokens"])]
    assert meters(launch.model_copy(update={"costs": []})).rows == ()


def test_a_long_word_folds_behind_an_underscore(launch: Summary, page: Draw) -> None:
    """On a telephone it read `time_to_first_t` and, below, `oken`."""
    assert ">p(95) time_<wbr>to_<wbr>first_<wbr>token &lt; 2s<" in page(launch)
