"""The flags of rehearse, check and run, each told once: a command takes its dataclass of them as first parameter."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli import flags
from simulator.errors import BadInput

if TYPE_CHECKING:
    from simulator.launch.options import Options


@dataclass(frozen=True, kw_only=True)
class RehearseFlags:
    """Which traffic, served how, at what prices: what all three have."""

    scenario: flags.ScenarioFile
    scale: Annotated[
        str,
        typer.Option(
            "--scale", help="Multiples of the 1× traffic, comma-separated.", show_default=True, metavar="1,2,10"
        ),
    ] = flags.SCALES
    strategy: Annotated[
        str,
        typer.Option("--strategy", help="Only these strategies of the scenario, comma-separated.", show_default="all"),
    ] = ""
    tried: Annotated[
        Path | None,
        typer.Option(
            "--try", help="Strategies beside the scenario's: YAML, or a Portkey or LiteLLM file.", metavar="FILE"
        ),
    ] = None
    duration: Annotated[str, typer.Option("--duration", help="Planned span of each rung.", metavar="18s")] = "18s"
    seed: Annotated[int | None, typer.Option("--seed", help="Another seed than the scenario's.")] = None
    trace: Annotated[
        Path | None,
        typer.Option("--trace", help="Replay this recorded log instead of generated traffic.", metavar="FILE"),
    ] = None
    format: Annotated[str | None, typer.Option("--format", help="Format of --trace where it cannot be told.")] = None
    from_: Annotated[str, typer.Option("--from", help="Where in --trace to begin.", metavar="0s")] = "0s"
    multiply: Annotated[
        str,
        typer.Option("--multiply", help="What 10× means: clone, independent, worst or compress.", metavar="MEANING"),
    ] = "clone"
    jitter: flags.Jitter = None
    prices: flags.Prices = None

    def options(self, *, command: tuple[str, ...] | None = None) -> "Options":
        """What they come to; `command` is what was typed. Raises `BadInput` for a value that cannot be read."""
        from simulator.launch.options import Options

        return Options(command=command or ("tenfold", *sys.argv[1:]), **self._parsed())

    def _parsed(self) -> dict[str, Any]:
        meaning = flags.meaning(self.multiply)
        if self.trace is None and (self.format or self.from_ != "0s"):
            raise BadInput("--format and --from say how to read --trace FILE; give one, or leave them out")
        return {
            "scenario": self.scenario,
            "scales": flags.scales(self.scale),
            "strategies": flags.words(self.strategy),
            "tried": self.tried,
            "duration_s": flags.duration("--duration", self.duration),
            "seed": self.seed,
            "trace": self.trace,
            "trace_format": self.format,
            "trace_from_s": flags.duration("--from", self.from_),
            "meaning": meaning,
            "jitter_s": flags.jitter(self.jitter, meaning),
            "prices": self.prices,
        }


@dataclass(frozen=True, kw_only=True)
class CheckFlags(RehearseFlags):
    """And where it goes, what else it records, what it may cost."""

    target: Annotated[
        str | None,
        typer.Option(
            "--target", help="Base URL of an OpenAI-compatible endpoint instead of the embedded one.", metavar="URL"
        ),
    ] = None
    matrix: Annotated[
        bool,
        typer.Option("--matrix", help="Also record a sample of the requests on every model once, to price others."),
    ] = False
    matrix_sample: Annotated[
        int, typer.Option("--matrix-sample", help="How many requests --matrix records; whole sessions.", min=1)
    ] = 200
    max_spend: Annotated[
        str | None, typer.Option("--max-spend", help="Stop before this many dollars are spent.", metavar="USD")
    ] = None

    def _parsed(self) -> dict[str, Any]:
        return super()._parsed() | {
            "target": self.target,
            "matrix_sample": self.matrix_sample if self.matrix else None,
            "max_spend": None if self.max_spend is None else flags.money("--max-spend", self.max_spend),
        }


@dataclass(frozen=True, kw_only=True)
class RunFlags(CheckFlags):
    """And how it is sent, when it stops, what is kept of it."""

    out: Annotated[Path | None, typer.Option("--out", help="The run directory itself.", metavar="DIR")] = None
    repeat: Annotated[int, typer.Option("--repeat", help="Replicates of every rung.", min=1, max=50)] = 1
    cooldown: Annotated[str, typer.Option("--cooldown", help="Pause between rungs against a real target.")] = "10s"
    processes: Annotated[int, typer.Option("--processes", help="Locust processes on this machine.", min=1, max=64)] = 1
    users: Annotated[
        int | None,
        typer.Option(
            "--users",
            "--closed-loop",
            help="Closed loop: so many sessions at a time, instead of the plan's times.",
            metavar="N",
            min=1,
        ),
    ] = None
    max_error_rate: Annotated[
        str | None,
        typer.Option("--max-error-rate", help="Stop when more than this share is not answered.", metavar="20%"),
    ] = None
    predicted_by: Annotated[
        Path | None,
        typer.Option(
            "--predicted-by",
            help="An earlier run with --matrix: the report holds what it says beforehand against what is measured.",
            metavar="RUN",
            show_default=False,
        ),
    ] = None
    label_accuracy: Annotated[
        str | None,
        typer.Option(
            "--label-accuracy", help="Assumed, for classifiers that the earlier run did not have.", metavar="92%"
        ),
    ] = None
    keep_prompts: Annotated[
        bool, typer.Option("--keep-prompts", help="Copy the scenario's own prompts into the run; else only their hash.")
    ] = False

    def _parsed(self) -> dict[str, Any]:
        rate, accuracy = self.max_error_rate, self.label_accuracy
        return super()._parsed() | {
            "out": self.out,
            "repeat": self.repeat,
            "cooldown_s": flags.duration("--cooldown", self.cooldown),
            "processes": self.processes,
            "users": self.users,
            "max_error_rate": None if rate is None else flags.share("--max-error-rate", rate),
            "predicted_by": self.predicted_by,
            "label_accuracy": None if accuracy is None else flags.share("--label-accuracy", accuracy),
            "keep_prompts": self.keep_prompts,
        }


def takes_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command as typer wants it: its first parameter, a dataclass of flags, becomes a parameter for each field."""
    first, *own = inspect.signature(command).parameters.values()
    kind = first.annotation
    names = [field.name for field in fields(kind)]
    every = [*inspect.signature(kind).parameters.values(), *own]

    @wraps(command)
    def spread(**given: Any) -> Any:
        return command(kind(**{name: given.pop(name) for name in names}), **given)

    told: Any = spread  # what typer reads of a function
    told.__signature__ = inspect.Signature([one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in every])
    told.__annotations__ = {one.name: one.annotation for one in every}
    return spread
