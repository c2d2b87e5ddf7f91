"""The word bank that prompts are made of: words of our own that are one token each, wherever they stand.

Every entry with a space before it is one token in all vendored encodings, which split text before each such word
and around `.`, `,` and `?`. So lengths add up at every boundary, and no tokenizer is needed to write a prompt of an
exact length. `python -m simulator.tokens.words` reads candidates (`class: word word …`) from stdin and prints a bank.
"""

import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

from simulator.tokens import encoding


@lru_cache(maxsize=1)
def load() -> dict[str, tuple[str, ...]]:
    """The shipped bank: word class → its words, without their space."""
    return parse((files("simulator.tokens") / "words.txt").read_text(encoding="utf-8").splitlines())


def parse(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """`class: word word …` per line; words sorted and unique."""
    rows = (line.partition(":") for line in lines if line.strip())
    return {name.strip(): tuple(sorted(set(words.split()))) for name, _, words in rows}


def one_token(word: str) -> bool:
    """Whether ` word` is a single token in every vendored encoding."""
    return all(len(encoding.load(name).encode_ordinary(f" {word}")) == 1 for name in encoding.SHA256)


def main() -> None:
    """Keep the candidates that are one token each."""
    for name, words in parse(sys.stdin).items():
        sys.stdout.write(f"{name}: {' '.join(filter(one_token, words))}\n")


if __name__ == "__main__":
    main()
