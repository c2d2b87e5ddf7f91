"""Statistics of point processes and samples: burstiness, ranks, and the distances between two samples."""

from typing import Any

import numpy as np

from simulator.traffic.keys import Floats

_COUNTABLE = 1 << 24
Sample = np.ndarray[Any, Any]


def counts(times: Floats, window_s: float, span_s: float) -> Sample:
    """Events per whole window of [0, span_s), `times` ascending; a last window that is cut short is left out (one is
    always kept)."""
    windows = max(1, int(span_s / window_s + 1e-9))
    return np.diff(np.searchsorted(times, np.arange(windows + 1) * window_s))


def dispersion(times: Floats, window_s: float, span_s: float) -> float | None:
    """Index of dispersion: variance ÷ mean of the counts. Poisson has 1; None below two windows or without events."""
    found = counts(times, window_s, span_s)
    return float(found.var() / found.mean()) if len(found) > 1 and found.any() else None


def peak_rate(times: Floats, window_s: float, span_s: float) -> float | None:
    """Events per second in the fullest window; None where the span is shorter than the window."""
    return float(counts(times, window_s, span_s).max() / window_s) if span_s >= window_s else None


def cv(times: Floats) -> float | None:
    """Coefficient of variation of the gaps of ascending times; None below three events or where all coincide."""
    gaps = np.diff(times)
    return float(gaps.std() / gaps.mean()) if len(gaps) > 1 and gaps.any() else None


def spearman(a: Sample, b: Sample) -> float | None:
    """Rank correlation, ties by their average rank; None where one side does not vary."""
    if len(a) < 2 or a.min() == a.max() or b.min() == b.max():
        return None
    a, b = _ranks(a), _ranks(b)
    a -= a.mean()
    b -= b.mean()
    return float(a @ b / np.sqrt((a @ a) * (b @ b)))  # np.corrcoef would copy both three times


def ks(a: Sample, b: Sample) -> float:
    """Kolmogorov–Smirnov distance: the largest gap between the two empirical distribution functions, 0 to 1."""
    a, b, values = np.sort(a), np.sort(b), np.union1d(a, b)
    below = [np.searchsorted(one, values, side="right") / len(one) for one in (a, b)]
    return float(np.abs(below[0] - below[1]).max())


def wasserstein(a: Sample, b: Sample) -> float:
    """Earth mover's distance W1, in the unit of the samples: the area between the two distribution functions."""
    a, b, values = np.sort(a), np.sort(b), np.union1d(a, b)
    below = [np.searchsorted(one, values[:-1], side="right") / len(one) for one in (a, b)]
    return float(np.sum(np.abs(below[0] - below[1]) * np.diff(values)))


def _ranks(values: Sample) -> Floats:
    """1 is the least. Token counts are small whole numbers, so counting them is quicker and leaner than sorting."""
    if values.dtype.kind == "i" and values.min() >= 0 and values.max() < _COUNTABLE:
        place, times = values, np.bincount(values)
    else:
        _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(times) - (times - 1) / 2)[place])
