"""trace: look into logs, convert, cut, multiply, generate, fit, compare."""

from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Jitter, Json, ScenarioFile, duration, jitter, meaning, rate
from simulator.cli.flags import scale as parsed_scale
from simulator.errors import ExitCode

trace_app = typer.Typer(name="trace", help="Real logs in, realistic traffic out.", no_args_is_help=True)
app.add_typer(trace_app)

LogFile = Annotated[Path, typer.Argument(help="Log or trace file.", metavar="FILE")]
Output = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        help="Trace to write: .parquet, or .jsonl[.gz] that other load generators read.",
        metavar="FILE",
    ),
]
Format = Annotated[
    str | None, typer.Option("--format", help="Format where it cannot be told, or a mapping.yaml.", show_default=False)
]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything drawn.")]


@trace_app.command("info")
def info(
    file: LogFile,
    format_: Format = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", help="Draw it too.", metavar="FILE.svg", show_default=False)
    ] = None,
    as_json: Json = False,
) -> int:
    """What is in a log: rates, bursts, lengths, sessions, reuse."""
    from simulator.cli.trace_text import lines
    from simulator.traffic import picture
    from simulator.traffic.info import of_file

    found, said = of_file(file, form=format_)
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
def convert(
    file: LogFile,
    out: Output,
    format_: Format = None,
    rate_: Annotated[
        str | None,
        typer.Option(
            "--rate",
            help="New starts for the sessions, at random at this rate: for logs without times.",
            metavar="2/s",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 1,
) -> int:
    """Read any known log and write it as a trace."""
    from simulator.traffic import writing
    from simulator.traffic.reading import read
    from simulator.traffic.retime import at_rate

    writing.check(out)
    per_second = None if rate_ is None else rate("--rate", rate_)
    found = read(file, form=format_)
    if per_second is not None:
        found = at_rate(found, per_second, seed=seed)
    writing.write(found.trace, out)
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
    from simulator.cli.trace_text import written
    from simulator.traffic import writing
    from simulator.traffic.reading import read
    from simulator.traffic.slice import cut

    writing.check(out)
    start, span = duration("--from", from_), duration("--duration", duration_)
    found = cut(read(file, form=format_).trace, start, start + span)
    writing.write(found, out)
    print(written(found, out))
    return 0


@trace_app.command("multiply")
def multiply(
    file: LogFile,
    out: Output,
    scale: Annotated[str, typer.Option("--scale", help="How many times the traffic.", metavar="10x")],
    multiply_: Annotated[
        str, typer.Option("--multiply", help="clone, independent, worst or compress.", metavar="MEANING")
    ] = "clone",
    jitter_: Jitter = None,
    seed: Seed = 1,
    format_: Format = None,
) -> int:
    """Multiply traffic; what 10× means is named."""
    from simulator.cli.trace_text import fidelity_lines, written
    from simulator.traffic import writing
    from simulator.traffic.fidelity import fidelity
    from simulator.traffic.multiply import multiply as multiplied
    from simulator.traffic.reading import read

    writing.check(out)
    factor, chosen = parsed_scale("--scale", scale), meaning(multiply_)
    within = jitter(jitter_, chosen)
    trace = read(file, form=format_).trace
    found = multiplied(trace, factor, meaning=chosen, seed=seed, jitter_s=within)
    writing.write(found, out)
    print(f"{written(found, out)}, {factor:g}× of {len(trace)} by {chosen}")
    for line in fidelity_lines(fidelity(trace, factor, seed=seed, jitter_s=within)):
        print(line)
    return 0


@trace_app.command("fit")
def fit(
    file: Annotated[Path, typer.Argument(help="Log or trace file, or a folder of ServeGen's clients.", metavar="FILE")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Scenario to write, .yaml.", metavar="FILE")],
    start: Annotated[
        str, typer.Option("--from", help="Shipped scenario for everything but the traffic.")
    ] = "support-chat",
    at: Annotated[str, typer.Option("--at", help="Which moment of ServeGen's data.", metavar="0s")] = "0s",
    format_: Format = None,
    seed: Seed = 1,
) -> int:
    """Make a scenario whose traffic is like a log's; say how like."""
    from simulator.cli.trace_text import likeness_lines, lines
    from simulator.scenario.starting import write_fitted
    from simulator.traffic import fit as fitting
    from simulator.traffic import servegen
    from simulator.traffic.generate import generate as generated
    from simulator.traffic.info import of_trace
    from simulator.traffic.likeness import compare as alike
    from simulator.traffic.plan import Traffic
    from simulator.traffic.reading import read

    if file.is_dir():
        clients = servegen.block(file, at_s=duration("--at", at))
        write_fitted(clients, out, start=start)
        print(f"{out}, which generates in ten minutes:")
        for line in lines(of_trace(generated(Traffic.model_validate(clients), span_s=600, seed=seed))):
            print(line)
        return 0
    trace = read(file, form=format_).trace
    block = fitting.block(trace)
    write_fitted(block, out, start=start)
    print(out)
    found = alike(trace, generated(Traffic.model_validate(block), span_s=trace.span_s, seed=seed))
    for line in likeness_lines(found, names=("log", "fitted")):
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
    seed: Annotated[
        int | None, typer.Option("--seed", help="Another seed than the scenario's.", show_default=False)
    ] = None,
) -> int:
    """Write the 1× traffic of a scenario as a trace."""
    from simulator.cli.trace_text import written
    from simulator.scenario.own_prompts import planned_trace, read_chats
    from simulator.scenario.scenario import load
    from simulator.traffic import writing

    writing.check(out)
    span, found = duration("--duration", duration_), load(scenario)
    chats = read_chats(found, scenario)
    trace = planned_trace(found, chats, span_s=span, seed=found.seed if seed is None else seed)
    writing.write(trace, out)
    print(written(trace, out))
    return 0
