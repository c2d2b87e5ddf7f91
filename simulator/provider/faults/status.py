"""An HTTP error instead of an answer."""

from typing import Literal

from simulator.provider.faults.fault import Damage, Fault
from simulator.units import Duration


class Status(Fault):
    """500, 502, 503, 529, 429, 401, … before any work; with a schedule it is an outage."""

    kind: Literal["status"]
    status: Literal[400, 401, 403, 408, 409, 429, 500, 502, 503, 504, 529] = 500
    retry_after: Duration | None = None

    def damage(self) -> Damage:
        return Damage(status=self.status, retry_after_s=self.retry_after)
