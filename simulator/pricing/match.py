"""Which names a catalogue entry answers to: the clauses of genai-prices, kept as data."""

import re
from collections.abc import Mapping
from typing import Any

Clause = Mapping[str, Any]


def matches(clause: Clause | None, name: str) -> bool:
    """Whether a clause holds for a name; letter case does not count, except as a regex says."""
    if clause is None:
        return False
    (kind, operand), text = next(iter(clause.items())), name.lower()
    if kind in ("or", "and"):
        return (any if kind == "or" else all)(matches(inner, name) for inner in operand)
    if kind == "regex":
        return re.search(operand, text) is not None
    sought = operand.lower()
    return bool(
        {
            "equals": text == sought,
            "starts_with": text.startswith(sought),
            "ends_with": text.endswith(sought),
            "contains": sought in text,
        }[kind]
    )


def dashed_date(name: str) -> str:
    """`gpt-5.2-20251211` as `gpt-5.2-2025-12-11`: gateways write dates without dashes."""
    return re.sub(r"-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=[-:]|$)", r"-\1-\2-\3", name)
