"""All pictures of a report, in reading order, and as files of their own."""

from pathlib import Path

from simulator.reports.charts import fan, frontier, ladder, latency, settled, strategies, timeline, tornado
from simulator.reports.charts.chart import Chart
from simulator.summary import Summary


def figures(summary: Summary) -> list[Chart]:
    """What this summary has figures for; a picture without data is left out rather than drawn empty."""
    drawn = (
        ladder.draw(summary),
        settled.draw(summary),
        latency.draw(summary, "time_to_first_token"),
        latency.draw(summary, "response_time"),
        timeline.draw(summary),
        fan.draw(summary),
        tornado.draw(summary),
        strategies.draw(summary),
        strategies.draw_parts(summary),
        frontier.draw(summary),
    )
    return [chart for chart in drawn if chart is not None]


def write_figures(summary: Summary, folder: Path, *, charts: list[Chart] | None = None) -> list[Path]:
    """One `<key>.svg` per picture into `folder`, made where it is missing; the same summary gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for chart in figures(summary) if charts is None else charts:
        path = folder / f"{chart.key}.svg"
        path.write_text(chart.file(), encoding="utf-8")
        written.append(path)
    return written
