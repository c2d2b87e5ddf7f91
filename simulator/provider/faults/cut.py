"""A stream that ends in the middle."""

from typing import Literal

from pydantic import Field

from simulator.provider.faults.fault import Damage, Fault


class Cut(Fault):
    """The connection goes after some tokens, reset or closed; an answer that is shorter is not hit."""

    kind: Literal["cut"]
    after_tokens: int = Field(default=1, ge=1)
    by: Literal["rst", "fin"] = "rst"

    def damage(self) -> Damage:
        return Damage(ends_after=self.after_tokens, ending=self.by)
