"""Little's law as a check (Little 1961, L = λ·W): requests in flight as the driver saw them, and as its rows say."""

import numpy as np

from simulator.run.percentiles import Floats
from simulator.run.record import GeneratorHealth

_SIGMAS = 3.0


def littles_law(
    health: GeneratorHealth, sent: Floats, ended: Floats, *, span: float
) -> tuple[float, float] | tuple[None, None]:
    """Seen ÷ rate × mean time within the span, and how far from 1 that may be; None where it was not looked at.

    The driver looks once in every slot of Δ s, at a random time. A slot in which `c` requests begin or end is wrong
    by a standard deviation of at most Δ·c/2, so all of them by Δ/2·√Σc². And it learns of an end as late as its event
    loop stands still, for each of `n` requests: tolerance = (3·Δ/2·√Σc² + n·stall) ÷ Σ times.
    """
    every, seen = health.in_flight_every_s, health.in_flight_mean
    began = np.minimum(sent[~np.isnan(sent)], span)
    left = np.minimum(np.nan_to_num(ended[~np.isnan(sent)], nan=np.inf), span)
    time = float((left - began).sum())
    if every is None or seen is None or not time or health.workers_reported < health.workers_planned:
        return None, None
    moments = np.concatenate([began, left])
    changes = np.bincount((moments[(moments >= 0) & (moments < span)] / every).astype(int), minlength=1)
    spread = every / 2 * float(np.sqrt((changes.astype(float) ** 2).sum()))
    tolerance = (_SIGMAS * spread + len(began) * (health.hub_stall_max_s or 0.0)) / time
    return seen * span / time, tolerance
