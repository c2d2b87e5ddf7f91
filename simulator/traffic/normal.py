"""The standard normal distribution's quantiles and shares, for arrays, without scipy."""

import math

import numpy as np

from simulator.traffic.keys import Floats

# Wichura (1988), Algorithm AS 241, PPND16: rational approximations in three ranges, relative error about 1e-16.
_NEAR = (
    (3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
     45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727),
    (1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
     21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610),
)  # fmt: skip
_MIDDLE = (
    (1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
     1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
     0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
_FAR = (
    (6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
     0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip


def quantile(u: Floats) -> Floats:
    """z with Φ(z) = u. Shares nearer to 0 or 1 than 1e-300 are read as that, so the result is finite."""
    q = u - 0.5
    tail = np.clip(np.where(q < 0, u, 1 - u), 1e-300, None)
    r = np.sqrt(-np.log(tail))
    near = q * _ratio(_NEAR, 0.180625 - q * q)
    far = np.where(r <= 5, _ratio(_MIDDLE, r - 1.6), _ratio(_FAR, r - 5.0)) * np.where(q < 0, -1.0, 1.0)
    return np.where(np.abs(q) <= 0.425, near, far)


def share(z: Floats) -> Floats:
    """Φ(z) = erfc(−z/√2)/2."""
    return np.asarray(_erfc(-z / math.sqrt(2)), dtype=np.float64) / 2


_erfc = np.frompyfunc(math.erfc, 1, 1)


def _ratio(coefficients: tuple[tuple[float, ...], tuple[float, ...]], r: Floats) -> Floats:
    top, bottom = (np.polynomial.polynomial.polyval(r, np.array(one)) for one in coefficients)
    return np.asarray(top / bottom, dtype=np.float64)
