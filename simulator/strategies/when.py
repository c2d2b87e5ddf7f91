"""Which replies make a retry or a fallback act: outcome words, groups of them, and status codes."""

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator

from simulator.calls import FAILED, REFUSED, TIMED_OUT, UNSENT, Outcome
from simulator.strategies.effects import Reply

GROUPS: dict[str, frozenset[Outcome]] = {
    "refused": REFUSED,
    "timeout": TIMED_OUT,
    "connection": frozenset({Outcome.DNS, Outcome.CONNECT, Outcome.TLS, Outcome.STALE_CONNECTION}),
    "broken": frozenset({Outcome.TRUNCATED, Outcome.ERROR_IN_STREAM}),
    "failed": FAILED,
}
TRANSIENT = ("refused", "timeout", "connection", "broken", "server_error", "408", "409")
"""What the OpenAI and Anthropic SDKs send again (connection errors, 408, 409, 429, 5xx), and streams that broke."""


def _word(value: Any) -> str:
    word = str(value)
    if re.fullmatch(r"[1-5](\d\d|xx)", word) or word in GROUPS or word in set(Outcome) - UNSENT:
        return word
    known = [*GROUPS, *(outcome.value for outcome in Outcome if outcome not in UNSENT)]
    close = get_close_matches(word, known, n=1)
    raise ValueError(f"{word!r} is no outcome; " + (f"did you mean {close[0]!r}?" if close else f"{', '.join(known)}"))


When = tuple[Annotated[str, BeforeValidator(_word)], ...]
"""Words such as `refused`, `timeout`, `rate_limited`, `429` or `5xx`."""


def matches(when: tuple[str, ...], reply: Reply) -> bool:
    """Whether a reply's outcome or status is one of the words."""
    outcomes, statuses = _parts(when)
    status = str(reply.status) if reply.status else ""
    return reply.outcome in outcomes or status in statuses or f"{status[:1]}xx" in statuses


def has_text(reply: Reply) -> bool:
    """Whether the user may have seen part of the answer; sending it again would show it twice."""
    return bool(reply.text or reply.output_tokens)


@lru_cache(maxsize=256)
def _parts(when: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    outcomes = {outcome for word in when for outcome in GROUPS.get(word, {word})}
    return frozenset(outcomes), frozenset(word for word in when if word[0].isdigit())
