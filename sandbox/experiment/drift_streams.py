"""Months of applicants among whom more are risky from one month on, watched through a score."""

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from sandbox.experiment.trial import Floats
from sandbox.validation.drift_detection import cusum, cusum_limit, psi_alarms

#: streams, months of each, the month of the change (from 0), applicants a month
RUNS, MONTHS, CHANGE, A_MONTH = 200, 36, 24, 500
#: share of the new months' applicants who come from the riskiest fifth by true PD
SHARE, RISKIEST = 0.3, 0.8
#: months that CUSUM runs on average until it gives a false alarm
RUN_LENGTH = 200.0
#: applicants with a known truth that streams can be drawn from
LEAST_KNOWN = 500
#: scores are put into so many bins, of which months are drawn
_BINS, _PSI_BINS = 100, 10
_EDGE = 1e-6


def drifting(score: Floats, true_pd: Floats, seed: int) -> tuple[dict[str, npt.ArrayLike], int]:
    """Alarms (runs × months) by monitor, and the month of the change.

    A stream has 24 months of applicants drawn as they are; then 30% of each month's come from the
    riskiest fifth by true PD. Watched are the mean log-odds of the score (CUSUM, with a false
    alarm in 200 months) and its PSI above 0.10 and 0.25. Months are drawn as counts in 100 bins of
    the score, which is what means and PSI need of them.
    """
    rng = np.random.default_rng([seed % 2**63, 0xD21F7])
    odds = logit(np.clip(score, _EDGE, 1 - _EDGE))
    place = np.argsort(np.argsort(odds, kind="stable"), kind="stable") * _BINS // len(odds)
    usual = np.bincount(place, minlength=_BINS) / len(odds)
    risky = true_pd >= np.quantile(true_pd, RISKIEST)
    other = np.bincount(place[risky], minlength=_BINS) / risky.sum()
    mean = np.bincount(place, weights=odds, minlength=_BINS) / np.maximum(
        np.bincount(place, minlength=_BINS), 1
    )
    drawn = np.concatenate(
        [
            rng.multinomial(A_MONTH, usual, size=(RUNS, CHANGE)),
            rng.multinomial(
                A_MONTH, (1 - SHARE) * usual + SHARE * other, size=(RUNS, MONTHS - CHANGE)
            ),
        ],
        axis=1,
    )
    watched = drawn @ mean / A_MONTH
    centre = float(usual @ mean)
    spread = float(np.sqrt(usual @ (mean - centre) ** 2 / A_MONTH))
    counts = drawn.reshape(RUNS, MONTHS, _PSI_BINS, -1).sum(axis=3)
    reference = np.full(_PSI_BINS, len(score) / _PSI_BINS)
    limit = cusum_limit(RUN_LENGTH)
    return {
        "CUSUM": cusum(watched, centre, spread, limit=limit) > limit,
        "PSI above 0.10": psi_alarms(counts, reference, 0.10),
        "PSI above 0.25": psi_alarms(counts, reference, 0.25),
    }, CHANGE
