"""A prefix cache that forgets."""

from typing import Literal

from simulator.provider.faults.fault import Damage, Fault


class CacheFlush(Fault):
    """Everything cached for the model is gone when the order arrives, as after a deployment of the provider."""

    kind: Literal["cache_flush"]

    def damage(self) -> Damage:
        return Damage(flush_cache=True)
