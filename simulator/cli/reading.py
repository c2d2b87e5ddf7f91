"""report, breaks: what reads a run that is already there."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json, RunPath, day
from simulator.errors import BadInput

At = Annotated[
    str | None,
    typer.Option("--at", help="Bill at the prices of this day.", metavar="YYYY-MM-DD", show_default="the run's"),
]
Prices = Annotated[
    Path | None,
    typer.Option("--prices", help="Bill with this price book.", metavar="FILE", show_default="the run's rates"),
]
Judged = Annotated[
    Path | None,
    typer.Option(
        "--labels", help="Judgements to keep: request_id, model, quality[, segment, score]; JSONL, CSV.", metavar="FILE"
    ),
]


@app.command()
def report(run: RunPath, prices: Prices = None, at: At = None, labels: Judged = None, as_json: Json = False) -> int:
    """Write a run's reports anew from its rows, a killed one's too.

    With --prices or --at the figures are only shown: the run's files keep what it cost. With --labels its answers were
    judged since: the file joins the run's inputs, and its claims and strategies are held against it.
    """
    from rich.console import Console

    from simulator.launch.launch import finish, judged
    from simulator.reports.terminal import show
    from simulator.reports.write import report_paths

    if labels and (prices or at):
        raise BadInput("--labels is kept with the run, --prices and --at are only shown: give one of them")
    if labels:
        judged(run, labels)
    finished = finish(run, prices=prices, at=day(at))
    if as_json:
        print(finished.summary.model_dump_json(indent=1))
    else:
        show(finished.summary, Console(), paths=[] if prices or at else report_paths(finished.path))
    return finished.exit_code


@app.command()
def breaks(run: RunPath, as_json: Json = False) -> int:
    """What breaks, in the order in which growing traffic meets it."""
    from simulator.derive import derive
    from simulator.reports.tables.breaks import multiplier_text

    found = derive(run).breaks
    if as_json:
        print("[" + ",\n".join(one.model_dump_json() for one in found) + "]")
        return 0
    for number, one in enumerate(found, 1):
        print(f"{number}. {multiplier_text(one)} {one.strategy}: {one.title}, {one.provenance}")
        print(f"   {one.evidence}" + (f"\n   {one.costs}" if one.costs else ""))
        print(f"   try: {one.fix}" + (f"\n   test it: {one.verify}" if one.verify else ""))
    if not found:
        print("nothing breaks up to the largest scale that was run or projected")
    return 0
