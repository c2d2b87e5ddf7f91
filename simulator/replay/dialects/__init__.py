"""How targets want to be asked and how they answer: one API per file."""

from simulator.replay.dialects.app import App
from simulator.replay.dialects.chat import Chat
from simulator.replay.dialects.dialect import Dialect
from simulator.replay.dialects.messages import Messages
from simulator.replay.dialects.responses import Responses
from simulator.replay.plan import Target

_DIALECTS: dict[str, type[Chat | Messages | Responses]] = {"chat": Chat, "messages": Messages, "responses": Responses}
"""By the word of `target.api`."""


def dialect_of(target: Target) -> Dialect:
    """The dialect that a target speaks; an application brings its own shape."""
    return _DIALECTS[target.api]() if target.app is None else App(target.app)
