"""A provider's quota as plain data: what fills it, what a call takes from it, and which demand it carries."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulator.provider.limits.style import Demand as Reserved
from simulator.provider.limits.style import LimitStyle
from simulator.provider.profile import Profile
from simulator.run.percentiles import Floats

Axis = Literal["requests", "tokens", "input_tokens", "output_tokens"]

_LONGEST_WINDOW_S = 600


@dataclass(frozen=True, slots=True)
class Charge:
    """What one call takes: a fixed part, and a part per token. `cached` ones are among the input; −1 frees them."""

    call: float = 0.0
    input: float = 0.0
    cached: float = 0.0
    output: float = 0.0

    @classmethod
    def of(cls, style: LimitStyle, axis: Axis) -> "Charge":
        """Read off what a style settles for one token more of each kind: all styles are linear in them."""
        nothing = style.settle(Reserved(0), 0)[axis]
        cached = style.settle(Reserved(1, cached_tokens=1), 0)[axis]
        one = style.settle(Reserved(1), 0)[axis]
        return cls(
            call=nothing, input=one - nothing, cached=cached - one, output=style.settle(Reserved(0), 1)[axis] - nothing
        )


_PLAIN: dict[Axis, Charge] = {
    "requests": Charge(call=1),
    "tokens": Charge(input=1, output=1),
    "input_tokens": Charge(input=1),
    "output_tokens": Charge(output=1),
}


@dataclass(frozen=True, slots=True)
class KnownLimit:
    """One quota: `per_minute` requests or tokens, refilled continuously, at most `burst_s` seconds of it saved up."""

    model: str
    axis: Axis
    per_minute: int
    burst_s: float
    source: str
    style_charge: Charge | None = None
    at_least: bool = False
    """Whether the quota may be larger: headers say what is left, not what there is."""

    @property
    def charge(self) -> Charge:
        """As the provider's style counts; where that is not known, every token once."""
        return self.style_charge or _PLAIN[self.axis]

    def steady_multiplier(self, per_second: Floats) -> float | None:
        """Factor on the mean demand that the refill alone carries: what holds when the busy hour outlasts the burst."""
        mean = float(per_second.mean()) * 60 if len(per_second) else 0.0
        return self.per_minute / mean if mean else None

    def peak_multiplier(self, per_second: Floats) -> float | None:
        """Smallest factor on a demand (one value a second) at which the bucket runs dry; None without demand.

        A bucket of capacity B refilled at r a second carries every window w exactly when its demand ≤ B + r·w.
        """
        refill = self.per_minute / 60
        total = np.concatenate([[0.0], np.cumsum(per_second)])
        windows = range(1, min(len(per_second), _LONGEST_WINDOW_S) + 1)
        peaks = {w: float((total[w:] - total[:-w]).max()) for w in windows}
        factors = [refill * (self.burst_s + w) / peak for w, peak in peaks.items() if peak]
        return min(factors, default=None)

    def refused_share(self, per_second: Floats, factor: float) -> float:
        """Part of the demand × `factor` that a steady quota cannot carry, bursts aside."""
        offered = float(per_second.mean()) * 60 * factor if len(per_second) else 0.0
        return max(0.0, 1 - self.per_minute / offered) if offered else 0.0


def known_limits(profile: Profile) -> list[KnownLimit]:
    """The quotas that a provider profile declares, each counting as its style does."""
    styles = {model: one.limits for model, one in profile.models.items() if one.limits is not None}
    source = f"profile {profile.name}"
    return [
        KnownLimit(model, one.axis, one.per_minute, one.burst_s, source, Charge.of(style, one.axis))
        for model, style in styles.items()
        for one in style.limits()
    ]
