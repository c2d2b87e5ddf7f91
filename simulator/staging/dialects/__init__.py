"""Wire formats, one per file: how one path of a provider's API asks, answers, streams and refuses."""

from collections.abc import Mapping

from simulator.staging.dialects.chat import Chat
from simulator.staging.dialects.dialect import ANTHROPIC, Dialect
from simulator.staging.dialects.embeddings import Embeddings
from simulator.staging.dialects.messages import Messages
from simulator.staging.dialects.responses import Responses

DIALECTS = (Chat(), Messages(), Responses(), Embeddings())


def spoken(headers: Mapping[str, str]) -> Dialect:
    """Who answers for the paths that belong to no API, by the header that only Anthropic's SDKs send."""
    return DIALECTS[1] if ANTHROPIC in headers else DIALECTS[0]
