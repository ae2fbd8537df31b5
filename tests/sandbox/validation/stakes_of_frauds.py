"""Made-up applications for the tests of fraud figures."""

import numpy as np

from sandbox.validation.stakes import Stakes

KINDS = np.array(["ring", "identity_theft", "never_pay"])


def made_up(n=3_000, days=40, share=0.03, seed=1, ties=False):
    """Scores that know something, and the stakes of the applications."""
    rng = np.random.default_rng(seed)
    fraud = rng.random(n) < share
    fraud[:2] = True, False
    score = 1 / (1 + np.exp(-(rng.normal(0, 1, n) + 1.5 * fraud - 3)))
    if ties:
        score = np.round(score, 1)
    day = rng.random(n) * days
    amount = np.where(fraud, rng.gamma(2, 3_000, n), 0)
    confirmed = np.where(fraud & (rng.random(n) < 0.7), day + rng.gamma(2, 30, n), np.nan)
    stakes = Stakes(
        customer=rng.permutation(n),
        day=day,
        typology=np.where(fraud, KINDS[rng.integers(0, 3, n)], ""),
        loss=0.7 * amount,
        amount=amount,
        profit=np.where(fraud, 0, rng.gamma(2, 60, n)),
        confirmed_day=confirmed,
        out_when_confirmed=np.where(np.isnan(confirmed), np.nan, 0.8 * amount),
    )
    return score, stakes
