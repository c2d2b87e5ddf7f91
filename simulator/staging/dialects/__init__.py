"""Wire formats, one per file: how one path of a provider's API asks, answers, streams and refuses."""

from simulator.staging.dialects.chat import Chat
from simulator.staging.dialects.messages import Messages

DIALECTS = (Chat(), Messages())
"""The first answers for paths that nobody serves."""
