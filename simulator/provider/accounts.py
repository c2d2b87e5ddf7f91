"""Accounts of a provider: which keys share one set of buckets, and their limits where they differ from the model's.

A key itself never stands here. It is named by the environment variable that holds it, or by its SHA-256.
"""

from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from simulator.provider.limits.style import LimitStyle
from simulator.registry import family
from simulator.yamlfile import FileModel

if TYPE_CHECKING:
    AnyLimits = LimitStyle
else:
    AnyLimits = family("simulator.provider.limits", LimitStyle, tag="style")

NO_KEY = "no key"
"""The account that all callers without a key share. A label has no spaces, so none is called that."""

_HEX = frozenset("0123456789abcdef")


def _names_a_key(text: str) -> str:
    """`env:VARIABLE` or `sha256:` and 64 hex digits. The message does not repeat what stands there: it may be a key."""
    kind, _, value = text.partition(":")
    variable = kind == "env" and value.isidentifier() and value.isascii()
    digest = kind == "sha256" and len(value) == 64 and _HEX.issuperset(value)
    if not (variable or digest):
        raise ValueError(
            "must be env:VARIABLE or sha256:<64 hex digits of the key>; a key itself never stands in a file"
        )
    return text


KeyName = Annotated[str, AfterValidator(_names_a_key)]
Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Account(FileModel):
    """Keys that share buckets, as those of one organisation or project do."""

    keys: tuple[KeyName, ...] = Field(min_length=1)
    limits: dict[str, AnyLimits | None] = {}
    """By model, in place of the model's own; null means that nothing limits this account."""
