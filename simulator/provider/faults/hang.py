"""A request that is accepted and never answered."""

from typing import Literal

from simulator.provider.faults.fault import Damage, Fault
from simulator.units import Duration


class Hang(Fault):
    """Silence until the client gives up; the connection is reset in the end."""

    kind: Literal["hang"]
    seconds: Duration = 600.0

    def damage(self) -> Damage:
        return Damage(drop=True, delay_s=self.seconds)
