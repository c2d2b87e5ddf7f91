"""The pictures."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

from simulator.reports.charts.chart import Chart
from simulator.reports.figures import figures, write_figures
from simulator.reports.palette import DARK, INK, LIGHT, SERIES
from simulator.summary import Summary

Draw = Callable[[Summary], list[Chart]]


def test_a_whole_run_has_nine_pictures(launch: Summary, charts: Draw) -> None:
    assert [chart.key for chart in charts(launch)] == [
        "breaks",
        "settled",
        "latency-time-to-first-token",
        "latency-response-time",
        "timeline",
        "month-fan",
        "tornado",
        "strategy-cost",
        "saving-parts",
    ]


def test_a_picture_without_data_is_left_out(interrupted: Summary, charts: Draw) -> None:
    keys = {chart.key for chart in charts(interrupted)}
    assert keys == {"settled", "latency-time-to-first-token", "latency-response-time", "strategy-cost"}


def test_files_are_svg_that_stands_alone(summary: Summary, charts: Draw) -> None:
    for chart in charts(summary):
        root = ET.fromstring(chart.file())
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.find("{http://www.w3.org/2000/svg}title") is not None


def test_pictures_are_the_same_byte_for_byte(launch: Summary, charts: Draw) -> None:
    assert [chart.drawing for chart in figures(launch)] == [chart.drawing for chart in charts(launch)]


def test_each_picture_becomes_a_file(launch: Summary, charts: Draw, tmp_path: Path) -> None:
    written = write_figures(launch, tmp_path / "figures", charts=charts(launch))
    assert [path.stem for path in written] == [chart.key for chart in charts(launch)]


def test_all_colours_come_from_the_page(launch: Summary, charts: Draw) -> None:
    for chart in charts(launch):
        for sentinel in (INK, *SERIES):
            assert sentinel not in chart.drawing
        used = set(re.findall(r"var\(--([a-z0-9-]+)\)", chart.drawing))
        assert used <= set(LIGHT) == set(DARK)


def test_those_who_cannot_see_it_get_the_figures(launch: Summary, charts: Draw) -> None:
    for chart in charts(launch):
        assert 'role="img"' in chart.drawing
        assert len(chart.description) > 60
        assert chart.table.rows


def test_titles_state_findings(launch: Summary, charts: Draw) -> None:
    titles = {chart.key: chart.title for chart in charts(launch)}
    assert titles["settled"] == "At 10× single, 54 % of the planned requests are answered; 38.4 % are refused"
    assert titles["latency-time-to-first-token"] == "Time to first token misses its objective: single at 10×"
    assert titles["month-fan"] == ("2026-12: over the budget: single from 10× ($57,643), routed from 10× ($24,837)")


def test_infinity_is_drawn_and_named(launch: Summary, charts: Draw) -> None:
    drawing = next(chart.drawing for chart in charts(launch) if chart.key == "latency-time-to-first-token")
    assert "p95, p99: ∞, not answered" in drawing


def test_an_invalid_run_does_not_judge_latency_in_pictures_either(invalid: Summary, charts: Draw) -> None:
    titles = [chart.title for chart in charts(invalid) if chart.key.startswith("latency")]
    assert all("not judged" in title for title in titles)


def contrast(first: str, second: str) -> float:
    """WCAG contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_and_series_can_be_read_on_both_papers() -> None:
    for colours in (LIGHT, DARK):
        for name in ("ink", "muted", "good", "bad", "warn"):
            assert contrast(colours[name], colours["paper"]) >= 4.5
        for name in (name for name in colours if name.startswith("series")):
            assert contrast(colours[name], colours["paper"]) >= 4
