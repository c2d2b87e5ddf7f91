"""report.md: short enough for a pull request or a CI summary; the page and summary.json have the rest."""

import re
from pathlib import Path

from simulator.reports.headline import Headline, headline, readiness
from simulator.reports.table import Table
from simulator.reports.tables.breaks import breaks
from simulator.reports.tables.claims import claims
from simulator.reports.tables.months import headline as month
from simulator.reports.tables.objectives import objectives
from simulator.reports.tables.predictions import predictions
from simulator.reports.tables.quality import judged
from simulator.reports.tables.spend import spend
from simulator.reports.tables.strategies import strategies
from simulator.summary import Summary

MARKER = "<!-- tenfold -->"
"""First line, by which a bot finds its own comment to update it in place."""


def render(summary: Summary) -> str:
    """GitHub-flavoured markdown; the same summary gives the same bytes."""
    found = headline(summary)
    parts = [
        MARKER,
        f"## {plain(found.word)}: {plain(summary.run.scenario)}",
        plain(found.sentence),
        plain(found.money),
        _trust(found),
        _readiness(summary),
        *(
            section(table)
            for table in (breaks(summary), objectives(summary).brief(), claims(summary), month(summary).brief())
        ),
        *(
            section(table.brief())
            for table in (strategies(summary), *judged(summary), predictions(summary), spend(summary))
        ),
        f"Reproduce: {code(summary.run.command)}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write(summary: Summary, path: Path) -> None:
    """The summary as a file in UTF-8."""
    path.write_text(render(summary), encoding="utf-8")


def plain(text: str) -> str:
    """Text that stays text: no markup, no table cell, no mention, no line of its own."""
    text = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|~#$])", r"\\\1", text).replace("@", "&#64;")


def code(text: str) -> str:
    """A span of code that holds whatever is in it: the fence is longer than any run of backticks inside."""
    line = " ".join(text.split())
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"{fence}{line}{fence}"


def section(table: Table) -> str:
    """A heading, the table, its notes; nothing for a table without rows and notes."""
    notes = "\n".join(f"- {plain(note)}" for note in table.notes)
    if not table.rows:
        return f"### {plain(table.title)}\n\n{notes}" if notes else ""
    heads = [plain(f"{c.title} ({c.provenance})" if c.provenance else c.title) for c in table.columns]
    rules = ["--:" if column.numeric else "---" for column in table.columns]
    rows = [[plain(f"{c.text} ({c.provenance})" if c.provenance else c.text) for c in row] for row in table.rows]
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, rules, *rows)]
    return f"### {plain(table.title)}\n\n" + "\n".join(lines) + (f"\n\n{notes}" if notes else "")


def _trust(found: Headline) -> str:
    cautions = "".join(f"\n> - {plain(caution)}" for caution in found.cautions)
    return f"> {'**' * (not found.trusted)}{plain(found.trust)}{'**' * (not found.trusted)}" + (
        f"\n>{cautions}" if cautions else ""
    )


def _readiness(summary: Summary) -> str:
    lines = (
        f"- **{plain(strategy)}**: " + " · ".join(f"{plain(label)} {plain(cell.text)}" for label, cell in chips)
        for strategy, chips in readiness(summary)
    )
    return "\n".join(lines)
