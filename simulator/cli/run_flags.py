"""The flags of run, check and rehearse, and what they come to."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.flags import duration, jitter, meaning, scales, words

if TYPE_CHECKING:
    from simulator.launch.options import Options

Scale = Annotated[
    str,
    typer.Option("--scale", help="Multiples of the 1× traffic, comma-separated.", show_default=True, metavar="1,2,10"),
]
Strategy = Annotated[
    str, typer.Option("--strategy", help="Only these strategies of the scenario, comma-separated.", show_default="all")
]
Seed = Annotated[int | None, typer.Option("--seed", help="Another seed than the scenario's.")]
DurationFlag = Annotated[str, typer.Option("--duration", help="Planned span of each rung.", metavar="18s")]
TraceFile = Annotated[
    Path | None, typer.Option("--trace", help="Replay this recorded log instead of generated traffic.", metavar="FILE")
]
TraceFormat = Annotated[str | None, typer.Option("--format", help="Format of --trace where it cannot be told.")]
From = Annotated[str, typer.Option("--from", help="Where in --trace to begin.", metavar="0s")]
Meaning = Annotated[
    str, typer.Option("--multiply", help="What 10× means: clone, independent, worst or compress.", metavar="MEANING")
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target", help="Base URL of an OpenAI-compatible endpoint instead of the embedded one.", metavar="URL"
    ),
]
Matrix = Annotated[
    bool, typer.Option("--matrix", help="Also record a sample of the requests on every model once, to price others.")
]
MatrixSample = Annotated[
    int, typer.Option("--matrix-sample", help="How many requests --matrix records; whole sessions.", min=1)
]
MaxSpend = Annotated[
    str | None, typer.Option("--max-spend", help="Stop before this many dollars are spent.", metavar="USD")
]


def options_of(
    scenario: Path,
    *,
    scale: str,
    strategy: str,
    span: str,
    seed: int | None,
    multiply: str,
    clone_jitter: str | None,
    prices: Path | None,
    trace: Path | None,
    trace_format: str | None,
    start: str,
    **more: Any,
) -> "Options":
    """What the commands share; `more` are options of one of them, parsed already."""
    from simulator.launch.options import Options

    return Options(
        scenario=scenario,
        command=("tenfold", *sys.argv[1:]),
        scales=scales(scale),
        strategies=words(strategy),
        duration_s=duration("--duration", span),
        seed=seed,
        trace=trace,
        trace_format=trace_format,
        trace_from_s=duration("--from", start),
        meaning=meaning(multiply),
        jitter_s=jitter(clone_jitter, meaning(multiply)),
        prices=prices,
        **more,
    )
