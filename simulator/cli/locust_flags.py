"""The flags of `tenfold run` under plain Locust, read off the command: names, defaults and checks are the same."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer

from simulator.cli.run_flags import RunFlags, takes_flags
from simulator.errors import BadInput
from simulator.traffic.multiply import MEANINGS

if TYPE_CHECKING:
    from simulator.launch.options import Options

_LOCUSTS_OWN = {"scenario", "target", "processes"}
"""Flags of `run` that Locust has a flag for, as `--host`, or that its users need in another form."""
_DEFAULTS = {"scale": "1"}
"""One rung, as Locust's users expect of a test; `run` takes three."""


def add_flags(parser: Any) -> None:
    """Give them to Locust's parser, and so to the form of its web UI. All are text there; empty means not given."""
    for flag in _flags():
        kind: dict[str, Any] = {"action": "store_true"} if flag.is_flag else {"default": _default(flag)}
        if flag.name == "multiply":
            kind["choices"] = list(MEANINGS)
        parser.add_argument(flag.opts[-1], help=flag.help, include_in_web_ui=flag.name != "out", **kind)


def words_of(given: Mapping[str, Any]) -> list[str]:
    """What Locust was told, as `tenfold run` would be told it; what is its default anyway is left out."""
    words = []
    for flag in _flags():
        name = flag.opts[-1]
        value = given[name.removeprefix("--").replace("-", "_")] or _default(flag)
        if value is True:
            words.append(name)
        elif value and str(value) != str(flag.default):
            words.append(f"{name}={value}")
    return words


def options(words: list[str], *, command: tuple[str, ...]) -> "Options":
    """What `tenfold run` makes of a scenario and flags. Raises `BadInput` for a value that cannot be read."""
    try:
        read: RunFlags = _reader(words, standalone_mode=False)
    except typer.BadParameter as error:
        raise BadInput(error.format_message()) from None
    return read.options(command=command)


_reader = typer.Typer(add_completion=False)


@_reader.command()
@takes_flags
def _read(flags: RunFlags) -> RunFlags:
    return flags


def _flags() -> Iterator[Any]:
    command: Any = typer.main.get_command(_reader)
    return (flag for flag in command.params if flag.name not in _LOCUSTS_OWN)


def _default(flag: Any) -> str:
    return _DEFAULTS.get(flag.name, "" if flag.default in (None, False) else str(flag.default))
