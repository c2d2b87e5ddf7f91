"""A provider whose door is shut for a while."""

from typing import Literal

from pydantic import model_validator

from simulator.provider.faults.fault import Damage, Fault


class Closed(Fault):
    """Connections are refused from the first time to the second; on one that is open, requests meet a reset."""

    kind: Literal["closed"]

    @model_validator(mode="after")
    def _by_schedule_only(self) -> "Closed":
        if self.between is None:
            raise ValueError("closed: say between which two times, as in between: [30s, 60s]")
        return self

    def damage(self) -> Damage:
        return Damage(drop=True)
