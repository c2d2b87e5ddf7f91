"""A stream that pauses."""

from typing import Literal

from pydantic import Field

from simulator.provider.faults.fault import Damage, Fault
from simulator.units import Duration


class Stall(Fault):
    """Nothing leaves for a while in the middle; what was written meanwhile follows in one go."""

    kind: Literal["stall"]
    after_tokens: int = Field(default=1, ge=1)
    seconds: Duration

    def damage(self) -> Damage:
        return Damage(stall_after=self.after_tokens, stall_s=self.seconds)
