import pytest

from simulator.derive.run import command_stem


@pytest.mark.parametrize(
    ("typed", "stem"),
    [
        ("tenfold run a.yaml", "tenfold run a.yaml"),
        ("tenfold run a.yaml --scale 1,2,10 --out r --exit-zero", "tenfold run a.yaml"),
        (
            "tenfold run a.yaml --trace log.csv --from 10m --out=r --strategy x",
            "tenfold run a.yaml --trace log.csv --from 10m",
        ),
        ("tenfold run 'my app.yaml' --scale 1 --out 'o p'", "tenfold run 'my app.yaml'"),
        ("tenfold run --seed 3 a.yaml --json --matrix", "tenfold run --seed 3 a.yaml"),
    ],
)
def test_a_fix_is_tested_on_the_same_traffic_at_other_scales(typed: str, stem: str) -> None:
    assert command_stem(typed) == stem
