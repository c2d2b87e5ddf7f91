"""compare: a run's strategies side by side, two runs, strategies that were not run, predictions beside measurements."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json, RunPath, share_or_range
from simulator.errors import BadInput

if TYPE_CHECKING:
    from simulator.pricing.book import PriceBook
    from simulator.scenario.objective import Objective
    from simulator.strategies.axis import Axis
    from simulator.strategies.library import Library


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
            "--sweep",
            help="Move an option of the run's strategies, or of --try's, through a range; else as sweep: says.",
            metavar="routed.score.threshold=0..1:101",
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            help="Cost against quality, with --try or --sweep of theirs: request_id, model, quality[, segment, score].",
            metavar="FILE",
        ),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            "--prices",
            help="Price book for --try and --sweep, where they use a model or tier that the run did not.",
            show_default="the run's own",
            metavar="FILE",
        ),
    ] = None,
    predicted: Annotated[
        bool, typer.Option("--predicted", help="What was worked out beforehand beside what the run measured.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="With a later RUN: as GitHub markdown, for a summary or a comment.")
    ] = False,
    as_json: Json = False,
) -> int:
    """A run's strategies side by side, or two runs.

    With a second run, what moved; with --try, what other strategies would have cost.
    """
    ways = {"a later RUN": after, "--try": tried, "--predicted": predicted}
    if len(asked := [name for name, given in ways.items() if given]) > 1:
        raise BadInput(f"compare answers one question at a time: leave out {' or '.join(asked)}")
    _needed("--prices", prices, "--try FILE", tried or swept)
    _needed("--label-accuracy", accuracy, "--try FILE or --predicted", tried or swept or predicted)
    _needed("--markdown", markdown, "a later RUN", after)
    question = _Question(run, tried, labels, prices, accuracy, as_json)
    if predicted:
        return _predicted(question)
    if labels and after:
        raise BadInput("compare answers one question at a time: leave out a later RUN or --labels")
    if axes := _axes(swept, tried):
        return _sweep(question, axes)
    if after is not None:
        return _retest(run, after, markdown=markdown, as_json=as_json)
    if labels is not None:
        return _frontier(question, labels)
    return _as_run(question) if tried is None else _tried(question, tried)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of a run's recorded answers, as it was typed."""

    run: Path
    tried: Path | None
    labels: Path | None
    prices: Path | None
    accuracy: str | None
    as_json: bool

    @property
    def label_accuracy(self) -> float | None:
        return None if self.accuracy is None else share_or_range("--label-accuracy", self.accuracy)

    @property
    def book(self) -> "PriceBook | None":
        from simulator.pricing.book import PriceBook

        return PriceBook.load(self.prices) if self.prices else None


def _needed(flag: str, given: object, other: str, there: object) -> None:
    """A flag that would mean nothing is refused."""
    if given and not there:
        raise BadInput(f"{flag} means nothing without {other}; give that too, or leave it out")


def _as_run(question: _Question) -> int:
    """The strategies as the run had them, and what its own scenario asks to be swept."""
    from simulator.cli.verdict_text import comparison_lines
    from simulator.derive import derive

    found = derive(question.run).comparison
    if question.as_json:
        print(found.model_dump_json(indent=1))
        return 0
    print("\n".join(comparison_lines(found, _targets(question.run))))
    _own_sweep(question.run)
    return 0


def _tried(question: _Question, file: Path) -> int:
    """Strategies priced over the recorded answers: nothing is sent."""
    from simulator.cli.verdict_text import comparison_lines
    from simulator.comparison.whatif import of_run
    from simulator.strategies.recorded import Assumed

    assumed = Assumed(label_accuracy=question.label_accuracy)
    found = of_run(question.run, _library(file).strategies, assumed=assumed, book=question.book)
    if question.as_json:
        print(found.model_dump_json(indent=1))
        return 0
    print("\n".join(comparison_lines(found, _targets(question.run))))
    print("worked out from recorded answers at their load, warm-up included; confirm one live:")
    print(f"  tenfold run SCENARIO --scale 1 --try {file} --predicted-by {question.run}")
    return 0


def _targets(run: Path) -> "list[Objective]":
    """The scenario's p95 targets, where the run may be judged by its latency."""
    from simulator.run.directory import RunDirectory
    from simulator.run.kept import kept_scenario

    directory = RunDirectory.open(run)
    if directory.read_record().verdict != "VALID":
        print("the run is not VALID: its latency is shown, and held against no target", file=sys.stderr)
        return []
    return [one for one in kept_scenario(directory.path).objectives if one.percentile == 95 and one.at is None]


def _retest(run: Path, later: Path, *, markdown: bool, as_json: bool) -> int:
    """Is it fixed now: what changed between two runs, and what else was not equal."""
    from rich.console import Console

    from simulator.derive import derive
    from simulator.reports import retest

    before, after = derive(run), derive(later)
    if as_json:
        print(json.dumps(retest.facts(before, after), indent=1, ensure_ascii=False))
    elif markdown:
        print(retest.render(before, after))
    else:
        retest.show(before, after, Console(highlight=False))
    return 0


def _frontier(question: _Question, labels: Path) -> int:
    """Cost against quality, by a team's own judgements; of strategies that were not run, too."""
    from rich.console import Console

    from simulator.derive.judgements import cost_and_quality, judge_of
    from simulator.reports.tables.quality import quality, scores
    from simulator.reports.terminal import show_table
    from simulator.strategies.recorded import Assumed

    more = _library(question.tried).strategies if question.tried else None
    judge = judge_of(question.run, labels)
    assert judge is not None  # a file was given
    assumed = Assumed(label_accuracy=question.label_accuracy)
    found = cost_and_quality(question.run, judge, more, assumed=assumed, book=question.book)
    if question.as_json:
        print(found.model_dump_json(indent=1))
    else:
        for table in (quality(found), scores(found)):
            show_table(table, Console())
    return 0


def _library(file: Path) -> "Library":
    """The strategies of a file; what an importer could not take over is said."""
    from simulator.strategies.library import Library

    library = Library.load(file)
    for note in library.notes:
        print(f"note: {note}", file=sys.stderr)
    return library


def _predicted(question: _Question) -> int:
    """Finalists that were run: how far off the prediction was."""
    from simulator.cli.predicted_text import lines
    from simulator.comparison.predicted import of_run

    found = of_run(question.run, label_accuracy=question.label_accuracy)
    as_rows = json.dumps([one.model_dump(mode="json") for one in found], indent=1)
    print(as_rows if question.as_json else "\n".join(lines(found)))
    return 0


def _axes(texts: list[str] | None, tried: Path | None) -> "list[Axis]":
    """What to sweep: by flags, else by the file's own `sweep:` block."""
    from simulator.strategies.axis import Axis
    from simulator.strategies.library import Library

    return [Axis.parse(text) for text in texts or ()] or list(Library.load(tried).sweep if tried else ())


def _sweep(question: _Question, axes: "list[Axis]") -> int:
    """Many settings of the run's strategies, or of those of a file, over the recorded answers."""
    from simulator.cli.sweep_text import lines
    from simulator.comparison.labels import Labels
    from simulator.comparison.sweep import of_own, of_run
    from simulator.derive.judgements import judge_of

    run, right, book = question.run, question.label_accuracy, question.book
    judge = judge_of(run, question.labels)
    if question.labels is None and isinstance(judge, Labels):
        judge = None  # those that the run kept may speak of some of its sessions only
    if question.tried is None:
        curve = of_own(run, axes, label_accuracy=right, judge=judge, book=book)
    else:
        strategies = _library(question.tried).strategies
        curve = of_run(run, strategies, axes, label_accuracy=right, judge=judge, book=book)
    print(curve.model_dump_json(indent=1) if question.as_json else "\n".join(lines(curve)))
    return 0


def _own_sweep(run: Path) -> None:
    """What the run's own scenario asks to be swept, where it recorded enough for it."""
    from simulator.cli.sweep_text import lines
    from simulator.comparison.sweep import of_own
    from simulator.run.directory import RunDirectory
    from simulator.run.kept import kept_scenario

    if not kept_scenario(RunDirectory.open(run).path).sweep:
        return
    try:
        print("", *lines(of_own(run)), sep="\n")
    except BadInput as error:
        print(f"\nsweep: {error}")
