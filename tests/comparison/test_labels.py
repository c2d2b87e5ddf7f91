from pathlib import Path

import pytest

from simulator.comparison.labels import Labels
from simulator.errors import InvalidFile


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_json_lines_and_csv_say_the_same(tmp_path: Path) -> None:
    lines = '{"request_id": "r1", "model": "big", "quality": 1, "segment": "legal"}\n\n'
    columns = "request_id,model,quality,segment\nr1,big,1,legal\n"
    expected = Labels({("r1", "big"): 1.0}, {"r1": "legal"})
    assert Labels.read(_file(tmp_path, "labels.jsonl", lines)) == expected
    assert Labels.read(_file(tmp_path, "labels.csv", columns)) == expected


def test_a_routers_own_score_may_stand_beside_the_judgements(tmp_path: Path) -> None:
    columns = "request_id,model,quality,score\nr1,big,1,0.7\nr1,small,0,0.7\nr2,big,1,\n"
    assert Labels.read(_file(tmp_path, "labels.csv", columns)).score == {"r1": 0.7}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"request_id": "r1", "quality": 1}', "labels.jsonl:1:1: model is missing"),
        ('{"request_id": "r1", "model": "m", "quality": 7}', "scale a judge's 1 to 10"),
        ('{"request_id": "r1", "model": "m", "quality": "good"}', "quality must be a number from 0 to 1"),
        (
            '{"request_id": "r1", "model": "m", "quality": 1}\n{"request_id": "r1", "model": "m", "quality": 0}',
            "labels.jsonl:2:1: the quality of m on r1 is 1.0 on a line above and 0.0 here; give one",
        ),
        ("[1]", "each line is an object"),
        ("{", "not a line of JSON"),
        ("", "no labels"),
    ],
)
def test_a_bad_line_has_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidFile, match=problem):
        Labels.read(_file(tmp_path, "labels.jsonl", text))
