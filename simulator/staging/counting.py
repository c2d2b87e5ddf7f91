"""How long a prompt is whose caller does not say: counted exactly, without holding up the streams of others."""

import asyncio
from collections.abc import Sequence

from simulator.tokens.counting import count

_AT_ONCE = 40_000  # characters: about 1 ms of counting at 0.1 µs a token
_ready: set[str] = set()


async def prompt_tokens(texts: Sequence[str], model: str) -> int:
    """Tokens of all texts together, for the model's own encoding or by its family's factor.

    The first call for a model loads its encoding, a quarter of a second, in a thread; so do long prompts.
    """
    if model in _ready and sum(map(len, texts)) <= _AT_ONCE:
        return _count(texts, model)
    tokens = await asyncio.to_thread(_count, texts, model)
    _ready.add(model)
    return tokens


def _count(texts: Sequence[str], model: str) -> int:
    return sum(count(text, model).tokens for text in texts)
