"""claim, verify: is it true, is it still the same?"""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json, RunPath, scale
from simulator.errors import ExitCode

StrategyName = Annotated[str | None, typer.Option("--strategy", help="Strategy that it is about.", show_default=False)]


@app.command()
def claim(
    text: Annotated[
        str, typer.Argument(help="As in 'saves 60-70% with 75% of requests on the small model'.", metavar="CLAIM")
    ],
    run: RunPath,
    strategy: StrategyName = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels", help="Judgements: request_id, model, quality[, segment]; JSONL or CSV.", metavar="FILE"
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--scale", help="Scale that it is about.", show_default="the smallest")
    ] = None,
    as_json: Json = False,
) -> int:
    """Does a claimed saving hold, and what would flip it?"""
    from simulator.cli.verdict_text import claim_lines
    from simulator.derive.judgements import claim_verdict
    from simulator.verdicts.claims import Claim

    factor = None if at is None else scale("--scale", at)
    found = claim_verdict(run, Claim.parse(text), strategy=strategy, scale=factor, labels=labels)
    print(found.model_dump_json(indent=1) if as_json else "\n".join(claim_lines(found)))
    return ExitCode.PASS if found.outcome == "holds" else ExitCode.FAILED


@app.command()
def verify(run: RunPath, as_json: Json = False) -> int:
    """Is every file of a run as it was recorded?

    And does every derived one come out the same again?
    """
    from simulator.cli.verdict_text import verification_lines
    from simulator.launch.launch import verify as verified

    found = verified(run)
    print(found.model_dump_json(indent=1) if as_json else "\n".join(verification_lines(found)))
    return ExitCode.PASS if found.holds else ExitCode.FAILED
