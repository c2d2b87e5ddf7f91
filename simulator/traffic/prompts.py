"""Prompt texts with exact token counts, made from lengths and block ids while sending. Nothing is tokenized here.

Text is a row of atoms, each one token of o200k_base (and cl100k_base) wherever it stands (see `tokens.sentences`), so
lengths add up. A block's atoms depend on its id and the trace's seed alone: equal ids are byte-equal text. Where a log
names no id for a block, its session and position name it, so that a turn's text begins with the previous turn's.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import accumulate, chain, pairwise

from simulator import draws
from simulator.tokens import sentences
from simulator.traffic import blocks
from simulator.traffic.request import Request

_CACHED_BLOCKS = 8192
"""Blocks kept as atoms, about 0.6 KiB each: system prompts and open sessions."""
_BITS = sentences.COUNT.bit_length() - 1
_PER_DRAW = 4
"""Sentences chosen by one 64-bit draw."""


class Prompts:
    """Writes the messages of requests. The same seed and request give the same bytes in every process."""

    def __init__(self, trace_seed: int) -> None:
        self._salt = draws.mix(trace_seed & (2**64 - 1))
        self._block: Callable[[int, int], list[str]] = lru_cache(maxsize=_CACHED_BLOCKS)(self._atoms)
        self._key: Callable[[str, int], str] = lru_cache(maxsize=64)(self._text)

    def messages(self, request: Request, *, sees: str = "all", instructions_tokens: int = 0) -> list[dict[str, str]]:
        """OpenAI chat messages whose contents have exactly the planned number of tokens.

        `sees="all"` sends system prompt, history and the new message (`request.input_tokens` in all); `"last_turn"`
        sends the new message alone, or everything where the trace does not say which part is new. Instructions come
        first, as a system message of their own. What a server adds per message is not counted.
        """
        messages = self._prompt(request)
        if sees == "last_turn":
            messages = messages[-1:]
        if instructions_tokens:
            messages.insert(0, {"role": "system", "content": self.text(instructions_tokens, "instructions")})
        return messages

    def text(self, tokens: int, key: str) -> str:
        """A text of exactly `tokens` tokens; a shorter text of the same key is the beginning of a longer one."""
        return self._key(key, tokens)

    def _prompt(self, request: Request) -> list[dict[str, str]]:
        parts = request.parts or (0, request.input_tokens)
        atoms = list(self._stream(request, parts[0]))
        texts = ["".join(atoms[start:end]) for start, end in pairwise(accumulate(parts, initial=0))]
        roles = chain(["system"], (("user", "assistant")[place % 2] for place in range(len(parts) - 1)))
        return [{"role": role, "content": text} for role, text in zip(roles, texts, strict=True) if text]

    def _stream(self, request: Request, system: int) -> Iterator[str]:
        """The whole prompt, atom by atom."""
        size, ids = request.block_size or blocks.SIZE, request.prefix_hashes
        total = request.input_tokens
        count = -(-total // size)
        alone = request.turn if request.turn > 1 and len(request.parts) == 2 else None  # it sends no history
        unnamed = (blocks.of_session(request.session_id, index, alone=alone) for index in range(len(ids), count))
        found = [self._block(one, size) for one in chain(ids[:count], unnamed)]
        within = system % size
        if within and request.prompt_version and system <= total:
            index = system // size
            begun = self._block(blocks.of_prompt(request.prompt_version, index), size)
            found[index] = begun[:within] + found[index][within:]
        found[-1] = found[-1][: total - (len(found) - 1) * size]
        return chain.from_iterable(found)

    def _text(self, key: str, tokens: int) -> str:
        return "".join(self._atoms(draws.fold(f"text:{key}"), tokens))

    def _atoms(self, key: int, tokens: int) -> list[str]:
        """The first `tokens` atoms of the endless text of a key."""
        bank = sentences.bank()
        atoms: list[str] = []
        state = draws.mix(self._salt ^ key)
        while len(atoms) < tokens:
            state = choice = draws.mix(state)
            for _ in range(_PER_DRAW):
                atoms += bank[choice % sentences.COUNT]
                choice >>= _BITS
        return atoms[:tokens]
