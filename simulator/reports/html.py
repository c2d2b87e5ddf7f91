"""report.html: one file that opens from a mail, prints, and works in the dark. No script, nothing fetched."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.reports.charts.chart import Chart
from simulator.reports.headline import headline, readiness, tiles
from simulator.reports.palette import variables
from simulator.reports.tables.breaks import breaks, first, multiplier_text
from simulator.reports.tables.claims import claims
from simulator.reports.tables.evidence import health, identity, reconciliation
from simulator.reports.tables.months import months
from simulator.reports.tables.objectives import objectives
from simulator.reports.tables.predictions import predictions
from simulator.reports.tables.quality import judged
from simulator.reports.tables.registers import assumptions, origins, prices
from simulator.reports.tables.rungs import matrix, rungs, tokens
from simulator.reports.tables.spend import meters, spend
from simulator.reports.tables.strategies import parts, strategies
from simulator.summary import Summary

if TYPE_CHECKING:
    from jinja2 import Template

_FOLDER = Path(__file__).parent


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["unbroken"] = _unbroken
    pages.filters["folding"] = _folding
    pages.filters["at"] = multiplier_text
    return pages.get_template("report.html.j2")


def _unbroken(text: str) -> str:
    """A figure keeps its unit on its line; an interval may start a new one."""
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("\N{NO-BREAK SPACE}[", " [")


def _folding(text: str) -> str:
    """`time_to_first_token` may fold behind an underscore; without that a narrow page cuts it anywhere."""
    from markupsafe import Markup, escape

    return Markup(str(escape(text)).replace("_", "_<wbr>"))  # noqa: S704  # escaped just now


def render(summary: Summary, *, charts: list[Chart]) -> str:
    """The page as text; the same summary and its pictures give the same bytes."""
    return _template().render(
        run=summary.run,
        started=f"{datetime.fromisoformat(summary.run.started_at).astimezone(UTC):%Y-%m-%d %H:%M} UTC",
        headline=headline(summary),
        readiness=readiness(summary),
        tiles=tiles(summary),
        broken=first(summary),
        breaks=breaks(summary),
        objectives=objectives(summary),
        claims=claims(summary),
        rungs=rungs(summary),
        tokens=tokens(summary),
        matrix=matrix(summary),
        spend=spend(summary),
        meters=meters(summary),
        strategies=strategies(summary),
        parts=parts(summary),
        judged=judged(summary),
        predictions=predictions(summary),
        months=months(summary),
        assumptions=assumptions(summary),
        prices=prices(summary),
        origins=origins(summary),
        reconciliation=reconciliation(summary),
        health=health(summary),
        identity=identity(summary),
        charts={chart.key: chart for chart in charts},
        style=variables() + (_FOLDER / "report.css").read_text(encoding="utf-8"),
    )


def write(summary: Summary, path: Path, *, charts: list[Chart]) -> None:
    """The page as a file in UTF-8."""
    path.write_text(render(summary, charts=charts), encoding="utf-8")
