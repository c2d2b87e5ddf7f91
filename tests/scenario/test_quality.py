"""Who says how good answers are: exactly what a scenario has, and one source at a time."""

from pathlib import Path

import pytest

from simulator.errors import InvalidFile
from simulator.scenario.quality import Quality, Validator
from simulator.scenario.scenario import load

SHIPPED = Path(__file__).parents[2] / "scenarios" / "support-chat.yaml"


def quality(text: str, folder: Path, strategy: str = "") -> Quality:
    lines = [line for line in SHIPPED.read_text(encoding="utf-8").splitlines() if not line.startswith("quality:")]
    body = "\n".join(lines).replace("strategies:", f"strategies:\n{strategy}", 1) if strategy else "\n".join(lines)
    path = folder / "it.yaml"
    path.write_text(f"{body}\nquality: {text}\n", encoding="utf-8")
    found = load(path).quality
    assert found is not None
    return found


def test_judgements_come_before_a_validator_and_both_before_what_is_assumed(tmp_path: Path) -> None:
    assert quality("{labels: l.csv, validator: json, assumed: {gpt-4o: 90%}}", tmp_path).source == "labels"
    assert quality("{validator: json, assumed: {gpt-4o: 90%}}", tmp_path).source == "validator"
    found = quality("{assumed: {gpt-4o: 90%, gpt-4o-mini: {easy: 95%, hard: 60%..80%}}}", tmp_path)
    assert found.source == "assumed"
    assert found.assumed is not None
    assert found.assumed["gpt-4o-mini"]["hard"] == pytest.approx(0.7)  # type: ignore[index]


def test_a_validator_may_check_the_answers_of_some_journeys(tmp_path: Path) -> None:
    found = quality("{validator: {format: json, journeys: [question]}}", tmp_path).validator
    assert found is not None
    assert (found.checks("question"), found.checks("troubleshooting"), found.passes("{}")) == (True, False, True)
    assert Validator.model_validate_json(found.model_dump_json()).model_dump() == found.model_dump()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{}", "say where quality comes from: labels, validator or assumed"),
        ("{validator: xml}", "must be 'json', got xml"),
        ("{validator: {format: json, journeys: [ask]}}", "'ask' is no journey of this scenario; known: question, trou"),
        ("{assumed: {gpt-9: 90%}}", "quality.assumed: no strategy asks 'gpt-9'; known: gpt-4o, gpt-4o-mini"),
        ("{assumed: {gpt-4o: 140%}}", "140%"),
        ("{assumed: {gpt-4o: {medium: 40%}}}", "medium"),
    ],
)
def test_what_cannot_be_meant_is_told(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidFile, match=r"it\.yaml:") as told:
        quality(text, tmp_path)
    assert says in str(told.value)


def test_a_cascade_that_asks_the_validator_needs_one(tmp_path: Path) -> None:
    cascade = "  checked: {cascade: {of: [gpt-4o-mini, gpt-4o], accept: valid}}"
    assert quality("{validator: json}", tmp_path, cascade).source == "validator"
    with pytest.raises(InvalidFile, match="declare it in quality"):
        quality("{assumed: {gpt-4o: 90%}}", tmp_path, cascade)


def test_an_objective_on_valid_answers_needs_a_validator(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("objectives:", "objectives:\n  - valid > 98%\n #", 1)
    (tmp_path / "it.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"'valid > 98%' asks a validator"):
        load(tmp_path / "it.yaml")
