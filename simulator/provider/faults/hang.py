"""A request that is accepted and never answered."""

from typing import Literal

from pydantic import Field

from simulator.provider.faults.fault import Damage, Fault
from simulator.units import Duration


class Hang(Fault):
    """Silence until the client gives up; the connection is reset in the end."""

    kind: Literal["hang"]
    seconds: Duration = Field(default=600.0, validate_default=False)

    def damage(self) -> Damage:
        return Damage(drop=True, delay_s=self.seconds)
