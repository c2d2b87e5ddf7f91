"""The `x-sim-*` request headers: what a load generator tells the endpoint about the request that it plays."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.errors import BadInput
from simulator.provider.cache import Block


@dataclass(frozen=True, slots=True)
class Hints:
    """None where the header is absent. Tokens."""

    key: str | None = None
    """`request id/call/attempt`: keys the draws, so that a rehearsal meets the same jitter."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    labels: tuple[str, ...] = ()
    truth: str | None = None
    prefix: tuple[Block, ...] = ()
    fault: str | None = None

    @classmethod
    def read(cls, headers: Mapping[str, str], *, block_tokens: int) -> "Hints":
        """Raises `BadInput` for a value that cannot be meant. `block_tokens`: length of a block that names none."""
        return cls(
            key=_word(headers, "x-sim-request"),
            input_tokens=_tokens(headers, "x-sim-input-tokens"),
            output_tokens=_tokens(headers, "x-sim-output-tokens"),
            labels=tuple(filter(None, (_word(headers, "x-sim-labels") or "").split(","))),
            truth=_word(headers, "x-sim-truth"),
            prefix=_prefix(headers.get("x-sim-prefix", ""), block_tokens),
            fault=headers.get("x-sim-fault"),
        )


def _word(headers: Mapping[str, str], name: str) -> str | None:
    """Plain text that can stand in JSON as it is."""
    text = headers.get(name)
    if text is not None and (not text.isprintable() or '"' in text or "\\" in text):
        raise BadInput(f"{name}: {text[:40]!a} has characters other than plain text")
    return text


def _tokens(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) >= 1 and len(text) < 9):
        raise BadInput(f"{name}: {text[:40]!r} is not a number of tokens from 1 to 99999999")
    return int(text)


def _prefix(text: str, block_tokens: int) -> tuple[Block, ...]:
    """`a,b,c` or `a:512,b:128`: ids of the prompt's leading blocks, with their tokens where they are not the usual."""
    blocks = []
    for part in filter(None, text.split(",")):
        name, _, tokens = part.partition(":")
        if tokens and not (tokens.isascii() and tokens.isdigit() and len(tokens) < 9):
            raise BadInput(f"x-sim-prefix: {part[:40]!r} is not an id or id:tokens")
        blocks.append((name, int(tokens) if tokens else block_tokens))
    return tuple(blocks)
