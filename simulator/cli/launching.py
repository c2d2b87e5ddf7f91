"""run, check, rehearse, staging: what sends requests, or plans to."""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import SCALES, Jitter, Json, Prices, ScenarioFile, money
from simulator.cli.run_flags import (
    DurationFlag,
    From,
    Matrix,
    MatrixSample,
    MaxSpend,
    Meaning,
    Scale,
    Seed,
    Strategy,
    Target,
    TraceFile,
    TraceFormat,
    options_of,
    run_options,
)


@app.command()
def run(
    scenario: ScenarioFile,
    scale: Scale = SCALES,
    strategy: Strategy = "",
    target: Target = None,
    duration_: DurationFlag = "18s",
    out: Annotated[Path | None, typer.Option("--out", help="The run directory itself.", metavar="DIR")] = None,
    seed: Seed = None,
    trace: TraceFile = None,
    format_: TraceFormat = None,
    from_: From = "0s",
    multiply: Meaning = "clone",
    jitter_: Jitter = None,
    repeat: Annotated[int, typer.Option("--repeat", help="Replicates of every rung.", min=1, max=50)] = 1,
    cooldown: Annotated[str, typer.Option("--cooldown", help="Pause between rungs against a real target.")] = "10s",
    prices: Prices = None,
    processes: Annotated[int, typer.Option("--processes", help="Locust processes on this machine.", min=1, max=64)] = 1,
    max_spend: MaxSpend = None,
    users: Annotated[
        int | None,
        typer.Option(
            "--users",
            "--closed-loop",
            help="Closed loop: so many sessions at a time, instead of the plan's times.",
            metavar="N",
            min=1,
        ),
    ] = None,
    max_error_rate: Annotated[
        str | None,
        typer.Option("--max-error-rate", help="Stop when more than this share is not answered.", metavar="20%"),
    ] = None,
    matrix: Matrix = False,
    matrix_sample: MatrixSample = 200,
    keep_prompts: Annotated[
        bool, typer.Option("--keep-prompts", help="Copy the scenario's own prompts into the run; else only their hash.")
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 whenever a report was written; the real code is printed.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Replay traffic at 1×, 2×, 10×; price it; name what breaks first."""
    from rich.console import Console

    from simulator.cli.progress import RunProgress
    from simulator.launch.launch import launch
    from simulator.reports.terminal import show
    from simulator.reports.write import report_paths

    options = run_options(
        scenario,
        command=("tenfold", *sys.argv[1:]),
        scale=scale,
        strategy=strategy,
        duration_=duration_,
        seed=seed,
        multiply=multiply,
        jitter_=jitter_,
        prices=prices,
        trace=trace,
        format_=format_,
        from_=from_,
        repeat=repeat,
        target=target,
        cooldown=cooldown,
        out=out,
        processes=processes,
        matrix=matrix,
        matrix_sample=matrix_sample,
        keep_prompts=keep_prompts,
        max_spend=max_spend,
        max_error_rate=max_error_rate,
        users=users,
    )
    talk = Console(stderr=True)
    with RunProgress(talk) as progress:
        finished = launch(options, tell=progress)
    if as_json:
        print((finished.path / "summary.json").read_text(encoding="utf-8"))
    else:
        show(finished.summary, Console(), paths=report_paths(finished.path))
    if exit_zero and finished.exit_code:
        talk.print(f"--exit-zero: exiting 0; without it the exit code would be {finished.exit_code:d}", highlight=False)
        return 0
    return finished.exit_code


@app.command()
def check(
    scenario: ScenarioFile,
    scale: Scale = SCALES,
    strategy: Strategy = "",
    duration_: DurationFlag = "18s",
    seed: Seed = None,
    trace: TraceFile = None,
    format_: TraceFormat = None,
    from_: From = "0s",
    multiply: Meaning = "clone",
    jitter_: Jitter = None,
    target: Target = None,
    prices: Prices = None,
    max_spend: MaxSpend = None,
    matrix: Matrix = False,
    matrix_sample: MatrixSample = 200,
    as_json: Json = False,
) -> int:
    """Validate a scenario and print what a run of it would send and cost."""
    from simulator.launch.forecast import forecast
    from simulator.launch.inputs import Inputs
    from simulator.launch.plan_text import plan_json, plan_lines

    options = options_of(
        scenario,
        command=("tenfold", *sys.argv[1:]),
        scale=scale,
        strategy=strategy,
        duration_=duration_,
        seed=seed,
        multiply=multiply,
        jitter_=jitter_,
        prices=prices,
        trace=trace,
        format_=format_,
        from_=from_,
        target=target,
        matrix_sample=matrix_sample if matrix else None,
    )
    inputs = Inputs.read(options)
    inputs.refuse_unsent(options.tried)
    ahead = forecast(inputs, options)
    limit: Decimal | None = None if max_spend is None else money("--max-spend", max_spend)
    if as_json:
        print(plan_json(inputs, ahead, options))
    else:
        for line in plan_lines(inputs, ahead, options):
            print(line)
    ahead.refuse_beyond(limit)
    return 0


@app.command()
def rehearse(
    scenario: ScenarioFile,
    scale: Scale = SCALES,
    strategy: Strategy = "",
    duration_: DurationFlag = "18s",
    seed: Seed = None,
    trace: TraceFile = None,
    format_: TraceFormat = None,
    from_: From = "0s",
    multiply: Meaning = "clone",
    jitter_: Jitter = None,
    prices: Prices = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the rows.", metavar="DIR")] = None,
    as_json: Json = False,
) -> int:
    """The same in virtual time, in seconds: what the provider profile says would happen."""
    from simulator.launch.rehearsing import lines, rehearsal

    options = options_of(
        scenario,
        command=("tenfold", *sys.argv[1:]),
        scale=scale,
        strategy=strategy,
        duration_=duration_,
        seed=seed,
        multiply=multiply,
        jitter_=jitter_,
        prices=prices,
        trace=trace,
        format_=format_,
        from_=from_,
    )
    found = rehearsal(options)
    if out:
        found.write(out)
    print(found.figures.model_dump_json(indent=1) if as_json else "\n".join(lines(found.figures)))
    return 0


@app.command()
def staging(
    profile: Annotated[
        Path | None, typer.Option("--profile", help="Provider profile.", show_default="the shipped one", metavar="FILE")
    ] = None,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; loopback unless you say otherwise.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="0 takes a free one and prints it.", min=0, max=65535)] = 8000,
    seed: Annotated[int, typer.Option("--seed", help="Seed of latency, labels and faults.")] = 1,
) -> int:
    """Serve a simulated hosted provider until Ctrl-C: limits, latency, faults, headers."""
    from simulator.shipped import shipped
    from simulator.staging.__main__ import main as serve

    found = profile or shipped("scenarios/staging/hosted.yaml")
    return int(serve(["--profile", str(found), "--host", host, "--port", str(port), "--seed", str(seed)]) or 0)
