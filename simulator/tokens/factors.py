"""Declared factors from o200k counts to other vendors' tokenizers, by model family and kind of text."""

import re
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast, get_args

from pydantic import Field

from simulator.errors import BadInput
from simulator.yamlfile import FileModel, parse

Content = Literal["prose", "docs", "legal", "code", "json", "csv", "european", "cyrillic", "cjk", "indic_arabic"]
"""What a text is made of; the same model counts them very differently."""


def content_of(word: str) -> Content:
    """Raises `BadInput` for a kind of text that no factor is declared for."""
    known = get_args(Content)
    if word not in known:
        raise BadInput(f"{word!r} is not a kind of text; known are {', '.join(known)}")
    return cast("Content", word)


class Family(FileModel):
    """Models that share a tokenizer. `pattern` is searched in the lower-case model name; the first family wins."""

    name: str
    pattern: str
    factors: dict[Content, Decimal] = Field(min_length=1)

    @property
    def band(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest factor over all kinds of text."""
        return min(self.factors.values()), max(self.factors.values())


class Factors(FileModel):
    families: list[Family] = Field(min_length=1)

    @property
    def band(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest factor over all families."""
        return min(one.band[0] for one in self.families), max(one.band[1] for one in self.families)

    def family_of(self, model: str) -> Family | None:
        """The family of a model name; None where none is declared."""
        return next((one for one in self.families if re.search(one.pattern, model.lower())), None)


@lru_cache(maxsize=1)
def load() -> Factors:
    """The shipped table."""
    text = (files("simulator.tokens") / "factors.yaml").read_text(encoding="utf-8")
    return parse(text, Factors, name="simulator/tokens/factors.yaml")
