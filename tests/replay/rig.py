"""One process's share of a rung, run in this process against a real socket, without Locust."""

from dataclasses import dataclass, field
from pathlib import Path

import gevent
from gevent.event import Event

from simulator.calls import Call, RequestRow
from simulator.replay.address import Address
from simulator.replay.alarm import alarm
from simulator.replay.client import Client
from simulator.replay.clock import Clock, now
from simulator.replay.dialects import dialect_of
from simulator.replay.health import Health
from simulator.replay.pacer import Pacer
from simulator.replay.plan import Rung, Target
from simulator.replay.pool import Pool
from simulator.replay.share import Share
from simulator.replay.turn import LiveTurn
from simulator.replay.wire import Wire
from simulator.scenario.quality import Validator
from simulator.scenario.target import Timeouts
from simulator.strategies import tree
from simulator.strategies.node import parse
from simulator.traffic.prompts import Prompts
from simulator.traffic.request import Request

NS = 1_000_000_000
TIMEOUTS = Timeouts(connect="1s", first_token="2s", total="5s")


def request(name: str = "s1.t1", *, at: float | None = 0.0, turn: int = 1, **fields: object) -> Request:
    """A planned request of ten prompt tokens and five of answer."""
    session = name.partition(".")[0]
    values = {"think_s": 0.0, "input_tokens": 10, "output_tokens": 5, **fields}
    return Request(request_id=name, session_id=session, turn=turn, journey="chat", at=at, **values)


@dataclass
class Rows:
    """What was recorded."""

    calls: list[Call] = field(default_factory=list)
    requests: list[RequestRow] = field(default_factory=list)
    share: Share | None = None

    def outcomes(self) -> list[str]:
        return [call.outcome for call in self.calls]

    def take(self, calls: list[Call], request: RequestRow, turn: LiveTurn | None) -> None:
        self.calls += calls
        self.requests.append(request)


def replay(
    url: str,
    *sessions: list[Request],
    strategy: object = "model",
    timeouts: Timeouts = TIMEOUTS,
    simulated: bool = False,
    ca_file: Path | None = None,
    target: Target | None = None,
    validator: Validator | None = None,
    users: int | None = None,
    span_s: float = 1.0,
    drain_s: float = 10.0,
    stop_after_s: float | None = None,
    rows: Rows | None = None,
) -> Rows:
    """Serve the sessions as a worker would; returns when all of them are over."""
    target = target or Target(base_url=url)
    address = Address.of(url, prefix="" if target.app else "/v1")
    pacer, clock, over, rows = Pacer(), Clock(), Event(), rows or Rows()
    pool = Pool(address, clock, ca_file=ca_file)
    pool.resolve()
    wire = Wire(
        address,
        dialect_of(target),
        Prompts(1),
        key="k",
        headers={},
        models={},
        body=target.body,
        simulated=simulated,
    )
    client = Client(clock, pacer, pool, wire, timeouts, validator)
    ringer = alarm(pacer.pump)
    pacer.start(ringer)
    share = Share(
        client,
        Rung(scale=1, strategy="it"),
        tree.compose({"it": parse(strategy)})["it"],
        list(sessions) or [[request()]],
        seed=1,
        worker="worker-1",
        health=Health(client, worker="worker-1", timer=ringer.name),
        record=rows.take,
        finished=over.set,
    )
    start = now() + NS // 100
    share.begin(
        start,
        users=users,
        window_until_ns=start + int(span_s * NS),
        drain_until_ns=start + int((span_s + drain_s) * NS),
    )
    if stop_after_s is not None:
        gevent.spawn_later(stop_after_s, share.stop)
    assert over.wait(timeout=20), "the share never ended"
    ringer.close()
    pool.close()
    rows.share = share
    return rows
