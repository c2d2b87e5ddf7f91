"""All reports of a run, each in its file."""

from pathlib import Path

from simulator.reports import focus, gate, html, junit, markdown, workbook
from simulator.reports.figures import figures, write_figures
from simulator.summary import Summary


def write_reports(summary: Summary, folder: Path) -> list[str]:
    """Write what is derived into a run directory; returns the names, relative to it."""
    summary.write(folder / "summary.json")
    charts = figures(summary)  # a second and more: drawn once for the page and for their own files
    html.write(summary, folder / "report.html", charts=charts)
    markdown.write(summary, folder / "report.md")
    drawn = write_figures(summary, folder / "figures", charts=charts)
    workbook.write(summary, folder / "report.xlsx")
    focus.write(summary, folder / "focus.csv")
    junit.write(summary, folder / "junit.xml")
    gate.write(summary, folder / "gate.json")
    written = ["summary.json", "report.html", "report.md", "report.xlsx", "focus.csv", "junit.xml", "gate.json"]
    return [*written, *(f"figures/{path.name}" for path in drawn)]


def report_paths(folder: Path) -> list[str]:
    """The reports that a run directory holds, the one to open first."""
    return [
        str(folder / name)
        for name in ("report.html", "report.xlsx", "report.md", "focus.csv", "summary.json")
        if (folder / name).is_file()
    ]
