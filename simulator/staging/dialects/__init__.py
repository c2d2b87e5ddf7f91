"""Wire formats, one per file: how one path of a provider's API asks, answers, streams and refuses."""

from simulator.staging.dialects.chat import Chat
from simulator.staging.dialects.embeddings import Embeddings
from simulator.staging.dialects.messages import Messages
from simulator.staging.dialects.responses import Responses

DIALECTS = (Chat(), Messages(), Responses(), Embeddings())
"""The first answers for paths that nobody serves."""
