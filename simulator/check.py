"""What the text of an answer must be: JSON, JSON that fits a schema, or a pattern. Pure: text in, yes or no out."""

import json
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import jsonschema_rs
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from simulator.errors import InvalidFile
from simulator.yamlfile import FileModel, plain, read_text

_FORM = "say one of: json, {schema: FILE or the schema itself}, {matches: a regular expression}"


def _pattern(value: Any) -> re.Pattern[str]:
    try:
        return value if isinstance(value, re.Pattern) else re.compile(str(value))
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from None


Pattern = Annotated[
    re.Pattern[str],
    BeforeValidator(_pattern),
    PlainSerializer(lambda pattern: pattern.pattern),
    WithJsonSchema({"type": "string", "format": "regex"}),
]


class Check(FileModel):
    """Exactly one of three; the word `json` alone means the first."""

    format: Literal["json"] | None = None
    """Parses as JSON (RFC 8259: neither NaN nor Infinity)."""
    fits: Annotated[dict[str, Any], AfterValidator(plain)] | Path | None = Field(default=None, alias="schema")
    """A JSON schema of any draft, or the file that holds it."""
    matches: Pattern | None = None
    """A regular expression that is found in the text."""

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: Any) -> Any:
        return {"format": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if sum(one is not None for one in (self.format, self.fits, self.matches)) != 1:
            raise ValueError(_FORM)
        if isinstance(self.fits, dict):
            _ = self._validator
        return self

    @model_serializer
    def form(self) -> Any:
        """As it is written in a file."""
        if self.format:
            return self.format
        return {"matches": self.matches.pattern} if self.matches else {"schema": self.fits}

    def beside(self, folder: Path) -> Self:
        """The same with its schema read from the file that it names. Raises `InvalidFile`."""
        return self.model_copy(update={"fits": _read(folder / self.fits)}) if isinstance(self.fits, Path) else self

    def passes(self, text: str) -> bool:
        """Whether an answer is what it must be. A schema that stands in a file has to be read before: `beside`."""
        if self.matches is not None:
            return bool(self.matches.search(text))
        try:
            value = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return False
        return self.fits is None or bool(self._validator.is_valid(value))

    @property
    def text(self) -> str:
        """What passes, in words."""
        if self.matches is not None:
            return f"matches {self.matches.pattern!r}"
        if isinstance(self.fits, Path):
            return f"JSON that fits {self.fits}"
        return "JSON that fits its schema" if self.fits is not None else "valid JSON"

    @cached_property
    def _validator(self) -> jsonschema_rs.Validator:
        assert isinstance(self.fits, dict), "read the file of the schema first"
        return compiled(self.fits)


def _read(path: Path) -> dict[str, Any]:
    text = read_text(path)
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidFile(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from None
    try:
        compiled(schema)
    except ValueError as error:
        raise InvalidFile(f"{path}: {error}") from None
    return dict(schema)


def compiled(schema: Any) -> jsonschema_rs.Validator:
    """Raises ValueError for what is no schema, or refers to one elsewhere: nothing is fetched."""
    if not isinstance(schema, dict):
        raise ValueError("a JSON schema is an object")  # noqa: TRY004  # told with its place
    try:
        return jsonschema_rs.validator_for(schema, retriever=_fetch_nothing)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        raise ValueError(f"not a JSON schema: {str(error).splitlines()[0]}") from None


def _fetch_nothing(uri: str) -> Any:
    raise ValueError(f"{uri} is not fetched; put it into the schema itself, under $defs")


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")
