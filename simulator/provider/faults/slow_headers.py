"""Headers that come late."""

from typing import Literal

from simulator.provider.faults.fault import Damage, Fault
from simulator.units import Duration


class SlowHeaders(Fault):
    """The answer is written as always, but nothing leaves for a while."""

    kind: Literal["slow_headers"]
    seconds: Duration

    def damage(self) -> Damage:
        return Damage(delay_s=self.seconds)
