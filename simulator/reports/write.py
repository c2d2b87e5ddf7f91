"""All reports of a run, each in its file."""

from pathlib import Path
from typing import Protocol

from simulator.registry import outside
from simulator.reports import focus, gate, html, junit, markdown, workbook
from simulator.reports.figures import figures, write_figures
from simulator.summary import Summary


class Report(Protocol):
    """A module that writes one file, from the summary and nothing else."""

    def write(self, summary: Summary, path: Path) -> None: ...


_REPORTS: dict[str, Report] = {
    "report.md": markdown,
    "report.xlsx": workbook,
    "focus.csv": focus,
    "junit.xml": junit,
    "gate.json": gate,
}
"""By file name. An outside package's entry point in `tenfold.reports` is named as its file; one of ours is replaced."""


def write_reports(summary: Summary, folder: Path) -> list[str]:
    """Write what is derived into a run directory; returns the names, relative to it."""
    summary.write(folder / "summary.json")
    charts = figures(summary)  # a second and more: drawn once for the page and for their own files
    html.write(summary, folder / "report.html", charts=charts)
    drawn = write_figures(summary, folder / "figures", charts=charts)
    reports: dict[str, Report] = _REPORTS | outside("simulator.reports")
    for name, report in reports.items():
        report.write(summary, folder / name)
    return ["summary.json", "report.html", *reports, *(f"figures/{path.name}" for path in drawn)]


def report_paths(folder: Path) -> list[str]:
    """The reports that a run directory holds, the one to open first."""
    return [
        str(folder / name)
        for name in ("report.html", "report.xlsx", "report.md", "focus.csv", "summary.json")
        if (folder / name).is_file()
    ]
