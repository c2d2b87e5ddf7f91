"""One way users go through an app: how many turns, how long the messages, what is shared."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

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
    input_tokens: Amounts
    """The new message of a turn; at least 1."""
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
