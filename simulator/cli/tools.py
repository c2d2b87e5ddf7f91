"""tokens, schema, init, doctor, selfcheck: helps around a scenario and a machine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json, duration, positive
from simulator.errors import BadInput, ExitCode


@app.command()
def tokens(
    files: Annotated[list[Path], typer.Argument(help="Text files; - is standard input.", metavar="FILE...")],
    model: Annotated[str, typer.Option("--model", help="Model whose tokens are counted.", metavar="MODEL")],
    content: Annotated[
        str, typer.Option("--content", help="Kind of text, for estimates: prose, code, json, cjk, …", metavar="KIND")
    ] = "prose",
    as_json: Json = False,
) -> int:
    """Count the tokens of texts as a model would, and how surely."""
    import json
    from dataclasses import asdict

    from simulator.tokens.counting import count
    from simulator.tokens.factors import content_of
    from simulator.yamlfile import read_text

    kind = content_of(content)
    for path in files:
        found = count(sys.stdin.read() if str(path) == "-" else read_text(path), model, content=kind)
        if as_json:
            print(json.dumps({"file": str(path), "model": model} | asdict(found)))
        else:
            band = "" if found.source == "exact" else f", {found.low} to {found.high}"
            print(f"{found.tokens}\t{found.source}{band}: {found.method}\t{path}")
    return 0


@app.command()
def schema(
    kind: Annotated[str, typer.Argument(help="scenario, profile or prices.", metavar="KIND")],
) -> int:
    """Print a JSON schema, for completion and checks in an editor."""
    import json

    from simulator.schemas import SCHEMAS, json_schema

    if kind not in SCHEMAS:
        raise BadInput(f"{kind!r} has no schema; known are {', '.join(SCHEMAS)}")
    print(json.dumps(json_schema(kind), indent=1))
    return 0


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="Name of the new scenario.", metavar="NAME")],
    start: Annotated[str, typer.Option("--from", help="Shipped scenario to begin with.")] = "support-chat",
) -> int:
    """Write a commented scenario into scenarios/, to edit."""
    from simulator.scenario.starting import start_scenario

    for path in start_scenario(name, start=start, folder=Path("scenarios")):
        print(path)
    print(f"edit it, then: tenfold check scenarios/{name}.yaml", file=sys.stderr)
    return 0


@app.command()
def doctor(
    target: Annotated[
        str | None, typer.Option("--target", help="Endpoint to try one answer of.", metavar="URL")
    ] = None,
    model: Annotated[str, typer.Option("--model", help="Model to ask there.")] = "gpt-4o-mini",
    api: Annotated[str, typer.Option("--api", help="chat, responses or messages.")] = "chat",
    key_env: Annotated[str, typer.Option("--key-env", help="Variable that holds the key.")] = "TENFOLD_API_KEY",
) -> int:
    """Are this machine and the endpoint fit for a test?"""
    from simulator.launch.target import bare_target
    from simulator.replay import doctor as examine

    found = list(examine.machine())
    if target:
        found += examine.target(bare_target(target, api=api, key_env=key_env), model)
    for one in found:
        print(f"{one.state:<5} {one.what:<14} {one.text}")
    return ExitCode.PRECONDITION if any(one.state == "fail" for one in found) else ExitCode.PASS


@app.command()
def selfcheck(
    rates: Annotated[
        str, typer.Option("--rates", help="Streams a second to try, rising.", metavar="50,200,500")
    ] = "50,100,200,400",
    seconds: Annotated[str, typer.Option("--duration", help="How long at each.", metavar="3s")] = "3s",
) -> int:
    """Our own measurement error at rising rates.

    Against an endpoint that knows its true times.
    """
    from simulator.cli.tools_text import safe_line, step_head, step_line
    from simulator.replay.selfcheck import safe_rate
    from simulator.replay.selfcheck import selfcheck as steps

    span, wanted = duration("--duration", seconds), positive("--rates", rates)
    print(step_head())
    done = []
    for step in steps(wanted, seconds=span):
        done.append(step)
        print(step_line(step), flush=True)
    safe = safe_rate(done)
    print(safe_line(safe))
    return ExitCode.FAILED if safe is None else ExitCode.PASS
