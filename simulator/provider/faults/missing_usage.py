"""An answer that does not say what it used."""

from typing import Literal

from simulator.provider.faults.fault import Damage, Fault


class MissingUsage(Fault):
    """No usage, although it was asked for: a client must not bill it as 0."""

    kind: Literal["missing_usage"]

    def damage(self) -> Damage:
        return Damage(no_usage=True)
