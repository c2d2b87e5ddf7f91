"""An event that is not JSON."""

from typing import Literal

from pydantic import Field

from simulator.provider.faults.fault import Damage, Fault


class Malformed(Fault):
    """One broken event after some tokens; the stream goes on. A whole body is cut short."""

    kind: Literal["malformed"]
    after_tokens: int = Field(default=1, ge=1)

    def damage(self) -> Damage:
        return Damage(malformed_after=self.after_tokens)
