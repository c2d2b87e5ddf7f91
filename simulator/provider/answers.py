"""What a simulated model writes: a label where one is asked for, else plain words of one token each."""

from collections.abc import Sequence

from simulator import draws

LABEL_TOKENS = 1
"""Tokens of an answer that is one label; the words of a route are short."""

_COMMON = """
the of and to in is that it for on with as was are this have from at by not be an or we can all will there one their
been more when who so no out up about into them then its only some could time these two may first any now such like our
over also after most where much
"""
WORDS = tuple(_COMMON.split())
"""Each is one token of o200k_base when a space stands before it, so an answer of n words is n tokens."""


def label(truth: str | None, labels: Sequence[str], accuracy: float, *, seed: int, key: str) -> str:
    """One of `labels`: the truth with probability `accuracy`, else one of the others; without a truth, any of them."""
    others = [one for one in labels if one != truth]
    if truth in labels and (not others or draws.uniform(seed, "provider.label", key) < accuracy):
        return str(truth)
    return others[int(draws.uniform(seed, "provider.label", key, 1) * len(others))]


def first_word(key: str) -> int:
    """Where in `WORDS` the answer with this key starts."""
    return draws.fold(key) % len(WORDS)


def text(key: str, tokens: int) -> str:
    """The whole answer: `tokens` words, each behind a space."""
    start = first_word(key)
    return "".join(" " + WORDS[(start + index) % len(WORDS)] for index in range(tokens))
