"""tokens, schema, init: small helps around a scenario."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from simulator.cli import app
from simulator.cli.flags import Json
from simulator.errors import BadInput


@app.command()
def tokens(
    files: Annotated[list[Path], typer.Argument(help="Text files; - is standard input.", metavar="FILE...")],
    model: Annotated[str, typer.Option("--model", help="Model whose tokens are counted.", metavar="MODEL")],
    as_json: Json = False,
) -> int:
    """Count the tokens of texts as a model would, and say how sure that is."""
    import json

    from simulator.tokens.counting import count
    from simulator.yamlfile import read_text

    for path in files:
        found = count(sys.stdin.read() if str(path) == "-" else read_text(path), model)
        if as_json:
            print(json.dumps({"file": str(path), "model": model, "tokens": found.tokens, "source": found.source}))
        else:
            print(f"{found.tokens}\t{found.source}\t{path}")
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
    """Write a commented scenario and its provider profile into scenarios/, to edit."""
    from simulator.scenario.starting import start_scenario

    for path in start_scenario(name, start=start, folder=Path("scenarios")):
        print(path)
    print(f"edit it, then: tenfold check scenarios/{name}.yaml", file=sys.stderr)
    return 0
