"""run, check, rehearse, staging: what sends requests, or plans to."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json
from simulator.cli.run_flags import CheckFlags, RehearseFlags, RunFlags, takes_flags


@app.command()
@takes_flags
def run(
    flags: RunFlags,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 whenever a report was written; the real code is printed.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Replay traffic at 1×, 2×, 10×, price it, say what breaks."""
    from rich.console import Console

    from simulator.cli.progress import RunProgress
    from simulator.launch.launch import launch
    from simulator.reports.terminal import show
    from simulator.reports.write import report_paths

    options, talk = flags.options(), Console(stderr=True)
    with RunProgress(talk) as progress:
        finished = launch(options, tell=progress)
    if as_json:
        print((finished.path / "summary.json").read_text(encoding="utf-8"))
    else:
        talk.print()  # on stderr, with the talk above it: the report begins with its verdict
        show(finished.summary, Console(), paths=report_paths(finished.path))
    if exit_zero and finished.exit_code:
        talk.print(f"--exit-zero: exiting 0; without it the exit code would be {finished.exit_code:d}", highlight=False)
        return 0
    return finished.exit_code


@app.command()
@takes_flags
def check(flags: CheckFlags, as_json: Json = False) -> int:
    """Validate a scenario; say what a run would send and cost."""
    from simulator.launch.forecast import forecast
    from simulator.launch.inputs import Inputs
    from simulator.launch.plan_text import plan_json, plan_lines

    options = flags.options()
    inputs = Inputs.read(options)
    inputs.refuse_unsent(options.tried)
    ahead = forecast(inputs, options)
    if as_json:
        print(plan_json(inputs, ahead, options))
    else:
        for line in plan_lines(inputs, ahead, options):
            print(line)
    ahead.refuse_beyond(options.max_spend)
    return 0


@app.command()
@takes_flags
def rehearse(
    flags: RehearseFlags,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the rows.", metavar="DIR")] = None,
    as_json: Json = False,
) -> int:
    """A run in virtual time, as its profile says: seconds, free."""
    from simulator.launch.rehearsing import lines, rehearsal

    found = rehearsal(flags.options())
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
    log: Annotated[
        Path | None, typer.Option("--log", help="Write what really happened, a line per request.", metavar="FILE")
    ] = None,
) -> int:
    """Serve a simulated provider, for clients of your own.

    Until Ctrl-C, with a hosted one's limits, latency, faults and headers.
    """
    from simulator.shipped import shipped
    from simulator.staging.__main__ import main as serve

    found = profile or shipped("scenarios/staging/hosted.yaml")
    argv = ["--profile", str(found), "--host", host, "--port", str(port), "--seed", str(seed)]
    return int(serve([*argv, "--log", str(log)] if log else argv) or 0)
