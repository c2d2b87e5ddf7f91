"""What can go wrong, and the exit code that says so. Every message names the place and the next step."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line; see `worst` where several apply."""

    PASS = 0
    CRASH = 1
    USAGE = 2
    PRECONDITION = 3
    GUARD = 4
    NOT_VALID = 5
    FAILED = 99
    INTERRUPTED = 130


_WORST_FIRST = (ExitCode.INTERRUPTED, ExitCode.GUARD, ExitCode.NOT_VALID, ExitCode.FAILED)


def worst(codes: set[ExitCode]) -> ExitCode:
    """The one code to exit with when several apply to a finished run: 130 > 4 > 5 > 99."""
    return next((code for code in _WORST_FIRST if code in codes), ExitCode.PASS)


class TenfoldError(Exception):
    """Anything that a user is told in one clear line instead of a traceback."""

    exit_code = ExitCode.CRASH


class BadInput(TenfoldError):
    """A flag or a file that cannot be used as it is."""

    exit_code = ExitCode.USAGE


class InvalidFile(BadInput):
    """A file that does not fit its format; one `file:line:col: path: message` per problem."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Precondition(TenfoldError):
    """Something outside is not ready: an endpoint is down, a port is taken, a disk is full."""

    exit_code = ExitCode.PRECONDITION
