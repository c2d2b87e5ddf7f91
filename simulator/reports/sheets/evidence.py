"""Where the workbook's numbers come from: the run, its verdict, the load generator's health, hashes, the command."""

from simulator.reports.headline import headline
from simulator.reports.sheets.sheet import Sheet
from simulator.reports.table import Table
from simulator.reports.tables.evidence import health, identity, reconciliation
from simulator.reports.tables.objectives import objectives
from simulator.reports.tables.predictions import predictions
from simulator.reports.tables.quality import judged
from simulator.reports.tables.registers import origins
from simulator.summary import Summary


def write(sheet: Sheet, summary: Summary) -> None:
    """Texts only, as in the report."""
    found = headline(summary)
    sheet.title("Evidence")
    sheet.put("verdict", found.word, look="warn" if found.tone != "good" else "text")
    sheet.put("in one sentence", found.sentence)
    sheet.put("the run itself", found.trust, look="text" if found.trusted else "warn")
    for caution in found.cautions:
        sheet.put("caution", caution)
    sheet.put("command", summary.run.command)
    tables = (objectives, predictions, health, reconciliation, origins, identity)
    for table in (*(make(summary) for make in tables), *judged(summary)):
        if table.rows:
            _table(sheet, table)


def _table(sheet: Sheet, table: Table) -> None:
    sheet.gap()
    sheet.title(table.title)
    sheet.heads(*(f"{c.title} ({c.provenance})" if c.provenance else c.title for c in table.columns))
    for row in table.rows:
        sheet.put(*(f"{cell.text} ({cell.provenance})" if cell.provenance else cell.text for cell in row))
    for note in table.notes:
        sheet.put(note, look="lead")
