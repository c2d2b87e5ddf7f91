"""What is typed wrong in a strategy file is told in one line: the place, what is wrong, and what would be right."""

from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.strategies.library import Library

CLASSIFY = "{classify: {with: m, routes: {easy: m}, otherwise: hard}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{a: {retry: b}, b: {fallback: [c, m]}, c: {retry: a}}", "1:63: strategies.c.retry: .* circle: a → b → c → a"),
        ("{a: {route: {branches: [], otherwise: m}}}", "1:36: strategies.a.route.branches: needs 1 or more, has 0"),
        ("{a: {route: {branches: [{when: turn > 1, use: m}]}}}", "1:25: strategies.a.route.otherwise: is missing"),
        ("{a: {fallback: [m]}}", "1:28: strategies.a.fallback: needs 2 or more, has 1"),
        (f"{{a: {CLASSIFY}}}", "1:28: strategies.a.classify: otherwise: 'hard' is not one of the routes: easy"),
        (
            "{a: {split: {parts: {x: {share: 60%, of: m}, y: {share: 30%, of: n}}}}}",
            "1:33: strategies.a.split.parts: the shares must sum to 100%, got 90%",
        ),
        ("{a: {clasify: {with: m}}}", "1:17: strategies.a: unknown node word 'clasify'; did you mean 'classify'"),
        ("{a: {human: {takes: 5m}}}", "1:25: strategies.a.human.cost: is missing"),
        ("{a: [}", "1:18: expected the node content, but found '}'"),
    ],
)
def test_one_line_says_where_and_what(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(f"strategies: {text}\n")
    with pytest.raises(InvalidFile, match=f"wrong.yaml:{said}") as caught:
        Library.load(path)
    assert "\n" not in str(caught.value)
