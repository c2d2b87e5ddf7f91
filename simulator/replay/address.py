"""Where a target listens, from its base URL."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import gevent.socket as cooperative

from simulator.errors import BadInput


@dataclass(frozen=True, slots=True)
class Address:
    """A base URL taken apart."""

    scheme: str
    host: str
    port: int
    prefix: str
    """Path that every request starts with, without a slash at the end."""

    @classmethod
    def of(cls, base_url: str, *, prefix: str = "/v1") -> "Address":
        """`prefix` stands where a URL has no path: every vendor's API lives under `/v1`."""
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(f"{base_url!r} is not a URL; write http://host:port/v1 or https://host/v1")
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        return cls(parts.scheme, parts.hostname, port, parts.path.rstrip("/") or prefix)

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

    @property
    def root(self) -> str:
        """The origin, as in `http://host:port`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def authority(self) -> str:
        """As the Host header says it: without the scheme's own port."""
        default = {"http": 80, "https": 443}[self.scheme]
        return self.root.partition("://")[2].removesuffix(f":{default}")

    def resolve(self) -> list[tuple[int, Any]]:
        """Family and socket address of each address, in the resolver's order; `OSError` where there is none."""
        found = cooperative.getaddrinfo(self.host, self.port, type=cooperative.SOCK_STREAM)
        return [(family, sockaddr) for family, _, _, _, sockaddr in found]
