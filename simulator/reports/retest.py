"""The retest after a fix: is it fixed now, what moved besides, and what else was not equal. For people and programs."""

import math
from typing import TYPE_CHECKING, Any

from simulator.reports.difference import WORDS, Figure, breaks, figures, judged, pairs, unlike
from simulator.reports.headline import headline
from simulator.reports.markdown import plain, section
from simulator.reports.table import Cell, Column, Table
from simulator.reports.tables.objectives import judgement_text
from simulator.reports.terminal import say, show_table
from simulator.summary import Summary
from simulator.units import scale_text
from simulator.verdicts.objectives import Judgement

if TYPE_CHECKING:
    from rich.console import Console

EQUAL = "Same inputs, traffic, seed, target, prices and versions."


def render(before: Summary, after: Summary) -> str:
    """GitHub-flavoured markdown."""
    cautions = "".join(f"\n> - {plain(caution)}" for caution in unlike(before, after))
    parts = [
        f"## {plain(before.run.id)} → {plain(after.run.id)}",
        f"{plain(_verdict(before))} → {plain(_verdict(after))}",
        "\n".join(f"- {plain(line)}" for line in answer(before, after)),
        f"> Not everything else was equal:{cautions}" if cautions else EQUAL,
        *map(section, tables(before, after)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def show(before: Summary, after: Summary, console: "Console") -> None:
    """The same on a terminal."""
    say(console, f"{before.run.id} → {after.run.id}", "bold")
    say(console, f"{_verdict(before)} → {_verdict(after)}")
    for line in answer(before, after):
        say(console, line)
    cautions = unlike(before, after)
    say(console, "not everything else was equal:" if cautions else EQUAL, "yellow" if cautions else "")
    for caution in cautions:
        say(console, caution, "yellow", indent=1)
    for table in tables(before, after):
        show_table(table, console)


def tables(before: Summary, after: Summary) -> tuple[Table, ...]:
    """What moved: objectives, figures, and what breaks first."""
    return outcomes(before, after), _told(figures(before, after)), breaks(before, after)


def facts(before: Summary, after: Summary) -> dict[str, Any]:
    """The same for a program; figures in seconds, shares and dollars, null where they are not known or infinite."""
    moved = [
        {"figure": new.name, "strategy": new.strategy, "scale": new.scale, "judged": judged(old, new)}
        | {"before": _plain(old), "after": _plain(new)}
        for old, new in pairs(before, after)
    ]
    return {"objectives": changes(before, after), "not_equal": unlike(before, after), "figures": moved}


def _plain(one: Figure) -> dict[str, Any]:
    numbers = {"value": one.value, "low": one.low, "high": one.high}
    finite = {name: value if value is None or math.isfinite(value) else None for name, value in numbers.items()}
    return finite | {"provenance": one.provenance}


def answer(before: Summary, after: Summary) -> list[str]:
    """Is it fixed now? A line for each kind of change that there was: `fixed: refused < 1% (single at 10×)`."""
    lines = [f"{word}: {', '.join(names)}" for word, names in changes(before, after).items() if names]
    old, new = _outcomes(before), _outcomes(after)
    passing = sum(key in new and old[key].outcome == new[key].outcome == "pass" for key in old)
    return [*lines, f"passing in both: {passing} of the {len(old)} that were judged before"]


def changes(before: Summary, after: Summary) -> dict[str, list[str]]:
    """Objectives by what became of them, as `refused < 1% (single at 10×)`; passing twice is not worth a word."""
    old, new = _outcomes(before), _outcomes(after)
    both = [(key, old[key].outcome, new[key].outcome) for key in old if key in new]
    names = {key: f"{key[0]} ({key[1]} at {scale_text(key[2])})" for key in (*old, *new)}
    apart = dict.fromkeys(f"{name} at {scale_text(scale)}" for _, name, scale in old.keys() ^ new.keys())
    return {
        "fixed": [names[key] for key, was, now in both if (was, now) == ("fail", "pass")],
        "broken": [names[key] for key, was, now in both if (was, now) == ("pass", "fail")],
        "still failing": [names[key] for key, was, now in both if (was, now) == ("fail", "fail")],
        "no data in one of them": [names[key] for key, was, now in both if was != now and "no data" in (was, now)],
        "run in only one of them": sorted(apart),
    }


def _outcomes(summary: Summary) -> dict[tuple[str, str, float], Judgement]:
    return {(one.objective, one.strategy, one.scale): one for one in summary.objectives}


def outcomes(before: Summary, after: Summary) -> Table:
    """Objectives of both runs whose outcome is another one; no data is neither better nor worse."""
    old, new = _outcomes(before), _outcomes(after)
    rows = []
    for key in (key for key in old if key in new and old[key].outcome != new[key].outcome):
        sides = (old[key].outcome, new[key].outcome)
        change = {("fail", "pass"): "better", ("pass", "fail"): "worse"}.get(sides, "changed")
        texts = (judgement_text(old[key]), judgement_text(new[key]))
        rows.append(
            (Cell(key[0]), Cell(key[1]), Cell(scale_text(key[2])), *map(Cell, texts), Cell(change, WORDS[change]))
        )
    heads = ("objective", "strategy", "scale", "before", "after", "")
    return Table("Objectives that changed", tuple(map(Column, heads)), tuple(rows))


def _told(table: Table) -> Table:
    """Only the rows in which something moved, and how many did not."""
    moved = tuple(row for row in table.rows if row[-1].text not in ("same", "noise"))
    still = len(table.rows) - len(moved)
    return Table(table.title, table.columns, moved, (f"{still} more figures are the same or noise.", *table.notes))


def _verdict(summary: Summary) -> str:
    found = headline(summary)
    return f"{found.word} (run {summary.run.verdict})"
