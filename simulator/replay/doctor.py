"""Is this machine fit to measure, and does the target answer as a test needs it? One line per finding."""

import os
import resource
from collections.abc import Iterator
from typing import Literal, NamedTuple

from gevent.event import Event

from simulator.calls import ANSWERED, Call
from simulator.figures import Figures
from simulator.replay.alarm import alarm
from simulator.replay.clock import Clock, now
from simulator.replay.plan import Target
from simulator.replay.probe import probe
from simulator.replay.selfcheck import percentile
from simulator.units import seconds_text

_NS = 1_000_000_000
_RINGS = 100
_RING_GAP_NS = 2_000_000
_LATE_S = 0.005
"""Alarms later than this on an idle machine: the send lag of a run will be worse."""
_DESCRIPTORS = 4096
"""About one per request in flight; fewer stop a launch test at ten times the traffic."""


class Finding(Figures):
    """What was looked at, and what to do about it."""

    what: str
    state: Literal["ok", "warn", "fail"]
    text: str


def machine() -> Iterator[Finding]:
    """This machine as a load generator."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    text = f"{usable} usable" + (
        "" if usable > 1 else "; the embedded endpoint and the generator share one and disturb"
    )
    yield Finding(what="cores", state="ok" if usable > 1 else "warn", text=text)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = "no limit" if hard == resource.RLIM_INFINITY else f"{hard:,}"
    few = hard != resource.RLIM_INFINITY and hard < _DESCRIPTORS
    more = f"; raise it (ulimit -Hn) for more than {hard:,} requests in flight" if few else ""
    yield Finding(what="descriptors", state="warn" if few else "ok", text=most + more)
    clock = Clock()
    note = "" if clock.kernel else "; a busy generator reads answers later than they came"
    yield Finding(what="receive clock", state="ok" if clock.kernel else "warn", text=clock.name + note)
    yield _timer()


def _timer() -> Finding:
    late, name = _lateness()
    text = f"{name}, late by {seconds_text(late)} at p99 of {_RINGS} rings"
    if late <= _LATE_S:
        return Finding(what="timer", state="ok", text=text)
    return Finding(what="timer", state="warn", text=f"{text}; something else keeps this machine busy")


def _lateness() -> tuple[float, str]:
    """p99 of how late alarms ring, seconds, and the kind of alarm."""
    lags: list[float] = []
    over, due = Event(), now() + _RING_GAP_NS

    def ring() -> None:
        nonlocal due
        lags.append((now() - due) / _NS)
        due = now() + _RING_GAP_NS
        ringer.at(due)
        if len(lags) == _RINGS:
            over.set()

    ringer = alarm(ring)
    ringer.at(due)
    over.wait()
    ringer.close()
    return percentile(lags, 0.99) or 0.0, ringer.name


def target(target: Target, model: str) -> Iterator[Finding]:
    """One streamed answer of a few tokens. Raises `Precondition` or `BadInput` where nothing can be sent."""
    call = probe(target, model)
    answered = call.outcome in ANSWERED
    yield Finding(what="answer", state="ok" if answered else "fail", text=call.outcome if answered else _why(call))
    if answered:
        yield from _stream(call)
        yield _usage(call)
        yield _limits(call)


class Unanswered(NamedTuple):
    """Why one short question was not answered."""

    why: str
    for_good: bool
    """A run would only repeat it. Else it may pass: a quota fills again, a failing server may come back."""


def unanswered(target: Target, model: str) -> Unanswered | None:
    """One short question, outside of any run; None where it was answered."""
    call = probe(target, model)
    return None if call.outcome in ANSWERED else Unanswered(_why(call), call.outcome in _FOR_GOOD)


def _stream(call: Call) -> Iterator[Finding]:
    if call.first_token_at is None or call.sent_at is None:
        text = "the answer came in one piece: no time to first token can be measured"
        yield Finding(what="stream", state="warn", text=text)
        return
    first = seconds_text(call.first_token_at - call.sent_at)
    yield Finding(what="stream", state="ok", text=f"first token after {first}, {call.chunks} chunks")
    if call.first_token_late:
        text = "the first token came together with later ones: does a proxy buffer the stream?"
        yield Finding(what="buffering", state="warn", text=text)


def _usage(call: Call) -> Finding:
    if call.usage_source == "reported":
        text = f"reported: {call.input_tokens} in, {call.output_tokens} out"
        return Finding(what="usage", state="ok", text=text)
    return Finding(
        what="usage", state="warn", text="not reported: tokens and cost will be estimates; ask for usage chunks"
    )


def _limits(call: Call) -> Finding:
    left = {"requests": call.ratelimit_remaining_requests, "tokens": call.ratelimit_remaining_tokens}
    said = ", ".join(f"{count:,} {axis}" for axis, count in left.items() if count is not None)
    return Finding(what="rate limits", state="ok", text=f"{said} left" if said else "not said by the target")


_FOR_GOOD = ("dns", "connect", "tls", "client_error", "malformed")
_ADVICE = {
    "dns": "the host name does not resolve; check the URL",
    "connect": "nobody listens there, or the connection was closed; check scheme, host and port",
    "connect_timeout": "the host does not take connections; check host, port and firewall",
    "tls": "no certificate that we trust; name its authority in the scenario's target.ca_file, and check the scheme",
    "client_error": "the request was refused; check the path, the key and the model's name",
    "first_token_timeout": "no token came in time; is the model loaded?",
    "malformed": "the answer is not what this API says; check the URL's path and target.api, or target.app.text",
    "rate_limited": "a quota is used up before the test began",
}
_BY_STATUS = {
    401: "the key was refused; check the variable that holds it (TENFOLD_API_KEY, or target.key_env)",
    403: "the key may not do this; check its rights, and the model's name",
    404: "no such path, or no such model; check the URL's path, and target.models for the target's own model names",
}


def _why(call: Call) -> str:
    """How an attempt failed, and what to look at."""
    status = "" if call.status is None else f" (HTTP {call.status})"
    advice = _BY_STATUS.get(call.status or 0) or _ADVICE.get(call.outcome)
    if call.status is not None and 300 <= call.status < 400:
        advice = "the target sends elsewhere, to a login page perhaps; check the URL"
    return f"{call.outcome}{status}" + (f": {advice}" if advice else "")
