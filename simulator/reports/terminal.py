"""The report on a terminal: verdict, rungs, objectives, what breaks first, spend, paths. Reads well when piped, too."""

import io
from collections.abc import Iterable
from textwrap import fill
from typing import TYPE_CHECKING

from simulator.reports.headline import headline
from simulator.reports.table import Table, Tone
from simulator.reports.tables.breaks import first, multiplier_text
from simulator.reports.tables.claims import claims
from simulator.reports.tables.evidence import reconciliation
from simulator.reports.tables.months import headline as month
from simulator.reports.tables.objectives import objectives
from simulator.reports.tables.predictions import predictions
from simulator.reports.tables.quality import judged
from simulator.reports.tables.rungs import matrix, rungs
from simulator.reports.tables.spend import spend
from simulator.reports.tables.strategies import strategies
from simulator.summary import Summary

if TYPE_CHECKING:
    from rich.console import Console

STYLES: dict[Tone, str] = {"plain": "", "good": "green", "bad": "bold red", "warn": "yellow", "muted": "dim"}
ROOMY = 140
"""Columns from which the detail fits."""
_NAME = 10
"""A longer name may be folded where there is little room; a figure never is."""


def render(summary: Summary, *, width: int = 100) -> str:
    """What `show` prints, as text without colours."""
    from rich.console import Console

    sheet = io.StringIO()
    show(summary, Console(file=sheet, width=width, color_system=None, force_terminal=False, legacy_windows=False))
    return "".join(f"{line.rstrip()}\n" for line in sheet.getvalue().splitlines())


def show(summary: Summary, console: "Console", *, paths: Iterable[str] = ()) -> None:
    """Print the report; `paths` are the files written, named last."""
    _verdict(summary, console)
    for table in (rungs(summary), objectives(summary), claims(summary)):
        show_table(table, console)
    _breaks(summary, console)
    for table in (spend(summary), matrix(summary), strategies(summary), *judged(summary), predictions(summary)):
        show_table(table, console)
    show_table(month(summary), console)
    _ending(summary, console, paths)


def say(console: "Console", text: str, style: str = "", *, indent: int = 0) -> None:
    """Text as it is: names with brackets are not markup, and a wrapped line keeps its indent."""
    from rich.text import Text

    lines = fill(
        text,
        width=console.width,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
        break_long_words=False,
    )
    console.print(Text(lines, style=style), soft_wrap=True)


def _whole(console: "Console", line: str, style: str = "") -> None:
    """A line with a command to copy: however long, never broken."""
    from rich.text import Text

    console.print(Text(line, style=style), soft_wrap=True)


def _heading(console: "Console", title: str) -> None:
    console.print()
    say(console, title.upper(), "bold")


def _verdict(summary: Summary, console: "Console") -> None:
    found = headline(summary)
    say(console, f"{found.word}: {summary.run.scenario}", STYLES[found.tone])
    say(console, found.sentence)
    if found.money:
        say(console, found.money)
    say(console, found.trust, "" if found.trusted else "yellow")
    for caution in found.cautions:
        say(console, f"! {caution}", "yellow")


def show_table(table: Table, console: "Console") -> None:
    """As wide as the console allows: detail columns and bounds only where they fit."""
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    if not table.rows:
        return
    _heading(console, table.title)
    fitting = table if console.width >= ROOMY else table.brief()
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for index, column in enumerate(fitting.columns):
        title = f"{column.title}\n{column.provenance}" if column.provenance else column.title
        words = [len(word) for text in (title, *(row[index].text for row in fitting.rows)) for word in text.split()]
        least = max(words) if column.numeric else min(max(words), _NAME)
        grid.add_column(Text(title), justify="right" if column.numeric else "left", overflow="fold", min_width=least)
    for row in fitting.rows:
        texts = ((f"{cell.text} {cell.provenance}" if cell.provenance else cell.text, cell.tone) for cell in row)
        grid.add_row(*(Text(text, style=STYLES[tone]) for text, tone in texts))
    console.print(grid)
    for note in fitting.notes:
        say(console, note, "dim", indent=1)


def _breaks(summary: Summary, console: "Console") -> None:
    _heading(console, "The three things that break first")
    if not summary.breaks:
        say(console, "Nothing that breaks was found in what was run.", indent=1)
    for number, found in enumerate(first(summary), 1):
        say(
            console, f"{number}  {multiplier_text(found)}  {found.title} ({found.strategy}), {found.provenance}", "bold"
        )
        for line in filter(None, (found.evidence, found.costs, f"→ {found.fix}")):
            say(console, line, indent=3)
        if found.verify:
            _whole(console, f"   → {found.verify}")


def _ending(summary: Summary, console: "Console", paths: Iterable[str]) -> None:
    _heading(console, "Reconciliation")
    books = reconciliation(summary)
    for equation, left, right, holds in books.rows:
        say(console, f"{holds.text}: {equation.text} ({left.text}; {right.text})", STYLES[holds.tone], indent=1)
    for note in books.notes:
        say(console, note, STYLES["bad"], indent=1)
    console.print()
    for path in paths:
        console.print(path, markup=False, highlight=False, soft_wrap=True)
    _whole(console, f"exit code {summary.run.exit_code}; again: {summary.run.command}", "dim")
