"""The command line: one command per verb. Parses, calls one function, prints. The only place that exits.

Data goes to stdout, talk to stderr. Heavy imports happen inside commands, so that `--help` is instant.
"""

import errno
import os
import platform
import signal
import sys
from importlib.metadata import version
from io import TextIOWrapper
from types import FrameType
from typing import Annotated, NoReturn

import typer
from typer.core import TyperGroup

from simulator.errors import ExitCode, InvalidFile, TenfoldError

app = typer.Typer(
    name="tenfold",
    help="What a launch of an LLM-backed application costs, and what breaks first.",
    epilog="Exit codes: 0 pass · 1 crash · 2 bad usage or invalid file · 3 precondition (endpoint down) · "
    "4 stopped by the spend or error guard · 5 run not valid · 99 an objective, claim or check failed or had no data · "
    "130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    cls=TyperGroup,
)


def _version(asked: bool) -> None:
    if asked:
        print(f"tenfold {version('tenfold')}, Python {platform.python_version()}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Say which version this is.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """What holds for every verb."""


def main() -> NoReturn:
    """Run the command line; every error is one clear line and its documented exit code."""
    from simulator.cli import launching, money, prices, reading, side_by_side, tools, traces, verdict  # noqa: F401  # each registers its commands

    for stream in (sys.stdout, sys.stderr):  # × and ∞ in a locale that has neither: said in UTF-8, not a crash
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    ended = _ended_politely()
    try:
        code = app(standalone_mode=False)
    except InvalidFile as error:
        print(error, file=sys.stderr)  # bare, so that an editor finds file:line:col
        code = error.exit_code
    except TenfoldError as error:
        _say(str(error))
        code = error.exit_code
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except BrokenPipeError:
        code = _reader_left()
    except SystemExit as error:  # click and rich end so, with 1, where the reader of a pipe has left
        code = _reader_left() if error.code == ExitCode.CRASH else error.code
    except Exception as error:  # noqa: BLE001  # the last line of defence: no traceback reaches a user
        code = _unexpected(error)
    if code == ExitCode.INTERRUPTED and ended:  # here and not above: typer makes a code of most Ctrl-Cs without a word
        _say("interrupted")
    sys.exit(int(code or 0))


def _ended_politely() -> list[int]:
    """Whoever ends us politely gets what Ctrl-C gets: children ended, rows put down, the run marked.

    The list fills with the signals that came: a report of an interrupted run has its code, and nobody interrupted it.
    """
    came: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.default_int_handler(number, frame)

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        kind = getattr(signal, name, None)
        if kind is not None and signal.getsignal(kind) is not signal.SIG_IGN:  # as `nohup` and a shell's `&` leave them
            signal.signal(kind, end)
    return came


def _unexpected(error: Exception) -> int:
    """Usage errors show themselves; anything else is our crash, told in a line unless a traceback is asked for."""
    show = getattr(error, "show", None)
    if callable(show):
        show()
        return int(getattr(error, "exit_code", ExitCode.USAGE))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        _hush()
        _say("the disk is full: what was to be written is not whole; free some space and say it again")
        return ExitCode.PRECONDITION
    if os.environ.get("TENFOLD_TRACEBACK"):
        raise error
    if isinstance(error, OSError) and error.filename and error.strerror:
        _say(f"{error.filename}: {error.strerror}; check the path and what may be done there")
        return ExitCode.PRECONDITION
    _say(f"crashed: {type(error).__name__}: {error}; TENFOLD_TRACEBACK=1 shows where. Please report it.")
    return ExitCode.CRASH


def _reader_left() -> int:
    """As every tool that a pipe cuts off, as in `tenfold breaks RUN | head -1`: neither a pass nor a crash."""
    _hush()
    return 128 + signal.SIGPIPE


def _hush() -> None:
    """Nobody takes what is still to be printed: Python's own last flush must not complain of it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    for line in text.splitlines() or [""]:
        print(f"tenfold: {line}", file=sys.stderr)
