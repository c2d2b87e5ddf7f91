"""Mooncake's fields with times in seconds, as some load generators keep them."""

from typing import ClassVar

from simulator.traffic.formats.format import Head
from simulator.traffic.formats.mooncake import Timed


class MooncakeSeconds(Timed):
    """Never recognised, only named: nothing in such a file tells its unit."""

    name: ClassVar[str] = "mooncake-s"
    unit_ns: ClassVar[int] = 1_000_000_000

    def fits(self, _: Head) -> bool:
        return False
