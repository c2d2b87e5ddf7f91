"""What Python computed and a spreadsheet cannot: quantiles from resampled sessions, and the tornado."""

from simulator.reports.sheets.sheet import Number, Sheet
from simulator.reports.tables.months import headline_month, tornado_scale
from simulator.summary import Summary
from simulator.units import scale_text


def write(sheet: Sheet, summary: Summary) -> None:
    """Values, as in the report: they do not follow the inputs."""
    sheet.title("Bands", "Values as computed by the run, at the inputs as delivered; intervals resample sessions.")
    sheet.heads(
        "month",
        "scale",
        "strategy",
        "P10",
        "P50",
        "P90",
        "chance over budget",
        "budget spent on",
        "refused by known limits in the busy hour",
        "refused over the month",
        freeze=True,
    )
    for month in summary.projection.months:
        sheet.put(
            month.month,
            Number(month.scale, "scale"),
            month.strategy,
            Number("no interval" if month.p10 is None else month.p10),
            Number(month.p50),
            Number("no interval" if month.p90 is None else month.p90),
            Number(month.chance_over_budget, "share"),
            "" if month.budget_spent_on is None else month.budget_spent_on.isoformat(),
            Number(month.capped_share, "share"),
            Number(month.capped_month_share, "share"),
        )
    sheet.gap()
    sheet.title(f"One assumption moved at a time: {headline_month(summary)} at {scale_text(tornado_scale(summary))}")
    sheet.heads("strategy", "assumption", "low end", "the month then", "high end", "the month then")
    for strategy, rows in summary.projection.tornado.items():
        for row in rows:
            sheet.put(strategy, row.assumption, row.low_label, Number(row.low), row.high_label, Number(row.high))
