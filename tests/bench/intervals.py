"""How often 80 % intervals hold the true mean cost of a session, by the shape of the costs: `tests.bench intervals`.

The share in the dearest twentieth is what a report shows of a sample's tail (`tail.<strategy>` of its assumptions).
"""

import math
from collections.abc import Callable, Iterator

import numpy as np

from simulator.spend.uncertainty import dearest_share, mean_factors

REPEATS = 1000
SESSIONS = (30, 100, 300)

TWO = (0.95 + 0.05 * 20) * math.exp(0.4**2 / 2)
"""Mean of two kinds of sessions, of which one is rare and dear."""

Draw = Callable[[np.random.Generator, int], np.ndarray]
SHAPES: dict[str, tuple[Draw, float]] = {
    "gamma, CV 1.4": (lambda rng, n: rng.gamma(0.5, 2, n), 1.0),
    "lognormal, CV 0.9": (lambda rng, n: rng.lognormal(-(0.8**2) / 2, 0.8, n), 1.0),
    "lognormal, CV 1.8": (lambda rng, n: rng.lognormal(-(1.2**2) / 2, 1.2, n), 1.0),
    "lognormal, CV 3.5": (lambda rng, n: rng.lognormal(-(1.6**2) / 2, 1.6, n), 1.0),
    "Pareto, exponent 2.5": (lambda rng, n: (1 + rng.pareto(2.5, n)) * 0.6, 1.0),
    "one in twenty 20 times": (lambda rng, n: np.where(rng.random(n) < 0.05, 20, 1) * rng.lognormal(0, 0.4, n), TWO),
}


def held(draw: Draw, truth: float, sessions: int) -> tuple[float, float, float]:
    """(share of samples whose P10 to P90 hold the truth, share whose P90 lies below it, median share of the tail)."""
    rng, inside, below, tails = np.random.default_rng(5), 0, 0, []
    for repeat in range(REPEATS):
        costs = draw(rng, sessions)
        factors = mean_factors(costs, seed=repeat)
        assert factors is not None
        low, high = np.quantile(costs.mean() * factors, [0.1, 0.9])
        inside, below = inside + int(low <= truth <= high), below + int(high < truth)
        tails.append(dearest_share(costs) or 0.0)
    return inside / REPEATS, below / REPEATS, float(np.median(tails))


def run() -> Iterator[str]:
    yield f"{REPEATS} samples each; of 80 % intervals      held   P90 too low   dearest twentieth"
    for name, (draw, truth) in SHAPES.items():
        for sessions in SESSIONS:
            inside, below, tail = held(draw, truth, sessions)
            yield f"{name:<24} {sessions:>4} sessions   {inside:6.1%}   {below:11.1%}   {tail:17.0%}"
