"""Monitors of a stream of months: PSI alarm, CUSUM, Page-Hinkley.

Each takes streams as rows (runs × months) and gives a figure or a flag each month; an alarm is a
figure above a limit. What the alarms are worth, `drift_delay` tells.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector

Flags = npt.NDArray[np.bool_]
#: shift in standard deviations that CUSUM is tuned to, halved: Page (1954), Biometrika 41
SLACK = 0.5


def psi_alarms(counts: npt.ArrayLike, reference: npt.ArrayLike, threshold: float) -> Flags:
    """Alarm where a month's stability index is above `threshold`.

    `counts` runs × months × bins, `reference` counts a bin. An empty bin counts as half a row, as
    in `stability.psi`. A month without rows raises no alarm.
    """
    now, then = np.asarray(counts, dtype=float), np.asarray(reference, dtype=float)
    if now.ndim != 3 or then.shape != now.shape[2:] or then.sum() <= 0:
        raise BadInput(
            f"counts have shape {now.shape} and the reference {then.shape}; give runs × months × "
            "bins, and as many bins."
        )
    n = now.sum(axis=2, keepdims=True)
    a = np.maximum(now, 0.5) / np.maximum(n, 1)
    e = np.maximum(then, 0.5) / then.sum()
    value = ((a - e) * np.log(a / e)).sum(axis=2)
    alarms: Flags = (value > threshold) & (n[:, :, 0] > 0)
    return alarms


def cusum(
    values: npt.ArrayLike,
    mean: float,
    deviation: float,
    slack: float = SLACK,
    limit: float = np.inf,
) -> Vector:
    """Upper CUSUM of each stream: Cₜ = max(0, Cₜ₋₁ + (xₜ − mean) / deviation − slack).

    Page (1954), Biometrika 41. It rises when values do; give the negative for the other side.
    After a month above `limit` (the alarm) it starts again from 0.

    >>> cusum([[1.0, 2.0, 0.0]], mean=0.0, deviation=1.0).tolist()
    [[0.5, 2.0, 1.5]]
    >>> cusum([[1.0, 2.0, 0.0]], mean=0.0, deviation=1.0, limit=1.0).tolist()
    [[0.5, 2.0, 0.0]]
    """
    x = _streams(values)
    if not deviation > 0:
        raise BadInput(f"The standard deviation is {deviation:g}; it must be above 0.")
    path = np.zeros_like(x)
    level = np.zeros(len(x))
    for month in range(x.shape[1]):
        level = np.maximum(0.0, level + (x[:, month] - mean) / deviation - slack)
        path[:, month] = level
        level = np.where(level > limit, 0.0, level)
    return path


def page_hinkley(values: npt.ArrayLike, slack: float, limit: float = np.inf) -> Vector:
    """Page-Hinkley of each stream: how far Σ(xᵢ − x̄ᵢ − slack) has risen above its minimum.

    x̄ᵢ is the mean of the stream so far, so nothing needs to be known of it beforehand: Hinkley
    (1971), Biometrika 58. `slack` in units of the values. After a month above `limit` (the
    alarm) it starts again, the mean included.

    >>> page_hinkley([[0.0, 0.0, 3.0]], slack=0.5).tolist()
    [[0.0, 0.0, 1.5]]
    """
    x = _streams(values)
    path = np.zeros_like(x)
    total, lowest, sums, months = (np.zeros(len(x)) for _ in range(4))
    for month in range(x.shape[1]):
        sums, months = sums + x[:, month], months + 1
        total = total + x[:, month] - sums / months - slack
        # the first month cannot be an alarm: its mean is itself
        lowest = np.where(months == 1, total, np.minimum(lowest, total))
        path[:, month] = total - lowest
        again = path[:, month] > limit
        total, sums, months = (np.where(again, 0.0, each) for each in (total, sums, months))
    return path


def _streams(values: npt.ArrayLike) -> Vector:
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise BadInput(f"Streams have shape {x.shape}; give finite numbers, runs × months.")
    return x


def cusum_run_length(limit: float, shift: float = 0.0, slack: float = SLACK) -> float:
    """Months until a CUSUM of normal values first passes `limit`, on average, from 0.

    `shift` of the mean in standard deviations. The Markov chain of Brook and Evans (1972),
    Biometrika 59, with states at the nodes of Gauss and Legendre.

    >>> round(cusum_run_length(limit=4.0, shift=1.0), 2)
    8.38
    """
    if not limit > 0:
        raise BadInput(f"The limit is {limit:g}; it must be above 0.")
    node, weight = np.polynomial.legendre.leggauss(60)
    z, w = limit * (node + 1) / 2, limit * weight / 2
    drift = shift - slack
    # L(u) = 1 + L(0) Φ(−u − drift) + ∫ L(z) φ(z − u − drift) dz, at u = 0 and at the nodes
    start = np.concatenate([[0.0], z])
    step = np.empty((len(start), len(start)))
    step[:, 0] = norm.cdf(-start - drift)
    step[:, 1:] = norm.pdf(z[None, :] - start[:, None] - drift) * w
    return float(np.linalg.solve(np.eye(len(start)) - step, np.ones(len(start)))[0])


def cusum_limit(run_length: float, slack: float = SLACK) -> float:
    """The limit at which a CUSUM of unshifted normal values runs so many months on average.

    >>> round(cusum_limit(335.37), 2)
    4.0
    """
    least, most = (cusum_run_length(h, slack=slack) for h in (0.01, 12.0))
    if not least < run_length < most:
        raise BadInput(
            f"run_length={run_length:g}; give more than {least:.1f}, less than {most:.0f}."
        )
    return float(brentq(lambda h: cusum_run_length(h, slack=slack) - run_length, 0.01, 12.0))
