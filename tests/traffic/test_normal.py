"""AS 241 against the standard library's quantiles."""

from statistics import NormalDist

import numpy as np
import pytest

from simulator.traffic.normal import quantile, share


def test_quantiles_agree_with_the_standard_library():
    shares = np.array([1e-12, 1e-6, 0.01, 0.074, 0.076, 0.3, 0.5, 0.9, 0.925, 0.999999])
    assert quantile(shares) == pytest.approx([NormalDist().inv_cdf(u) for u in shares], rel=1e-14, abs=1e-15)


def test_shares_are_the_inverse_of_quantiles():
    shares = np.array([1e-9, 0.2, 0.5, 0.99])
    assert share(quantile(shares)) == pytest.approx(shares, rel=1e-12)


def test_the_edge_is_finite():
    assert np.isfinite(quantile(np.array([0.0]))).all()
