"""trace: look into logs, convert, cut, multiply, generate, fit, compare."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json, ScenarioFile, duration, meaning
from simulator.cli.flags import scale as parsed_scale
from simulator.errors import ExitCode

trace_app = typer.Typer(name="trace", help="Real logs in, realistic traffic out.", no_args_is_help=True)
app.add_typer(trace_app)

LogFile = Annotated[Path, typer.Argument(help="Log or trace file.", metavar="FILE")]
Output = Annotated[Path, typer.Option("--out", "-o", help="Trace to write, .parquet.", metavar="FILE")]
Format = Annotated[
    str | None, typer.Option("--format", help="Format where it cannot be told, or a mapping.yaml.", show_default=False)
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")]


@trace_app.command("info")
def info(
    file: LogFile,
    format_: Format = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw it, .svg or .png.", metavar="FILE")] = None,
    as_json: Json = False,
) -> int:
    """What is in a log: rates, bursts, lengths, sessions, reuse."""
    from simulator.cli.trace_text import lines
    from simulator.traffic import picture
    from simulator.traffic.info import info as figures
    from simulator.traffic.reading import read

    found = read(file, form=format_)
    said = figures(found)
    if figure:
        picture.write(found.trace, figure)
    if as_json:
        print(said.model_dump_json(indent=1))
        return 0
    print(found.report.text())
    for line in lines(said):
        print(line)
    return 0


@trace_app.command("convert")
def convert(file: LogFile, out: Output, format_: Format = None) -> int:
    """Read any known log and write it as a trace: .parquet, or .jsonl[.gz] that other load generators read."""
    from simulator.traffic import interchange
    from simulator.traffic.reading import read

    found = read(file, form=format_)
    if ".jsonl" in out.name:
        interchange.write(found.trace, out)
    else:
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
    from simulator.traffic.reading import read
    from simulator.traffic.slice import cut

    start = duration("--from", from_)
    found = cut(read(file, form=format_).trace, start, start + duration("--duration", duration_))
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
    from simulator.cli.trace_text import fidelity_lines
    from simulator.traffic.fidelity import fidelity
    from simulator.traffic.multiply import multiply as multiplied
    from simulator.traffic.reading import read

    trace, factor = read(file, form=format_).trace, parsed_scale("--scale", scale)
    found = multiplied(trace, factor, meaning=meaning(multiply_), seed=seed)
    found.write(out)
    print(f"{out}: {len(found)} requests over {found.span_s:g} s, {multiply_} of {len(trace)}")
    for line in fidelity_lines(fidelity(trace, factor, seed=seed)):
        print(line)
    return 0


@trace_app.command("fit")
def fit(
    file: LogFile,
    out: Annotated[Path, typer.Option("--out", "-o", help="Scenario to write, .yaml.", metavar="FILE")],
    start: Annotated[
        str, typer.Option("--from", help="Shipped scenario for everything but the traffic.")
    ] = "support-chat",
    format_: Format = None,
    seed: Seed = 1,
) -> int:
    """Fit the generator to a log, write it as a scenario, and say how like the log its traffic is."""
    from simulator.cli.trace_text import likeness_lines
    from simulator.scenario.starting import write_fitted
    from simulator.traffic.fit import fit as fitted
    from simulator.traffic.generate import generate as generated
    from simulator.traffic.likeness import compare as alike
    from simulator.traffic.reading import read

    trace = read(file, form=format_).trace
    write_fitted(trace, out, start=start)
    print(out)
    found = alike(trace, generated(fitted(trace), span_s=trace.span_s, seed=seed))
    for line in likeness_lines(found):
        print(line)
    return ExitCode.PASS if found.alike else ExitCode.FAILED


@trace_app.command("compare")
def compare(
    a: Annotated[Path, typer.Argument(help="The reference.", metavar="A")],
    b: Annotated[Path, typer.Argument(help="What should be like it.", metavar="B")],
    as_json: Json = False,
) -> int:
    """How like each other two traces are; exit 99 where they are not."""
    from simulator.cli.trace_text import likeness_lines
    from simulator.traffic.likeness import compare as alike
    from simulator.traffic.reading import read

    found = alike(read(a).trace, read(b).trace)
    if as_json:
        print(found.model_dump_json(indent=1))
    else:
        for line in likeness_lines(found):
            print(line)
    return ExitCode.PASS if found.alike else ExitCode.FAILED


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
