"""All reports of a run, each in its file."""

from pathlib import Path

from simulator.reports import focus, html, markdown, workbook
from simulator.reports.figures import write_figures
from simulator.summary import Summary


def write_reports(summary: Summary, folder: Path) -> list[str]:
    """Write what is derived into a run directory; returns the names, relative to it."""
    summary.write(folder / "summary.json")
    html.write(summary, folder / "report.html")
    markdown.write(summary, folder / "report.md")
    (folder / "figures").mkdir(exist_ok=True)
    figures = write_figures(summary, folder / "figures")
    workbook.write(summary, folder / "report.xlsx")
    focus.write(summary, folder / "focus.csv")
    written = ["summary.json", "report.html", "report.md", "report.xlsx", "focus.csv"]
    return [*written, *(f"figures/{path.name}" for path in figures)]


def report_paths(folder: Path) -> list[str]:
    """The reports that a run directory holds, the one to open first."""
    return [
        str(folder / name)
        for name in ("report.html", "report.xlsx", "report.md", "focus.csv", "summary.json")
        if (folder / name).is_file()
    ]
