"""Prompt texts with exact token counts, made from lengths and block ids while sending. Nothing is tokenized here.

Text is a row of sentences of eight atoms, each atom one token of o200k_base (and cl100k_base) wherever it stands (see
`tokens.sentences`), so lengths add up. A block's sentences depend on its id and the trace's seed alone: equal ids are
byte-equal text. Where a log names no id for a block, its session and position name it, so that a turn's text begins
with the previous turn's. A journey with chats of the user's own sends those, word for word.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from simulator import draws
from simulator.tokens import sentences
from simulator.traffic import blocks
from simulator.traffic.chats import Chats
from simulator.traffic.request import Request

_CACHED_BLOCKS = 8192
"""Blocks kept with their text, about 1 KiB each: system prompts and open sessions."""
_BITS = sentences.COUNT.bit_length() - 1
_LOW = sentences.COUNT - 1
"""The bits that choose one sentence."""


class Prompts:
    """Writes the messages of requests. The same seed and request give the same bytes in every process.

    `chats`: a user's own, by journey.
    """

    def __init__(self, trace_seed: int, chats: Mapping[str, Chats] | None = None) -> None:
        self._chats = chats or {}
        self._salt = draws.mix(trace_seed & (2**64 - 1))
        self._bank = sentences.bank()
        self._texts = ["".join(one) for one in self._bank]
        self._block: Callable[[int, int], tuple[str, list[int]]] = lru_cache(maxsize=_CACHED_BLOCKS)(self._written)
        self._system: Callable[[tuple[int, ...], int, int], str] = lru_cache(maxsize=64)(self._joined)
        self._key: Callable[[int, str], str] = lru_cache(maxsize=64)(self._keyed)

    def messages(
        self, request: Request, *, sees: str = "all", instructions_tokens: int = 0, own_tokens: int = 0
    ) -> list[dict[str, str]]:
        """OpenAI chat messages whose contents have exactly the planned number of tokens.

        `sees="all"` sends system prompt, history and the new message (`request.input_tokens` in all); `"last_turn"`
        sends the new message alone, or everything where the trace does not say which part is new. Instructions come
        first, as a system message of their own; tokens of the request's own (passages) right before its new message, so
        that what comes before them stays equal to other turns'. What a server adds per message is not counted.
        """
        chats = self._chats.get(request.journey)
        if chats is not None and request.source_row is not None:
            chat = chats.of(request.source_row)
            messages = chat.last(request.turn) if sees == "last_turn" else chat.before(request.turn)
        else:
            messages = self._prompt(request)[-1:] if sees == "last_turn" else self._prompt(request)
        if own_tokens:
            own = {"role": "user", "content": self._keyed(own_tokens, f"own:{request.request_id}")}
            messages = [*messages[:-1], own, *messages[-1:]]
        if instructions_tokens:
            messages.insert(0, {"role": "system", "content": self.text(instructions_tokens, "instructions")})
        return messages

    def text(self, tokens: int, key: str) -> str:
        """A text of exactly `tokens` tokens; a shorter text of the same key is the beginning of a longer one."""
        return self._key(tokens, key)

    def _prompt(self, request: Request) -> list[dict[str, str]]:
        parts, size = request.parts or (0, request.input_tokens), request.block_size or blocks.SIZE
        ids = _ids(request, size)
        messages = [{"role": "system", "content": self._system(_system_ids(request, ids, size), parts[0], size)}]
        for place, (start, end) in enumerate(pairwise(accumulate(parts))):
            content = self._span(ids, start, end, size)
            messages.append({"role": ("user", "assistant")[place % 2], "content": content})
        return messages if parts[0] else messages[1:]

    def _joined(self, ids: tuple[int, ...], tokens: int, size: int) -> str:
        return self._span(ids, 0, tokens, size)

    def _span(self, ids: Sequence[int], start: int, end: int, size: int) -> str:
        """Tokens [start, end) of the stream that the blocks make."""
        texts = []
        for index in range(start // size, -(-end // size)):
            text, chosen = self._block(ids[index], size)
            first, last = max(0, start - index * size), min(size, end - index * size)
            texts.append(text if last - first == size else self._piece(chosen, first, last))
        return "".join(texts)

    def _written(self, block: int, size: int) -> tuple[str, list[int]]:
        """A block's text, and which sentences it is cut from."""
        chosen = self._chosen(block, size)
        if size % sentences.LENGTH:
            return self._piece(chosen, 0, size), chosen
        return "".join([self._texts[one] for one in chosen]), chosen

    def _keyed(self, tokens: int, key: str) -> str:
        return self._piece(self._chosen(draws.fold(f"text:{key}"), tokens), 0, tokens)

    def _piece(self, chosen: list[int], start: int, end: int) -> str:
        """Atoms [start, end) of sentences that follow each other."""
        first, last = start // sentences.LENGTH, -(-end // sentences.LENGTH)
        atoms = [atom for one in chosen[first:last] for atom in self._bank[one]]
        return "".join(atoms[start - first * sentences.LENGTH : end - first * sentences.LENGTH])

    def _chosen(self, key: int, tokens: int) -> list[int]:
        """Which sentences make the first `tokens` tokens of the endless text of a key; the last may reach beyond."""
        count = -(-tokens // sentences.LENGTH)
        chosen: list[int] = []
        state = draws.mix(self._salt ^ key)
        while len(chosen) < count:  # four sentences a draw, written out: this is the hot loop of a replay
            state = draws.mix(state)
            chosen += (state & _LOW, state >> _BITS & _LOW, state >> 2 * _BITS & _LOW, state >> 3 * _BITS & _LOW)
        return chosen[:count]


def _ids(request: Request, size: int) -> list[int]:
    """A name for every block, the last, partial one included."""
    count = -(-request.input_tokens // size)
    ids = list(request.prefix_hashes[:count])
    alone = request.turn if request.turn > 1 and len(request.parts) == 2 else None  # it sends no history
    session = request.session_id
    return ids + [blocks.of_session(session, index, alone=alone) for index in range(len(ids), count)]


def _system_ids(request: Request, ids: list[int], size: int) -> tuple[int, ...]:
    """The blocks of the system prompt; a last, partial one is the prompt's, though its id is the session's."""
    full, rest = divmod(request.parts[0] if request.parts else 0, size)
    if not rest:
        return tuple(ids[:full])
    ends = blocks.of_prompt(request.prompt_version, full) if request.prompt_version else ids[full]
    return (*ids[:full], ends)
