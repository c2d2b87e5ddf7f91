"""How many tokens a text has for a model, and how far that number can be trusted."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from simulator.tokens import encoding, factors
from simulator.tokens.factors import Content

BASE = "o200k_base"
"""The encoding that factors are declared against."""


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens of one text, with the class of trust that the ledger uses.

    exact: the model's own encoding · estimated: o200k × the factor declared for the model's family · assumed: no
    family is declared for the model, so the o200k count stands as it is.
    """

    tokens: int
    source: Literal["exact", "estimated", "assumed"]
    low: int
    high: int
    """The band over all kinds of text (and, where assumed, over all families); equal to `tokens` where exact."""
    method: str


def count(text: str, model: str, *, content: Content = "prose") -> Count:
    """Count offline. Special tokens in the text count as the characters they are made of, as a user's text does.

    `content` matters only to estimates.
    """
    name = encoding.encoding_of(model)
    tokens = len(encoding.load(name or BASE).encode_ordinary(text))
    if name:
        return Count(tokens, "exact", tokens, tokens, name)
    table = factors.load()
    family = table.family_of(model)
    low, high = family.band if family else table.band
    factor = family.factors.get(content) if family else None
    method = f"{BASE} × {factor} ({family.name}, {content})" if family and factor else f"{BASE}, no factor for {model}"
    source: Literal["estimated", "assumed"] = "estimated" if factor else "assumed"
    return Count(_round(tokens * (factor or 1)), source, _round(tokens * low), _round(tokens * high), method)


def _round(tokens: Decimal | int) -> int:
    return int(Decimal(tokens).to_integral_value(rounding=ROUND_HALF_UP))
