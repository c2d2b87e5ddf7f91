"""One way users go through an app: how many turns, how long the messages, what is shared."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from simulator.registry import family
from simulator.traffic.distributions.constant import Constant
from simulator.traffic.distributions.distribution import Distribution, OrAlone, in_seconds, in_units
from simulator.units import Count, Share
from simulator.yamlfile import FileModel

if TYPE_CHECKING:
    AnyDistribution = Distribution
else:
    AnyDistribution = family("simulator.traffic.distributions", Distribution)

Times = Annotated[AnyDistribution, BeforeValidator(in_seconds), OrAlone()]
"""A distribution whose quantities are durations; `2s` alone is a constant."""
Amounts = Annotated[AnyDistribution, BeforeValidator(in_units), OrAlone()]
"""A distribution whose quantities are tokens or turns; `500` alone is a constant."""


class Journey(FileModel):
    """A weighted kind of session. A turn's prompt is system prompt, earlier messages and answers, the new message."""

    name: str = Field(min_length=1)
    weight: Share = 1.0
    """Share of the sessions."""
    turns: Amounts = Constant(value=1)
    """At least 1 per session; rounded."""
    think: Times = Constant(value=0)
    """From the end of an answer to the user's next message."""
    prompt: str = "system"
    """Name of the system prompt. Journeys of the same prompt share its text; a shorter one begins a longer."""
    system_tokens: Count = 0
    input_tokens: Amounts | None = None
    """The new message of a turn; at least 1. Needed unless `prompts` says it."""
    next_input_tokens: Amounts | None = None
    """The message of turns after the first, where it differs: a tool's result, a follow-up."""
    output_tokens: Amounts
    """The planned answer of a turn; at least 1."""
    correlation: Annotated[float, Field(gt=-1, lt=1)] = 0.0
    """Spearman's, between a turn's message and its answer. It differs by kind of work, so it stands here."""
    history: Literal["all", "none"] = "all"
    """none: the app sends no earlier messages; every turn is system prompt and message."""
    hard: Share | None = None
    """Share of requests that a small model answers badly; None where the scenario does not say."""
    prompts: Path | None = None
    """Your own texts instead of synthetic ones: a file or folder beside the scenario (see `chats`). Every session takes
    a chat, whose questions are its turns; `output_tokens` plans the answers that the chat does not hold."""

    @model_validator(mode="after")
    def _says_its_messages_once(self) -> "Journey":
        if self.prompts is None and self.input_tokens is None:
            raise ValueError("say how long its messages are with input_tokens, or name a file of prompts")
        if said := [name for name in _SAID_BY_PROMPTS if self.prompts and name in self.model_fields_set]:
            raise ValueError(f"the chats of prompts say the messages; leave out {', '.join(said)}")
        return self


_SAID_BY_PROMPTS = (
    "turns",
    "prompt",
    "system_tokens",
    "input_tokens",
    "next_input_tokens",
    "correlation",
    "history",
)
