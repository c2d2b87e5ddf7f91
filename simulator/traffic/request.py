"""One planned request: what a user will ask, before anything is sent. A trace is a table of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """What a user asks in one turn. Lengths are tokens; times are seconds from the start of the rung.

    `at` is set on a session's first turn. A later turn is due `think_s` after the previous turn's end, so its time is
    not known before the run: its `at` is None.
    """

    request_id: str
    session_id: str
    turn: int
    """1 for the first turn of a session."""
    journey: str
    at: float | None
    think_s: float
    input_tokens: int
    """The whole prompt of this turn: system text, history and the new message; cached parts included."""
    output_tokens: int
    """The answer's length as planned; a real model may answer shorter or longer."""
    model: str | None = None
    """The model that the source log names; strategies choose their own."""
    prefix_hashes: tuple[int, ...] = ()
    """One id per block of `block_size` tokens from the start of the prompt; equal ids are byte-equal text."""
    block_size: int | None = None
    prompt_version: str | None = None
    user: str | None = None
    difficulty: str | None = None
    """`easy` or `hard` where the scenario or the labels say; the truth that a classifier tries to find."""
    source_row: int | None = None
    parts: tuple[int, ...] = ()
    """Lengths of the prompt's messages from its start: system prompt (0: none), message 1, answer 1, …, this turn's
    message; they add up to `input_tokens`. Empty where the source does not say."""
