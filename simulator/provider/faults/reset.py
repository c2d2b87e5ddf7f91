"""A connection reset after the request was accepted."""

from typing import Literal

from simulator.provider.faults.fault import Damage, Fault


class Reset(Fault):
    """RST before any byte of an answer: the client cannot know whether the request was served."""

    kind: Literal["reset"]

    def damage(self) -> Damage:
        return Damage(drop=True)
