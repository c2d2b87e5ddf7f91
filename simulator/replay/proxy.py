"""A proxy on the way to the target, as the environment names it: HTTP_PROXY, HTTPS_PROXY, NO_PROXY."""

import base64
import ipaddress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from simulator.errors import BadInput
from simulator.replay.address import Address


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it listens, and the header that lets us in."""

    address: Address
    authorization: str | None

    @property
    def headers(self) -> dict[str, str]:
        return {"Proxy-Authorization": self.authorization} if self.authorization else {}

    def connect(self, target: Address) -> bytes:
        """The request for a tunnel to the target."""
        lines = {"Host": f"{target.host}:{target.port}"} | self.headers
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"CONNECT {target.host}:{target.port} HTTP/1.1\r\n{head}\r\n".encode()


def proxy_to(target: Address) -> Proxy | None:
    """The proxy for a target; none to this machine itself, whatever the environment says. Raises `BadInput`."""
    url = getproxies_environment().get(target.scheme)
    if url is None or _is_here(target.host) or proxy_bypass(f"{target.host}:{target.port}"):
        return None
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme != "http" or not parts.hostname:
        raise BadInput(f"{target.scheme}_proxy: {parts.scheme}://… proxies are not supported; name an http:// one")
    user = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    key = None if user is None else "Basic " + base64.b64encode(user.encode()).decode()
    return Proxy(Address(parts.scheme, parts.hostname, parts.port or 80, ""), key)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
