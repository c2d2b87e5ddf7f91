"""trace: look into logs, convert, cut, multiply, generate."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json, ScenarioFile, duration, meaning
from simulator.cli.flags import scale as parsed_scale

trace_app = typer.Typer(name="trace", help="Real logs in, realistic traffic out.", no_args_is_help=True)
app.add_typer(trace_app)

LogFile = Annotated[Path, typer.Argument(help="Log or trace file.", metavar="FILE")]
Output = Annotated[Path, typer.Option("--out", "-o", help="Trace to write, .parquet.", metavar="FILE")]
Format = Annotated[str | None, typer.Option("--format", help="Format where it cannot be told.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")]


@trace_app.command("info")
def info(file: LogFile, format_: Format = None, as_json: Json = False) -> int:
    """What is in a log: rates, bursts, lengths, sessions, reuse."""
    from simulator.cli.trace_text import lines
    from simulator.traffic import formats
    from simulator.traffic.info import info as figures

    found = formats.read(file, format=format_)
    said = figures(found)
    if as_json:
        print(said.model_dump_json(indent=1))
        return 0
    print(found.report.text())
    for line in lines(said):
        print(line)
    return 0


@trace_app.command("convert")
def convert(file: LogFile, out: Output, format_: Format = None) -> int:
    """Read any known log and write it as a trace."""
    from simulator.traffic import formats

    found = formats.read(file, format=format_)
    found.trace.write(out)
    print(found.report.text())
    print(out)
    return 0


@trace_app.command("slice")
def slice_(
    file: LogFile,
    out: Output,
    from_: Annotated[str, typer.Option("--from", help="Where to begin.", metavar="0s")] = "0s",
    duration_: Annotated[str, typer.Option("--duration", help="How long.", metavar="60s")] = "60s",
    format_: Format = None,
) -> int:
    """Cut out the sessions that start within a span."""
    from simulator.traffic import formats
    from simulator.traffic.slice import cut

    start = duration("--from", from_)
    found = cut(formats.read(file, format=format_).trace, start, start + duration("--duration", duration_))
    found.write(out)
    print(f"{out}: {len(found)} requests over {found.span_s:g} s")
    return 0


@trace_app.command("multiply")
def multiply(
    file: LogFile,
    out: Output,
    scale: Annotated[str, typer.Option("--scale", help="How many times the traffic.", metavar="10x")],
    multiply_: Annotated[
        str, typer.Option("--multiply", help="clone, independent, worst or compress.", metavar="MEANING")
    ] = "clone",
    seed: Seed = 1,
    format_: Format = None,
) -> int:
    """Multiply traffic without destroying what makes it hard; the meaning of 10× is named."""
    from simulator.traffic import formats
    from simulator.traffic.multiply import multiply as multiplied

    trace = formats.read(file, format=format_).trace
    found = multiplied(trace, parsed_scale("--scale", scale), meaning=meaning(multiply_), seed=seed)
    found.write(out)
    print(f"{out}: {len(found)} requests over {found.span_s:g} s, {multiply_} of {len(trace)}")
    return 0


@trace_app.command("generate")
def generate(
    scenario: ScenarioFile,
    out: Output,
    duration_: Annotated[str, typer.Option("--duration", help="How long.", metavar="60s")] = "60s",
    seed: Annotated[int | None, typer.Option("--seed", help="Another seed than the scenario's.")] = None,
) -> int:
    """Write the 1× traffic of a scenario as a trace."""
    from simulator.scenario.scenario import load
    from simulator.traffic.generate import generate as generated

    found = load(scenario)
    span = duration("--duration", duration_)
    trace = generated(found.traffic, span_s=span, seed=found.seed if seed is None else seed)
    trace.write(out)
    print(f"{out}: {len(trace)} requests over {trace.span_s:g} s")
    return 0
