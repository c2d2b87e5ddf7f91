"""One request to a target, sent and read exactly as a replay would, in this process and without Locust."""

from gevent.event import Event

from simulator.calls import Call, RequestRow
from simulator.errors import Precondition
from simulator.replay.alarm import alarm
from simulator.replay.client import Client
from simulator.replay.health import Health
from simulator.replay.plan import Rung, Target
from simulator.replay.share import Share
from simulator.replay.turn import LiveTurn
from simulator.strategies.node import parse
from simulator.strategies.tree import bind
from simulator.traffic.prompts import Prompts
from simulator.traffic.request import Request

_NS = 1_000_000_000
_NAME = "probe"
_INPUT_TOKENS, _OUTPUT_TOKENS = 20, 16


def probe(target: Target, model: str) -> Call:
    """The row of one streamed answer. Raises `Precondition` where the target's name does not resolve."""
    client = Client.to(target, Prompts(1))
    try:
        client.pool.resolve()
    except OSError as error:
        host = client.pool.address.host
        raise Precondition(f"{host}: the name does not resolve ({error}); check the URL") from None
    return _sent(client, model)


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
