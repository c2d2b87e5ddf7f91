"""The provider's prefix cache: which leading tokens of a prompt it has seen lately. Pure: time is handed in."""

from collections import OrderedDict
from collections.abc import Iterable

from pydantic import Field

from simulator.units import Count, Duration
from simulator.yamlfile import FileModel

Block = tuple[str, int]
"""Id of a block and its length in tokens; equal ids are equal text."""


class CacheRules(FileModel):
    """When a prefix is cached. OpenAI's guide to prompt caching: from 1024 tokens, steps of 128, 5 to 10 min idle."""

    min_tokens: Count
    step_tokens: Count = Field(gt=0)
    idle: Duration = Field(gt=0)
    """A block that nobody used for this long is forgotten."""
    capacity_tokens: Count = Field(gt=0)
    per_account: bool = True
    """Whether each account meets its own prompts only, as at OpenAI and Anthropic; one's own machines share them."""
    tells_writes: bool = False
    """Whether usage names what was written to the cache, as Anthropic's does; OpenAI's does not."""


class PrefixCache:
    """Blocks by last use, forgotten when idle or when the capacity is needed. No rules: nothing is ever cached."""

    def __init__(self, rules: CacheRules | None) -> None:
        self.rules = rules
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self.tokens = 0

    def cached_tokens(self, prefix: Iterable[Block], input_tokens: int, now: float) -> int:
        """How much of the prompt's start need not be read again: the leading blocks that are held, in whole steps."""
        if self.rules is None:
            return 0
        self._forget(now)
        held = 0
        for block, tokens in prefix:
            if block not in self._seen:
                break
            held += tokens
        return self._counted(min(held, input_tokens))

    def written_tokens(self, prefix: Iterable[Block], input_tokens: int, cached: int) -> int:
        """How much of the prompt's start becomes cached by this request, where the provider tells it."""
        if self.rules is None or not self.rules.tells_writes:
            return 0
        whole = self._counted(min(sum(tokens for _, tokens in prefix), input_tokens))
        return max(0, whole - cached)

    def store(self, prefix: Iterable[Block], now: float) -> None:
        """Remember a prompt's blocks as just used."""
        if self.rules is None:
            return
        for block, tokens in prefix:
            if block not in self._seen:
                self.tokens += tokens
            self._seen[block] = (now, tokens)
            self._seen.move_to_end(block)
        while self.tokens > self.rules.capacity_tokens:
            self._drop_oldest()

    def flush(self) -> None:
        """Forget everything."""
        self._seen.clear()
        self.tokens = 0

    def _counted(self, tokens: int) -> int:
        """In whole steps, from the minimum."""
        assert self.rules is not None
        whole = tokens // self.rules.step_tokens * self.rules.step_tokens
        return whole if whole >= self.rules.min_tokens else 0

    def _forget(self, now: float) -> None:
        assert self.rules is not None
        while self._seen and next(iter(self._seen.values()))[0] < now - self.rules.idle:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        _, (_, tokens) = self._seen.popitem(last=False)
        self.tokens -= tokens
