"""The flags of a run become its options: what is left out, and everything at once."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import pytest
import typer

from simulator.cli.run_flags import RunFlags, takes_flags
from simulator.errors import BadInput
from simulator.launch.options import Options

EVERYTHING = """\
s.yaml --scale 5x,1 --strategy a,b --try more.yaml --duration 2m --seed 7 --trace t.csv --format azure --from 30s
--multiply clone --jitter 5s --prices p.yaml --target http://127.0.0.1:1/v1 --matrix --matrix-sample 30
--max-spend $1.50
--out o --repeat 3 --cooldown 1s --processes 2 --max-error-rate 20% --predicted-by r --label-accuracy 92%
--keep-prompts
"""


def read(text: str) -> Options:
    app = typer.Typer(add_completion=False)

    @app.command()
    @takes_flags
    def command(flags: RunFlags, more: Annotated[int, typer.Option("--more")] = 1) -> Options:
        assert more == 1
        return flags.options(command=("tenfold",))

    options: Options = app(text.split(), standalone_mode=False)
    return options


def test_a_flag_that_is_left_out_is_the_option_s_own_default() -> None:
    assert read("s.yaml") == Options(scenario=Path("s.yaml"), command=("tenfold",))


def test_every_flag_is_an_option() -> None:
    assert read(EVERYTHING) == Options(
        scenario=Path("s.yaml"),
        command=("tenfold",),
        scales=(1.0, 5.0),
        strategies=("a", "b"),
        tried=Path("more.yaml"),
        duration_s=120.0,
        seed=7,
        trace=Path("t.csv"),
        trace_format="azure",
        trace_from_s=30.0,
        meaning="clone",
        jitter_s=5.0,
        prices=Path("p.yaml"),
        target="http://127.0.0.1:1/v1",
        matrix_sample=30,
        max_spend=Decimal("1.50"),
        out=Path("o"),
        repeat=3,
        cooldown_s=1.0,
        processes=2,
        max_error_rate=0.2,
        predicted_by=Path("r"),
        label_accuracy=0.92,
        keep_prompts=True,
    )


def test_users_of_a_closed_loop_are_as_many_at_every_scale_so_only_1x_has_a_meaning() -> None:
    """A report once said that nothing was refused up to 10×, where eight users had asked no more than at 1×."""
    assert read("s.yaml --users 9 --scale 1").users == 9
    for scales in ("", "--scale 10", "--scale 1,2"):
        with pytest.raises(BadInput, match=r"--users 9: a closed loop has so many sessions .* write --scale 1"):
            read(f"s.yaml --users 9 {scales}")


@pytest.mark.parametrize("flag", ["--format azure", "--from 30s"])
def test_how_to_read_a_log_needs_a_log(flag: str) -> None:
    with pytest.raises(BadInput, match="--format and --from say how to read --trace FILE"):
        read(f"s.yaml {flag}")


@pytest.mark.parametrize(
    "flag", ["--duration", "--trace t.csv --from", "--cooldown", "--max-spend", "--max-error-rate", "--jitter"]
)
def test_a_value_that_cannot_be_read_is_told_by_its_flag(flag: str) -> None:
    with pytest.raises(BadInput, match=f"^{flag.split()[-1]}: 'soon' is not"):
        read(f"s.yaml {flag} soon")
