"""Answers in a form that was asked for: they fit, are as long as planned, and lose the form as often as told."""

import json
from typing import Any

import pytest

from simulator.check import compiled
from simulator.provider.structured import ANY, Format, keeps, pieces, wanted

FIELDS = {"type": "object", "required": ["total", "name"], "properties": {"total": {"type": "number"}, "name": {}}}


def asked(schema: Any) -> Format:
    found = wanted({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}})
    assert found is not None
    return found


def test_each_api_says_it_in_its_own_words() -> None:
    schema = {"type": "json_schema", "schema": FIELDS}
    chat = {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": FIELDS}}}
    assert wanted({"text": {"format": schema}}) == wanted({"output_config": {"format": schema}}) == wanted(chat)
    assert wanted({"response_format": {"type": "json_object"}}) == ANY
    assert [wanted(body) for body in ({}, {"response_format": {"type": "text"}}, {"text": {"verbosity": "low"}})] == [
        None
    ] * 3


@pytest.mark.parametrize(
    "schema",
    [
        FIELDS,
        {"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/b"}, "minItems": 2}},
         "$defs": {"b": {"type": "string", "maxLength": 3}}},
        {"enum": ["yes", "no"]},
        {"type": "object", "properties": {"kind": {"const": "x"}, "n": {"type": "integer", "minimum": 7}}},
        {"anyOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "null"}]},
        {"type": ["null", "integer"], "exclusiveMinimum": 3, "multipleOf": 5},
        {"type": "array", "prefixItems": [{"type": "boolean"}, {"type": "string"}]},
    ],
)  # fmt: skip
def test_an_answer_fits_and_has_as_many_tokens_as_planned(schema: Any) -> None:
    for tokens in (1, 2, 3, 40):
        said = pieces(asked(schema), "r1/0/1", tokens, kept=True)
        assert len(said) == tokens
        assert all(said)
        assert compiled(schema).is_valid(json.loads("".join(said)))


def test_words_go_where_a_string_is_free() -> None:
    said = "".join(pieces(ANY, "r1/0/1", 12, kept=True))
    assert len(json.loads(said)["text"].split()) == 10


def test_cut_short_or_lost_it_is_no_json() -> None:
    whole = pieces(ANY, "r1/0/1", 12, kept=True)
    for said in (whole[:-1], pieces(ANY, "r1/0/1", 12, kept=False), pieces(asked({"enum": [1]}), "r", 9, kept=False)):
        with pytest.raises(json.JSONDecodeError):
            json.loads("".join(said))


def test_the_form_is_kept_as_often_as_told_and_always_by_the_same_key() -> None:
    kept = [keeps(0.9, seed=1, key=f"r{n}") for n in range(2000)]
    assert 1740 <= sum(kept) <= 1860
    assert kept == [keeps(0.9, seed=1, key=f"r{n}") for n in range(2000)]
    assert (keeps(1.0, seed=1, key="r"), keeps(0.0, seed=1, key="r")) == (True, False)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        (None, "needs its schema"),
        ({"type": "objekt"}, "not a JSON schema"),
        ({"$ref": "#"}, "nests without an end"),
        ({"type": "string", "pattern": "^a+$"}, "no answer can be made up for this schema"),
        ({"type": "object", "properties": {"a": {"enum": []}}}, "an enum without a value"),
    ],
)
def test_what_cannot_be_answered_is_told(schema: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        asked(schema)
