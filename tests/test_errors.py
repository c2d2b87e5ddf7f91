import pytest

from simulator.errors import ExitCode, worst


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (set(), ExitCode.PASS),
        ({ExitCode.FAILED}, ExitCode.FAILED),
        ({ExitCode.FAILED, ExitCode.NOT_VALID}, ExitCode.NOT_VALID),
        ({ExitCode.GUARD, ExitCode.NOT_VALID, ExitCode.FAILED}, ExitCode.GUARD),
        ({ExitCode.INTERRUPTED, ExitCode.GUARD}, ExitCode.INTERRUPTED),
    ],
)
def test_the_gravest_code_wins(codes: set[ExitCode], expected: ExitCode) -> None:
    assert worst(codes) is expected
