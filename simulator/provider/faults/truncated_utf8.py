"""A stream that ends inside a character."""

from typing import Literal

from pydantic import Field

from simulator.provider.faults.fault import Damage, Fault


class TruncatedUtf8(Fault):
    """After some tokens the first byte of a two-byte character, and the stream ends."""

    kind: Literal["truncated_utf8"]
    after_tokens: int = Field(default=1, ge=1)

    def damage(self) -> Damage:
        return Damage(ends_after=self.after_tokens, ending="utf8")
