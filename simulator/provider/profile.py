"""The provider profile: one YAML file that drives both the staging endpoint and the rehearsal."""

from typing import Literal

from pydantic import Field, model_validator

from simulator.errors import BadInput
from simulator.provider.accounts import Account, AnyLimits, Label
from simulator.provider.cache import CacheRules
from simulator.provider.hazards import AnyFault
from simulator.provider.latency import FirstToken, PerToken, Reasoning
from simulator.provider.limits.style import LimitStyle
from simulator.provider.quotas import Quotas
from simulator.units import Count, Duration, Share
from simulator.yamlfile import FileModel


class Model(FileModel):
    """One model as its provider serves it: `replicas` machines, each writing up to `max_sequences` answers at once."""

    provider: str
    """Name in the price book."""
    context_window: Count = Field(gt=0)
    max_output_tokens: Count = Field(gt=0)
    default_output_tokens: Count = Field(default=200, gt=0)
    """Answer length where the caller plans none; a maximum cuts it."""
    label_accuracy: Share = 1.0
    """How often the model names the right label when it is asked to classify."""
    validity: Share = 1.0
    """How often an answer keeps the form that was asked for (JSON, a schema)."""
    replicas: Count = Field(gt=0)
    max_sequences: Count = Field(gt=0)
    queue: Count
    """Requests that wait when every replica is full; more are answered with `overload`."""
    overload: Literal[503, 529] = 503
    first_token: FirstToken
    per_token: PerToken
    reasoning: Reasoning | None = None
    limits: AnyLimits | None = None
    """Of every key by itself, where no account says otherwise."""

    @model_validator(mode="after")
    def _answers_fit(self) -> "Model":
        if self.max_output_tokens > self.context_window:
            raise ValueError("max_output_tokens cannot be more than context_window")
        return self


class Stream(FileModel):
    """How tokens leave. Tokens due within one `flush` window leave in one write; the first never waits."""

    flush: Duration = 0.02


class Cancel(FileModel):
    """What becomes of an answer whose caller goes away. Providers bill it differently and seldom say how."""

    billed: Literal["none", "delivered", "generated", "full"] = "generated"
    """Output tokens on the bill: none, those that had left, those written when the provider noticed, or all planned."""
    notice: Duration = 0.0
    """How long the provider goes on writing before it notices."""

    def tokens(self, *, delivered: int, generated: int, planned: int) -> int:
        """Billed output tokens."""
        return {"none": 0, "delivered": delivered, "generated": generated, "full": planned}[self.billed]


class Profile(FileModel):
    """A hosted provider: its models, limits and latency."""

    name: str
    description: str
    models: dict[str, Model] = Field(min_length=1)
    cache: CacheRules | None = None
    stream: Stream = Stream()
    cancel: Cancel = Cancel()
    accounts: dict[Label, Account] = {}
    """Keys that share buckets, or have other limits than the rest; any other key is an account of its own."""
    auth: Literal["open", "required"] = "open"
    """Whom the staging endpoint lets in: everybody, or only the keys of `accounts`."""
    faults: tuple[AnyFault, ...] = ()
    """The first that strikes an order is the one that happens."""

    @model_validator(mode="after")
    def _faults_name_models(self) -> "Profile":
        unknown = sorted({name for fault in self.faults for name in fault.models} - set(self.models))
        if unknown:
            raise ValueError(f"faults: {', '.join(unknown)} is not a model of this profile")
        return self

    @model_validator(mode="after")
    def _accounts_hold_together(self) -> "Profile":
        unknown = sorted({name for account in self.accounts.values() for name in account.limits} - set(self.models))
        if unknown:
            raise ValueError(f"accounts: {', '.join(unknown)} is not a model of this profile")
        named = [key for account in self.accounts.values() for key in account.keys]
        twice = sorted({key for key in named if named.count(key) > 1})
        if twice:
            raise ValueError(f"accounts: {', '.join(twice)} stands in more than one place")
        if self.auth == "required" and not self.accounts:
            raise ValueError("auth: nobody would be let in; list the keys in accounts")
        return self

    def model(self, name: str) -> Model:
        """The named model. Raises `BadInput` for one that the profile does not serve."""
        if name not in self.models:
            raise BadInput(f"profile {self.name!r} serves no model {name!r}; it has {', '.join(self.models)}")
        return self.models[name]

    def quotas(self, name: str) -> Quotas:
        """Buckets of a model, all full."""
        return Quotas(self.models[name].limits, self.limits_by_account(name))

    def limits_by_account(self, name: str) -> dict[str, LimitStyle | None]:
        """Limits of a model for the accounts that have their own."""
        own = {label: account.limits for label, account in self.accounts.items()}
        return {label: limits[name] for label, limits in own.items() if name in limits}
