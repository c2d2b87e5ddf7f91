"""Where requests go, and what must hold before the first one: loopback or a spend limit, a listening port."""

import ipaddress
import os
import socket
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from pydantic import ValidationError

from simulator.errors import BadInput, Precondition
from simulator.replay import plan
from simulator.scenario.target import Target

_PROBE_S = 5.0


def is_loopback(url: str) -> bool:
    """Whether the host of a URL is this machine; only then is a run free to send without a spend limit."""
    host = _host(url)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_listening(url: str) -> None:
    """Raises `Precondition` where nobody listens, saying what was tried."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((_host(url), port), timeout=_PROBE_S).close()
    except OSError as error:
        why = error.strerror or str(error)
        raise Precondition(
            f"{shown(url)}: nobody answers (tried {_host(url)}:{port}: {why}); "
            "start the endpoint, or leave out --target to use the embedded one"
        ) from None


def check_answers(target: plan.Target, models: Iterable[str]) -> Iterator[str]:
    """Ask each model one short question, outside of the run and its ledger; what failed and may pass, a line each.

    Raises `Precondition` where one is turned down for good (a wrong key, path, name or certificate): minutes of load
    would only repeat it.
    """
    from simulator.replay.doctor import unanswered

    for model in models:
        if found := unanswered(target, model):
            text = f"{shown(target.base_url)}: one short question to {model} ended as {found.why}"
            if found.for_good:
                raise Precondition(text)
            yield f"{text}; the run goes on and measures it"


def check_key(target: Target) -> None:
    """Raises `Precondition` where the variable that should hold the key is not set."""
    if not os.environ.get(target.key_env):
        raise Precondition(f"{target.key_env} is not set; export the endpoint's key in it (a key is never a flag)")


def bare_target(url: str, *, api: str, key_env: str) -> plan.Target:
    """An endpoint that no scenario names; asked with a key where its variable is set. Raises `BadInput`."""
    said = {"base_url": url, "api": api, "key_env": key_env if os.environ.get(key_env) else None}
    try:
        return plan.Target.model_validate(said)
    except ValidationError as error:
        raise BadInput(f"{url}: {error.errors()[0]['msg']}") from None


def shown(url: str) -> str:
    """A URL as it may be written down: scheme, host and path, without user, password or query."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{_host(url)}{port}{parts.path}"


def _host(url: str) -> str:
    host = urlsplit(url).hostname
    if not host:
        raise BadInput(f"{url!r} has no host; write a base URL as in https://staging.example.com/v1")
    return host
