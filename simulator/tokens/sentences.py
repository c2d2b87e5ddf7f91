"""Sentences of exactly eight tokens, made from the word bank: prompts that read like text and count like a ruler."""

from functools import lru_cache

from simulator.draws import mix
from simulator.tokens import words

LENGTH = 8
"""Tokens per sentence."""
COUNT = 8192
"""Sentences in the bank: 13 bits of choice for each."""

PATTERNS = (
    "The adjective noun past the noun adverb .",
    "Please verb the noun and the noun .",
    "If the noun past , verb it .",
    "Our noun past adverb after the noun .",
    "Every adjective noun needs one adjective noun .",
    "We past your noun before the noun .",
    "Why was the adjective noun past adverb ?",
)


@lru_cache(maxsize=1)
def bank() -> list[tuple[str, ...]]:
    """All sentences; each is eight strings of one token, space included. The same in every process and version."""
    classes = words.load()
    return [_sentence(index, classes) for index in range(COUNT)]


def _sentence(index: int, classes: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    choice = mix(index)
    pattern = PATTERNS[choice % len(PATTERNS)].split()
    return tuple(_token(slot, mix(choice + place), classes) for place, slot in enumerate(pattern))


def _token(slot: str, choice: int, classes: dict[str, tuple[str, ...]]) -> str:
    if slot in ".,?":
        return slot
    return f" {classes[slot][choice % len(classes[slot])] if slot in classes else slot}"
