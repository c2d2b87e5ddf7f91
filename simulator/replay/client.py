"""Everything that sending needs in one process: the pacer, the connections and the wire format of the target."""

from dataclasses import dataclass

from simulator.replay.clock import Clock
from simulator.replay.pacer import Pacer
from simulator.replay.pool import Pool
from simulator.replay.wire import Wire
from simulator.scenario.quality import Validator
from simulator.scenario.target import Timeouts


@dataclass(slots=True)
class Client:
    """Shared by all attempts of a process; `wire` changes with the rung."""

    clock: Clock
    pacer: Pacer
    pool: Pool
    wire: Wire
    timeouts: Timeouts
    validator: Validator | None = None
