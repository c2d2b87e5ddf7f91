"""Several replicates of one rung as one figure: their mean, with what replicates and sessions leave uncertain."""

import math
import statistics
from collections.abc import Sequence

from simulator.figures import Interval

# 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom (any table; three decimals).
_T975 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)


def t975(degrees: int) -> float:
    """Beyond the table the first term of the Cornish–Fisher expansion: within 0.001 of the quantile."""
    return _T975[degrees - 1] if degrees <= len(_T975) else 1.960 + 2.372 / degrees


def mean_of(figures: Sequence[Interval]) -> Interval:
    """One figure as it is; of several the mean. +∞ in one is +∞; no data in one is no data.

    The bounds hold both Student's 95 % interval over the replicates and the replicates' own intervals over sessions:
    replicates repeat one plan, so that they agree however few sessions it has. Where one has too few sessions for
    bounds, so has the mean.
    """
    if len(figures) == 1:
        return figures[0]
    values = [figure.value for figure in figures if figure.value is not None]
    if len(values) < len(figures):
        missing = next(figure for figure in figures if figure.value is None)
        share = f"{len(figures) - len(values)} of {len(figures)} replicates"
        return Interval(value=None, note=f"{share}: {missing.note or 'no data'}")
    note = f"mean of {len(values)} replicates"
    if math.inf in values:
        return Interval(value=math.inf, note=f"+∞ in {values.count(math.inf)} of {len(values)} replicates")
    unbounded = next((figure.note for figure in figures if figure.low is None and figure.note), None)
    if unbounded:
        return Interval(value=statistics.fmean(values), note=f"{note}; {unbounded}")
    mean, error = statistics.fmean(values), statistics.stdev(values) / math.sqrt(len(values))
    half = t975(len(values) - 1) * error
    lows = [figure.low for figure in figures if figure.low is not None]
    highs = [figure.high for figure in figures if figure.high is not None]
    return Interval(value=mean, low=min([mean - half, *lows]), high=max([mean + half, *highs]), note=note)
