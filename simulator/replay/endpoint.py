"""What the conductor does with the target besides load: is it there, is it ours, reset it, ask how it felt."""

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any

from simulator.errors import Precondition
from simulator.replay.address import Address
from simulator.replay.plan import Target
from simulator.replay.proxy import Proxy, proxy_to
from simulator.replay.tls import context

_TIMEOUT_S = 10.0


class Endpoint:
    """Blocking calls between rungs; Locust has patched the sockets, so only the calling greenlet waits."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._address = Address.of(target.base_url)

    def check(self) -> bool:
        """Whether the target is a simulated endpoint of ours. Raises `Precondition` where nobody answers."""
        try:
            status, _ = self._call("GET", "/sim/state")
        except (OSError, HTTPException) as error:
            raise Precondition(f"{self._address.root}: the target does not answer ({error}); is it running?") from None
        return status == 200

    def reset(self) -> None:
        """Forget limits, caches and figures, so that rungs do not see each other."""
        status, _ = self._call("POST", "/sim/reset")
        if status >= 300:
            raise Precondition(f"{self._address.root}/sim/reset answered {status}; restart the embedded endpoint")

    def state(self) -> dict[str, Any]:
        """What a simulated endpoint says of itself since the reset; empty where it does not answer."""
        try:
            status, body = self._call("GET", "/sim/state")
            state = json.loads(body) if status == 200 else {}
        except (OSError, HTTPException, ValueError):
            return {}
        return state if isinstance(state, dict) else {}

    def _call(self, method: str, path: str) -> tuple[int, bytes]:
        proxy = proxy_to(self._address)
        connection = self._connection(proxy)
        headers = {"Content-Length": "0"} if method == "POST" else {}
        if proxy and not self._address.secure:
            path, headers = self._address.root + path, headers | proxy.headers
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _connection(self, proxy: Proxy | None) -> HTTPConnection:
        """To the target, or to the proxy before it."""
        target = self._address
        nearest = proxy.address if proxy else target
        if not target.secure:
            return HTTPConnection(nearest.host, nearest.port, timeout=_TIMEOUT_S)
        made = context(self._target.ca_file)
        connection = HTTPSConnection(nearest.host, nearest.port, timeout=_TIMEOUT_S, context=made)
        if proxy:
            connection.set_tunnel(target.host, target.port, proxy.headers)
        return connection
