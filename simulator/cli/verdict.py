"""claim, compare, verify: is it true, is it better, is it still the same?"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json, RunPath, scale, share
from simulator.errors import BadInput, ExitCode
from simulator.units import scale_text, seconds_text, share_text, usd_text

if TYPE_CHECKING:
    from simulator.comparison import Comparison
    from simulator.verdicts.clauses import SegmentQuality

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
    """Does a claimed saving hold for this traffic, by how much, and what would flip it?"""
    from simulator.comparison.claimed import check
    from simulator.derive import derive
    from simulator.verdicts.claims import Claim

    claimed = Claim.parse(text)
    factor = None if at is None else scale("--scale", at)
    comparison = derive(run).comparison
    quality = _quality(run, comparison, labels, strategy=strategy, factor=factor) if labels else ()
    found = check(claimed, comparison, strategy=strategy, scale=factor, quality=quality)
    if as_json:
        print(found.model_dump_json(indent=1))
    else:
        print(f"{found.outcome}: {found.claim}")
        for clause in found.clauses:
            print(f"  {clause.name}: {clause.outcome}; claimed {clause.claimed}; {clause.says}")
        for flip in found.flips:
            print(f"  would turn it: {flip.says}")
        for even in found.break_even:
            print(f"  saves nothing any more: {even.says}")
    return ExitCode.PASS if found.outcome == "holds" else ExitCode.FAILED


@app.command()
def compare(
    run: RunPath,
    after: Annotated[
        Path | None,
        typer.Argument(help="A later run: what became better or worse.", metavar="[RUN]", show_default=False),
    ] = None,
    tried: Annotated[
        Path | None,
        typer.Option("--try", help="Strategies that were not run: YAML, or a Portkey or LiteLLM file.", metavar="FILE"),
    ] = None,
    accuracy: Annotated[
        str | None,
        typer.Option("--label-accuracy", help="Assumed, for classifiers that the run did not have.", metavar="92%"),
    ] = None,
    swept: Annotated[
        list[str] | None,
        typer.Option(
            "--sweep", help="Move an option of --try through a range.", metavar="routed.score.threshold=0..1:101"
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels", help="Judgements for --sweep: request_id, model, quality; JSONL or CSV.", metavar="FILE"
        ),
    ] = None,
    predicted: Annotated[
        bool, typer.Option("--predicted", help="What was worked out beforehand beside what the run measured.")
    ] = False,
    as_json: Json = False,
) -> int:
    """The strategies of a run side by side; with a second run, what moved; with --try, what others would have cost."""
    from simulator.derive import derive
    from simulator.reports import difference

    if predicted:
        return _predicted(run, accuracy, as_json=as_json)
    if swept:
        return _sweep(run, tried, swept, accuracy=accuracy, labels=labels, as_json=as_json)
    if after is not None:
        print(difference.render(derive(run), derive(after)))
        return 0
    found = _tried(run, tried, accuracy) if tried else derive(run).comparison
    if as_json:
        print(found.model_dump_json(indent=1))
        return 0
    for one in found.contenders:
        saving = one.saving.total if one.saving else None
        known = saving is not None and saving.value is not None
        said = "baseline" if one.strategy == one.baseline else "saving unknown"
        said = f"saves {share_text(saving.value)}" if saving is not None and known else said
        if saving is not None and saving.low is not None:
            said += f" [{share_text(saving.low)}, {share_text(saving.high)}]"
        each = f"{usd_text(one.cost_per_answered)} an answer"
        late = f"response p95 {seconds_text(one.response_p95)} · not answered {share_text(one.error_share)}"
        print(f"{scale_text(one.scale):>5} {one.strategy:<16} {each:<22} {said:<32} {late}")
        if one.note:
            print(f"{'':>6}{one.note}")
    return 0


def _tried(run: Path, file: Path, accuracy: str | None) -> "Comparison":
    """Strategies priced over the recorded answers: nothing is sent."""
    from simulator.comparison.whatif import of_run
    from simulator.strategies.library import Library
    from simulator.strategies.recorded import Assumed

    library = Library.load(file)
    for note in library.notes:
        print(f"note: {note}", file=sys.stderr)
    assumed = Assumed(label_accuracy=None if accuracy is None else share("--label-accuracy", accuracy))
    return of_run(run, library.strategies, assumed=assumed)


def _predicted(run: Path, accuracy: str | None, *, as_json: bool) -> int:
    """Finalists that were run: how far off the prediction was."""
    import json

    from simulator.cli.predicted_text import lines
    from simulator.comparison.predicted import of_run

    found = of_run(run, label_accuracy=None if accuracy is None else share("--label-accuracy", accuracy))
    as_rows = json.dumps([one.model_dump(mode="json") for one in found], indent=1)
    print(as_rows if as_json else "\n".join(lines(found)))
    return 0


def _sweep(
    run: Path, tried: Path | None, texts: list[str], *, accuracy: str | None, labels: Path | None, as_json: bool
) -> int:
    """Many settings of the strategies of a file, over the recorded answers."""
    from simulator.cli.curve_text import lines
    from simulator.comparison.labels import Labels
    from simulator.comparison.measured import Measured
    from simulator.comparison.source import Source
    from simulator.comparison.sweep import Axis, sweep
    from simulator.strategies.library import Library

    if tried is None:
        raise BadInput("--sweep moves an option of a strategy in a file; name it with --try FILE")
    axes, strategies = [Axis.parse(text) for text in texts], Library.load(tried).strategies
    source = Source.read(run)
    measured = Measured.of(
        source,
        set[str]().union(*(node.models() for node in strategies.values())),
        label_accuracy=None if accuracy is None else share("--label-accuracy", accuracy),
        labels=Labels.read(labels) if labels else None,
    )
    curve = sweep(measured, strategies, axes, baseline=source.baseline)
    print(curve.model_dump_json(indent=1) if as_json else "\n".join(lines(curve)))
    return 0


def _quality(
    run: Path, comparison: "Comparison", file: Path, *, strategy: str | None, factor: float | None
) -> "Sequence[SegmentQuality]":
    """Paired quality per segment, from a team's own judgements."""
    from simulator.comparison.labels import Labels
    from simulator.comparison.quality import segments
    from simulator.run.directory import RunDirectory
    from simulator.run.ledger import Ledger

    others = sorted({one.strategy for one in comparison.contenders} - {comparison.baseline})
    if strategy is None and len(others) != 1:
        raise BadInput(f"--labels needs --strategy, one of {', '.join(others)}")
    directory = RunDirectory.open(run)
    ledger = Ledger.read(directory.path)
    return segments(
        ledger.calls,
        ledger.requests,
        Labels.read(file),
        strategy=strategy or others[0],
        baseline=comparison.baseline,
        scale=factor if factor is not None else min(one.scale for one in comparison.contenders),
        seed=directory.read_record().seed,
    )


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
