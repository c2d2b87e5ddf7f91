"""The flags of run, check and rehearse, and what they come to."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.flags import duration, jitter, meaning, money, scales, share, words

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
    command: tuple[str, ...],
    scale: str,
    strategy: str,
    duration_: str,
    seed: int | None,
    multiply: str,
    jitter_: str | None,
    prices: Path | None,
    trace: Path | None,
    format_: str | None,
    from_: str,
    **more: Any,
) -> "Options":
    """What the commands share; `more` are options of one of them, parsed already."""
    from simulator.launch.options import Options

    return Options(
        scenario=scenario,
        command=command,
        scales=scales(scale),
        strategies=words(strategy),
        duration_s=duration("--duration", duration_),
        seed=seed,
        trace=trace,
        trace_format=format_,
        trace_from_s=duration("--from", from_),
        meaning=meaning(multiply),
        jitter_s=jitter(jitter_, meaning(multiply)),
        prices=prices,
        **more,
    )


def run_options(
    scenario: Path,
    *,
    cooldown: str,
    matrix: bool,
    matrix_sample: int,
    max_spend: str | None,
    max_error_rate: str | None,
    **more: Any,
) -> "Options":
    """What the flags of `run` come to, by its parameters' names. Raises `BadInput` for a value that cannot be read."""
    return options_of(
        scenario,
        cooldown_s=duration("--cooldown", cooldown),
        matrix_sample=matrix_sample if matrix else None,
        max_spend=None if max_spend is None else money("--max-spend", max_spend),
        max_error_rate=None if max_error_rate is None else share("--max-error-rate", max_error_rate),
        **more,
    )
