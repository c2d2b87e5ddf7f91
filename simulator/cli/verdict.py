"""claim, compare, verify: is it true, is it better, is it still the same?"""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json, RunPath, scale
from simulator.errors import ExitCode
from simulator.units import scale_text, seconds_text, share_text, usd_text

StrategyName = Annotated[str | None, typer.Option("--strategy", help="Strategy that it is about.", show_default=False)]


@app.command()
def claim(
    text: Annotated[
        str, typer.Argument(help="As in 'saves 60-70% with 75% of requests on the small model'.", metavar="CLAIM")
    ],
    run: RunPath,
    strategy: StrategyName = None,
    at: Annotated[
        str | None, typer.Option("--scale", help="Scale that it is about.", show_default="the smallest")
    ] = None,
    as_json: Json = False,
) -> int:
    """Does a claimed saving hold for this traffic, by how much, and what would flip it?"""
    from simulator.comparison.claimed import check
    from simulator.derive import derive
    from simulator.verdicts.claims import Claim

    claimed = Claim.parse(text)
    found = check(
        claimed, derive(run).comparison, strategy=strategy, scale=None if at is None else scale("--scale", at)
    )
    if as_json:
        print(found.model_dump_json(indent=1))
    else:
        print(f"{found.outcome}: {found.claim}")
        for clause in found.clauses:
            print(f"  {clause.name}: {clause.outcome}; claimed {clause.claimed}; {clause.says}")
        for flip in found.flips:
            print(f"  would turn it: {flip.says}")
    return ExitCode.PASS if found.outcome == "holds" else ExitCode.FAILED


@app.command()
def compare(
    run: RunPath,
    after: Annotated[
        Path | None,
        typer.Argument(help="A later run: what became better or worse.", metavar="[RUN]", show_default=False),
    ] = None,
    as_json: Json = False,
) -> int:
    """The strategies of a run side by side on identical arrivals; with a second run, what moved between the two."""
    from simulator.derive import derive
    from simulator.reports import difference

    if after is not None:
        print(difference.render(derive(run), derive(after)))
        return 0
    found = derive(run).comparison
    if as_json:
        print(found.model_dump_json(indent=1))
        return 0
    for one in found.contenders:
        saving = one.saving.total if one.saving else None
        said = "baseline" if saving is None or saving.value is None else f"saves {share_text(saving.value)}"
        if saving is not None and saving.low is not None:
            said += f" [{share_text(saving.low)}, {share_text(saving.high)}]"
        each = f"{usd_text(one.cost_per_answered)} an answer"
        late = f"response p95 {seconds_text(one.response_p95)} · not answered {share_text(one.error_share)}"
        print(f"{scale_text(one.scale):>5} {one.strategy:<16} {each:<22} {said:<32} {late}")
        if one.note:
            print(f"{'':>6}{one.note}")
    return 0


@app.command()
def verify(run: RunPath, as_json: Json = False) -> int:
    """Is every file of a run as it was recorded, and does every derived one come out the same again?"""
    from simulator.derive import derive
    from simulator.reports.write import write_reports
    from simulator.run.directory import RunDirectory
    from simulator.run.verification import verify as verified

    directory = RunDirectory.open(run)

    def rebuild(folder: Path) -> list[str]:
        return write_reports(derive(directory.path), folder)

    found = verified(directory, rebuild=rebuild)
    if as_json:
        print(found.model_dump_json(indent=1))
    else:
        for file in found.files:
            if file.outcome != "same":
                print(f"{file.outcome}: {file.path}")
        for name, moved in found.other_versions.items():
            print(f"other version: {name} {moved}")
        print(f"{found.run}: {'every file is as recorded' if found.holds else 'not as recorded'}")
    return ExitCode.PASS if found.holds else ExitCode.FAILED
