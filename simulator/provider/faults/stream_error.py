"""An error event inside a 200."""

from typing import Literal

from pydantic import Field

from simulator.provider.faults.fault import Damage, Fault


class StreamError(Fault):
    """After some tokens an error event in the API's own form, and the stream ends."""

    kind: Literal["stream_error"]
    after_tokens: int = Field(default=1, ge=1)

    def damage(self) -> Damage:
        return Damage(ends_after=self.after_tokens, ending="error")
