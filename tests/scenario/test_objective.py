"""Objectives: one line each, read whole or refused with the form to write."""

import math
import re

import pytest

from simulator.errors import InvalidFile
from simulator.scenario.objective import Objective
from simulator.yamlfile import FileModel, parse


class File(FileModel):
    objectives: list[Objective]


def read(*lines: str) -> list[Objective]:
    return parse("objectives:\n" + "".join(f"  - {line}\n" for line in lines), File, name="s.yaml").objectives


def test_the_forms_that_a_scenario_may_use() -> None:
    read_back = [
        (o.metric, o.percentile, o.below, o.strict, o.target, o.unit, o.at)
        for o in read(
            "p(95) time_to_first_token < 2s",
            "p99 response_time <= 800ms at 2x",
            "refused < 1%",
            "answered >= 99.5%",
            "monthly_cost < $5,000",
            "p(90) monthly_cost < $5,000",
        )
    ]
    assert read_back == [
        ("time_to_first_token", 95, True, True, 2.0, "s", None),
        ("response_time", 99, True, False, 0.8, "s", 2.0),
        ("refused", None, True, True, 0.01, "share", None),
        ("answered", None, False, False, 0.995, "share", None),
        ("monthly_cost", None, True, True, 5000.0, "usd", None),
        ("monthly_cost", 90, True, True, 5000.0, "usd", None),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("fast", "is not an objective; write `p(95) response_time < 2s`"),
        ("p(95) latency < 2s", "'latency' is not measured; known: time_to_first_token"),
        ("response_time < 2s", "say the percentile"),
        ("p(97) response_time < 2s", "p(97) is not kept; use p(50), p(90), p(95) or p(99)"),
        ("p(95) refused < 1%", "refused has no percentiles"),
        ("p(95) monthly_cost < $5", "a month has P50 and P90, not P95; write `p(90) monthly_cost < …`"),
        ("p(95) response_time < 2", "is not a duration"),
        ("p(95) response_time > 2s", "would hold where it should fail; write `p(95) response_time < 2s`"),
        ("errors >= 1%", "would hold where it should fail; write `errors <= 1%`"),
        ("answered < 99%", "would hold where it should fail; write `answered > 99%`"),
    ],
)
def test_a_line_that_is_no_objective_is_named_with_its_place(line: str, says: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read(line)
    assert str(caught.value).startswith("s.yaml:2:5: objectives.0: ")
    assert says in str(caught.value)


def test_the_target_itself_fails_a_strict_bound_and_infinity_never_stays_below() -> None:
    strict, loose = read("p(95) response_time < 2s", "p(95) response_time <= 2s")
    assert [strict.holds(x) for x in (1.999, 2.0, math.inf)] == [True, False, False]
    assert [loose.holds(x) for x in (2.0, 2.001)] == [True, False]


def test_an_objective_is_written_back_as_it_was_read() -> None:
    (objective,) = read("p(95) response_time < 2s at 10x")
    assert objective.model_dump() == "p(95) response_time < 2s at 10x"
    assert Objective.model_validate(objective.model_dump()) == objective


def test_a_file_may_say_it_as_text_only_and_its_schema_says_so() -> None:
    with pytest.raises(InvalidFile, match="is not a line of text"):
        read("{metric: refused, target: 0.5}")
    schema = File.model_json_schema()["$defs"]["Objective"]
    assert schema["type"] == "string"
    assert all(re.fullmatch(schema["pattern"].replace("?<", "?P<"), example) for example in schema["examples"])
