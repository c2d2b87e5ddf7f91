"""How targets want to be asked and how they answer: one API per file."""

from simulator.replay.dialects.chat import Chat
from simulator.replay.dialects.dialect import Dialect

DIALECTS: dict[str, Dialect] = {"chat": Chat()}
"""By the word of `target.api`."""
