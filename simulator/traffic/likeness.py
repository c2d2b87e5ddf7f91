"""Two traces side by side, and whether one can stand for the other."""

from collections.abc import Callable, Iterator

import numpy as np
from pydantic import computed_field

from simulator.figures import Figures
from simulator.traffic import shape
from simulator.traffic.info import WINDOWS, Info, of_trace, turns_per_session
from simulator.traffic.trace import Trace

# How near a generated trace must come to the recorded one. The noise floor between odd and even rows of public traces
# is KS 0.011–0.022 and W1/mean 0.011–0.044, so nearer would be over-fitting.
KS, W1_OF_MEAN, DISPERSION, CV, PEAK, SPEARMAN, MULTI_TURN = 0.03, 0.05, 0.25, 0.15, 0.10, 0.05, 0.02


class Line(Figures):
    """One figure of both traces and how far they are apart."""

    name: str
    a: float | None
    b: float | None
    distance: float | None
    """By `measure`; None where one side is unknown."""
    measure: str
    allowed: float

    @computed_field  # type: ignore[prop-decorator]
    @property
    def near(self) -> bool:
        """Whether they are near enough; where both are unknown, too."""
        return self.a is self.b is None or (self.distance is not None and self.distance <= self.allowed)


class Likeness(Figures):
    """Every comparison of two traces."""

    lines: list[Line]
    chance_ks: float | None
    """What two samples of the same traffic, as long as these, differ by in KS, 19 times in 20; None for an empty one:
    1.36 · √((n + m) / nm), the critical value of the two-sample Kolmogorov–Smirnov test."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def alike(self) -> bool:
        return all(line.near for line in self.lines)


def compare(a: Trace, b: Trace) -> Likeness:
    """`b` against the reference `a`: lengths by KS and W1, arrivals by dispersion, gaps and peak, turns by share."""
    lines = [*_lengths(a, b), *_figures(of_trace(a), of_trace(b)), *_sessions(a, b)]
    n, m = len(a), len(b)
    return Likeness(lines=lines, chance_ks=1.36 * ((n + m) / (n * m)) ** 0.5 if n and m else None)


def _lengths(a: Trace, b: Trace) -> Iterator[Line]:
    for name in ("input_tokens", "output_tokens"):
        ours, theirs = (one.table.column(name).to_numpy() for one in (a, b))
        yield from _marginal(name, ours, theirs)


def _marginal(name: str, a: shape.Sample, b: shape.Sample) -> Iterator[Line]:
    if not len(a) or not len(b):
        return
    means = (float(a.mean()), float(b.mean()))
    yield Line(name=name, a=means[0], b=means[1], distance=shape.ks(a, b), measure="KS", allowed=KS)
    moved = shape.wasserstein(a, b) / means[0] if means[0] else None
    yield Line(name=name, a=means[0], b=means[1], distance=moved, measure="W1 ÷ mean", allowed=W1_OF_MEAN)


def _figures(a: Info, b: Info) -> Iterator[Line]:
    for window in WINDOWS:
        yield _line(f"dispersion {window}", a.dispersion[window], b.dispersion[window], by=_ratio, allowed=DISPERSION)
    yield _line("cv of gaps", a.cv, b.cv, by=_ratio, allowed=CV)
    yield _line("peak minute ÷ mean", _peak(a), _peak(b), by=_ratio, allowed=PEAK)
    yield _line("Spearman of input and output", a.spearman, b.spearman, by=_difference, allowed=SPEARMAN)


def _sessions(a: Trace, b: Trace) -> Iterator[Line]:
    shares = [_multi_turn(one) for one in (a, b)]
    yield _line("multi-turn sessions", *shares, by=_difference, allowed=MULTI_TURN)


def _multi_turn(trace: Trace) -> float | None:
    sizes = turns_per_session(trace.table.column("turn").to_numpy())
    return float(np.mean(sizes > 1)) if len(sizes) else None


def _peak(found: Info) -> float | None:
    peak = found.peak_rate["60s"]
    return None if peak is None else peak / found.mean_rate


_Distance = Callable[[float, float], float]


def _line(name: str, a: float | None, b: float | None, *, by: _Distance, allowed: float) -> Line:
    distance = None if a is None or b is None else by(a, b)
    measure = "relative difference" if by is _ratio else "difference"
    return Line(name=name, a=a, b=b, distance=distance, measure=measure, allowed=allowed)


def _ratio(a: float, b: float) -> float:
    return abs(b - a) / a if a else abs(b - a)


def _difference(a: float, b: float) -> float:
    return abs(b - a)
