"""Where a scenario's requests go, and how long the client waits for them."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from simulator.units import Duration
from simulator.yamlfile import FileModel, plain

_OURS = {
    *("model", "messages", "input", "system", "stream", "stream_options", "n", "service_tier"),
    *("max_tokens", "max_completion_tokens", "max_output_tokens"),
}
"""Fields of a request's body that a run fills in itself; the tier belongs to a strategy, since it has a price."""
_SECRET = {"authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"}


class Timeouts(FileModel):
    """How long the client waits, each from the send. What times out is a failure, and may still be billed."""

    connect: Duration = Field(default=5.0, gt=0)
    first_token: Duration = Field(default=30.0, gt=0)
    total: Duration = Field(default=120.0, gt=0)


class AppShape(FileModel):
    """A team's own application: how to ask it and how to read it. Places are dotted paths, as in `choices.0.text`."""

    path: str
    """Below the URL, as in `/chat`."""
    body: dict[str, Any]
    """Template, filled in with `{messages}`, `{prompt}` (the last), `{model}`, `{max_output_tokens}`, `{stream}`."""
    text: str
    """Where an event of the stream, or the whole answer, holds its text."""
    input_tokens: str | None = None
    output_tokens: str | None = None
    cache_read_tokens: str | None = None

    @field_validator("body")
    @classmethod
    def _asks_something(cls, body: dict[str, Any]) -> dict[str, Any]:
        if not any(word in str(body) for word in ("{messages}", "{prompt}")):
            raise ValueError("asks nothing; put {messages} or {prompt} where the question goes")
        return body


class Target(FileModel):
    """The embedded staging endpoint of a provider profile, or a URL you own."""

    staging: Path | None = None
    """Provider profile, beside the scenario file."""
    url: str | None = None
    """Base URL up to and including `/v1`, as in `https://staging.example.com/v1`."""
    api: Literal["chat", "responses", "messages", "app"] = "chat"
    """OpenAI chat completions or responses, Anthropic messages, or an application of your own."""
    app: AppShape | None = None
    key_env: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] = "TENFOLD_API_KEY"
    """The NAME of the environment variable that holds the key; the key itself is never written anywhere."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Sent with every request; kept with the run, so never a key."""
    ca_file: Path | None = None
    """Certificates to trust beside the system's, beside the scenario file."""
    body: Annotated[dict[str, Any], AfterValidator(plain)] = Field(default_factory=dict)
    """Further fields of every request for an answer, as in `{temperature: 0, response_format: {type: json_object}}`;
    classifiers and judges are asked without them."""
    models: dict[str, str] = Field(default_factory=dict)
    """A strategy's model name → the name that the target knows it by."""
    timeouts: Timeouts = Timeouts()

    @field_validator("url")
    @classmethod
    def _has_a_scheme(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} is not a URL; write http://… or https://…")
        return url

    @field_validator("headers")
    @classmethod
    def _hold_no_key(cls, headers: dict[str, str]) -> dict[str, str]:
        if secret := [name for name in headers if name.lower() in _SECRET]:
            raise ValueError(f"{', '.join(secret)} would write a key into files; name its variable in key_env instead")
        return headers

    @field_validator("body")
    @classmethod
    def _leaves_what_is_ours(cls, body: dict[str, Any]) -> dict[str, Any]:
        if taken := sorted(_OURS & body.keys()):
            raise ValueError(f"{', '.join(taken)}: a run fills this in itself, from the trace and the strategy")
        if secret := sorted(name for name in body if name.lower().replace("-", "_") in ("api_key", "authorization")):
            raise ValueError(f"{', '.join(secret)} would write a key into files; name its variable in key_env instead")
        return body

    @model_validator(mode="after")
    def _says_how_to_ask(self) -> "Target":
        if (self.api == "app") != (self.app is not None):
            raise ValueError("api: app and an app block go together; give both or neither")
        if self.app and self.body:
            raise ValueError("body: an application's whole body stands in app.body; put the fields there")
        return self
