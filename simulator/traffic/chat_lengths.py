"""A user's chats as lengths and block ids, counted once before a run: what planning needs, without the words."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.tokens import encoding, factors
from simulator.tokens.counting import BASE
from simulator.traffic import blocks
from simulator.traffic.chats import Chats

_MASK = (1 << 63) - 1


@dataclass(frozen=True)
class ChatLengths:
    """One chat. `parts` are tokens: before the first question (0: nothing), question, answer, question, …"""

    parts: tuple[int, ...]
    ids: npt.NDArray[np.int64]
    """One per full block of the whole chat; equal ids follow equal text from the chat's start."""

    @property
    def turns(self) -> int:
        return len(self.parts) // 2


def lengths(chats: Chats) -> list[ChatLengths]:
    """All chats, counted with o200k_base. What a server adds per message is not counted."""
    counted = encoding.load(BASE).encode_ordinary
    return [
        _lengths([[token for message in part for token in counted(message["content"])] for part in chat.parts])
        for chat in chats.chats
    ]


def _lengths(parts: list[list[int]]) -> ChatLengths:
    tokens = np.array([token for part in parts for token in part], dtype=np.uint32)
    seen, ids = hashlib.blake2b(digest_size=8), []
    for block in range(len(tokens) // blocks.SIZE):
        seen.update(tokens[block * blocks.SIZE : (block + 1) * blocks.SIZE].tobytes())
        ids.append(int.from_bytes(seen.digest(), "big") & _MASK)
    return ChatLengths(tuple(map(len, parts)), np.array(ids, dtype=np.int64))


def trust(models: set[str]) -> str:
    """How far o200k_base counts hold for the models that are asked, for people."""
    others = sorted(model for model in models if encoding.encoding_of(model) != BASE)
    if not others:
        return f"counted exactly with {BASE}"
    table = factors.load()
    families = [table.family_of(model) for model in others]
    bands = [family.band if family else table.band for family in families]
    low, high = min(band[0] for band in bands), max(band[1] for band in bands)
    return f"estimated with {BASE}; {', '.join(others)} may count {low} to {high} times as many"
