"""Everything that sending needs in one process: the pacer, the connections and the wire format of the target."""

from dataclasses import dataclass

from simulator.replay.address import Address
from simulator.replay.clock import Clock
from simulator.replay.pacer import Pacer
from simulator.replay.plan import Target
from simulator.replay.pool import Pool
from simulator.replay.wire import Wire
from simulator.scenario.quality import Validator
from simulator.scenario.target import Timeouts
from simulator.traffic.prompts import Prompts


@dataclass(slots=True)
class Client:
    """Shared by all attempts of a process; `wire` changes with the rung."""

    clock: Clock
    pacer: Pacer
    pool: Pool
    wire: Wire
    timeouts: Timeouts
    validator: Validator | None = None

    @classmethod
    def to(cls, target: Target, prompts: Prompts, *, validator: Validator | None = None) -> "Client":
        """A new one that has not looked up its target yet. Raises `BadInput` or `InvalidFile` for what it says."""
        address = Address.of(target.base_url, prefix="" if target.app else "/v1")
        clock, wire = Clock(), Wire.to(target, address, prompts, simulated=False)
        pool = Pool(address, clock, ca_file=target.ca_file)
        return cls(clock, Pacer(), pool, wire, target.timeouts, validator)
