"""A stream without its end mark."""

from typing import Literal

from simulator.provider.faults.fault import Damage, Fault


class MissingDone(Fault):
    """Everything is there but the last event, which says that everything is there."""

    kind: Literal["missing_done"]

    def damage(self) -> Damage:
        return Damage(no_done=True)
