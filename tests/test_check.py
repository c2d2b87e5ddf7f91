"""What the text of an answer must be, for cascades and for a scenario's validator."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.check import Check
from simulator.errors import InvalidFile
from simulator.yamlfile import FileModel, parse

FIELDS = "{schema: {type: object, required: [total], properties: {total: {type: number, minimum: 0.5}}}}"


class _File(FileModel):
    must_be: Check


def check(text: str) -> Check:
    return parse(f"must_be: {text}", _File, name="it.yaml").must_be


@pytest.mark.parametrize(
    ("form", "passing", "failing"),
    [
        (
            "json",
            ['{"total": 1}', " [1]\n", '"x"'],
            ["", "{", "NaN", '{"a": Infinity}', "```json\n{}\n```", "[" * 10**6],
        ),
        (FIELDS, ['{"total": 0.5}', '{"total": 2, "more": 1}'], ['{"total": 0.4}', "{}", "[]", '{"total": 1', "total"]),
        ("{matches: '^(yes|no)$'}", ["yes"], ["maybe", ""]),
    ],
)
def test_an_answer_is_what_it_must_be_or_not(form: str, passing: list[str], failing: list[str]) -> None:
    assert all(check(form).passes(text) for text in passing)
    assert not any(check(form).passes(text) for text in failing)


@pytest.mark.parametrize("form", ["json", FIELDS, "{matches: '^x'}"])
def test_what_is_written_into_a_plan_is_read_as_the_same(form: str) -> None:
    one = check(form)
    assert _File.model_validate_json(_File(must_be=one).model_dump_json()).must_be.model_dump() == one.model_dump()
    assert one.passes('{"total": 0.4}') == Check.model_validate_json(one.model_dump_json()).passes('{"total": 0.4}')


@given(st.text())
def test_no_text_is_too_strange_to_be_checked(text: str) -> None:
    assert not (check(FIELDS).passes(text) and not check("json").passes(text))


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("xml", "must be 'json', got xml"),
        ("{}", "say one of: json"),
        ("{format: json, matches: x}", "say one of: json"),
        ("{matches: '('}", "'(' is not a regular expression"),
        ("{schema: {type: objekt}}", "not a JSON schema: "),
        ("{schema: {$ref: 'http://127.0.0.1:9/other.json'}}", "is not fetched; put it into the schema itself"),
    ],
)
def test_what_is_no_check_is_told_with_its_place(form: str, says: str) -> None:
    with pytest.raises(InvalidFile, match=r"it\.yaml:1:") as told:
        check(form)
    assert says in str(told.value)


def test_a_schema_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "fields.json").write_text('{"type": "object", "required": ["total"]}', encoding="utf-8")
    one = check("{schema: fields.json}")
    assert one.text == "JSON that fits fields.json"
    read = one.beside(tmp_path)
    assert (read.passes('{"total": 1}'), read.passes("{}")) == (True, False)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "fields.json:1:2: not JSON"),
        ("[]", "fields.json: a JSON schema is an object"),
        ('{"type": 3}', "not a JSON"),
    ],
)
def test_a_file_that_holds_no_schema_is_named(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "fields.json").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidFile, match=r"fields\.json") as told:
        check("{schema: fields.json}").beside(tmp_path)
    assert says in str(told.value)
