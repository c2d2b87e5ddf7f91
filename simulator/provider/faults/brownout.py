"""A provider that is slow for a while."""

from typing import Literal

from pydantic import Field

from simulator.provider.faults.fault import Damage, Fault


class Brownout(Fault):
    """Answers that begin while it lasts take longer, to the first token and per token."""

    kind: Literal["brownout"]
    slower: float = Field(ge=1)

    def damage(self) -> Damage:
        return Damage(slower=self.slower)
