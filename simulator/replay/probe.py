"""One request to a target, sent and read exactly as a replay would, in this process and without Locust."""

from gevent.event import Event

from simulator.calls import Call, RequestRow
from simulator.errors import Precondition
from simulator.replay.address import Address
from simulator.replay.alarm import alarm
from simulator.replay.client import Client
from simulator.replay.clock import Clock
from simulator.replay.dialects import dialect_of
from simulator.replay.health import Health
from simulator.replay.pacer import Pacer
from simulator.replay.plan import Rung, Target
from simulator.replay.pool import Pool
from simulator.replay.share import Share
from simulator.replay.turn import LiveTurn
from simulator.replay.wire import Wire
from simulator.replay.worker import api_key
from simulator.strategies.node import parse
from simulator.strategies.tree import bind
from simulator.traffic.prompts import Prompts
from simulator.traffic.request import Request

_NS = 1_000_000_000
_NAME = "probe"
_INPUT_TOKENS, _OUTPUT_TOKENS = 20, 16


def probe(target: Target, model: str) -> Call:
    """The row of one streamed answer. Raises `Precondition` where the target's name does not resolve."""
    address = Address.of(target.base_url, prefix="" if target.app else "/v1")
    pacer, clock = Pacer(), Clock()
    pool = Pool(address, clock, ca_file=target.ca_file)
    try:
        pool.resolve()
    except OSError as error:
        raise Precondition(f"{address.host}: the name does not resolve ({error}); check the URL") from None
    wire = Wire(
        address,
        dialect_of(target),
        Prompts(1),
        key=api_key(target.key_env),
        headers=target.headers,
        models=target.models,
        body=target.body,
        simulated=False,
    )
    return _sent(Client(clock, pacer, pool, wire, target.timeouts), model)


def _sent(client: Client, model: str) -> Call:
    request = Request(_NAME, _NAME, 1, _NAME, 0.0, 0.0, _INPUT_TOKENS, _OUTPUT_TOKENS)
    rows: list[Call] = []
    over = Event()

    def record(calls: list[Call], _: RequestRow, __: LiveTurn | None) -> None:
        rows.extend(calls)

    ringer = alarm(client.pacer.pump)
    client.pacer.start(ringer)
    share = Share(
        client,
        Rung(scale=1, strategy=_NAME),
        bind(_NAME, parse(model)),
        [[request]],
        seed=1,
        worker=_NAME,
        health=Health(client, worker=_NAME, timer=ringer.name),
        record=record,
        finished=over.set,
    )
    now, limit = client.pacer.now(), int((client.timeouts.total + client.timeouts.connect) * _NS)
    share.begin(now, users=None, window_until_ns=now, drain_until_ns=now + limit)
    over.wait()
    ringer.close()
    client.pool.close()
    if not rows:
        raise Precondition("this machine has no descriptor or port left to send a request")
    return rows[-1]
