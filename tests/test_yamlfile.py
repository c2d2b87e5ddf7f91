from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from simulator import yamlfile
from simulator.errors import InvalidFile
from simulator.units import Rate
from simulator.yamlfile import FileModel


class Steady(FileModel):
    kind: Literal["steady"]
    rate: Rate


class Bursty(FileModel):
    kind: Literal["bursty"]
    rate: Rate
    burstiness: float = 1.0


class Plan(FileModel):
    name: str
    arrivals: Annotated[Steady | Bursty, Field(discriminator="kind")]
    price: Decimal = Decimal(0)
    steps: list[Steady] = []


GOOD = """\
name: no
price: 0.1
arrivals: {kind: steady, rate: 2/s}
"""


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(InvalidFile) as caught:
        yamlfile.parse(text, Plan, name="plan.yaml")
    return caught.value.problems


def test_scalars_are_yaml_1_2_and_decimals_exact() -> None:
    plan = yamlfile.parse(GOOD, Plan, name="plan.yaml")
    assert (plan.name, plan.price, plan.arrivals.rate) == ("no", Decimal("0.1"), 2.0)


def test_every_problem_is_named_with_its_place_at_once() -> None:
    text = "nam: x\narrivals:\n  kind: bursty\n  rate: -2/s\n  burstines: 3\n"
    assert problems(text) == (
        "plan.yaml:1:1: name: is missing",
        "plan.yaml:4:9: arrivals.rate: must be more than 0, got -2/s",
        "plan.yaml:5:3: arrivals.burstines: unknown key (did you mean 'burstiness'?)",
        "plan.yaml:1:1: nam: unknown key (did you mean 'name'?)",
    )


def test_items_of_a_list_are_numbered() -> None:
    text = GOOD + "steps:\n  - {kind: steady, rate: 1/s}\n  - {kind: steady, rate: 0/s}\n"
    assert problems(text) == ("plan.yaml:6:26: steps.1.rate: must be more than 0, got 0/s",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: a\nname: b\n", "plan.yaml:2:1: "),
        ("name: [a\n", "plan.yaml:2:1: "),
        ("", "plan.yaml:1:1: "),
        ("- a\n", "plan.yaml:1:1: "),
        ("name: !!python/object:os.system x\n", "plan.yaml:1:7: "),
    ],
)
def test_broken_yaml_is_one_line_with_its_place(text: str, problem: str) -> None:
    (line,) = problems(text)
    assert line.startswith(problem)


class Odd(FileModel):
    times: Annotated[int, Field(ge=0)] = 0
    accept: Literal["finished", "json"] | Steady = "json"
    since: date = date(2026, 12, 1)
    on: bool = True
    most: float = 1.0


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("times: two", "1:8: times: must be a whole number, got two"),
        ("times: -2", "1:8: times: must be at least 0, got -2"),
        ("accept: 70%", "1:9: accept: must be 'finished' or 'json' or a block of keys (`key: value`), got 70%"),
        ("since: 12/01/2026", "1:8: since: must be a day as in 2026-12-01, got 12/01/2026"),
        ("most: NaN", "1:7: most: must be a finite number, got NaN"),
        ("most: .inf", "1:7: most: must be a finite number, got .inf"),
        ("on: [a]", "1:5: on: must be true or false, got a list"),
        ("hello", "1:1: file: must be a block of keys (`key: value`), got hello"),
        ("times: 1\non: true\ntimes: 2", "3:1: found duplicate key 'times'"),
    ],
)
def test_a_wrong_kind_of_value_is_told_in_words_of_the_file(text: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        yamlfile.parse(text, Odd, name="odd.yaml")
    assert caught.value.problems == (f"odd.yaml:{problem}",)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"no-such\.yaml: no such file; check the path"):
        yamlfile.load(tmp_path / "no-such.yaml", Plan)


def test_a_null_character_is_no_path() -> None:
    with pytest.raises(InvalidFile, match="no path has a null character"):
        yamlfile.read_text(Path("small\0.yaml"))


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("name: café\n".encode("latin-1"))
    with pytest.raises(InvalidFile, match="not UTF-8 at byte 9"):
        yamlfile.load(path, Plan)
