"""A small portfolio whose figures can be reckoned by hand, and a larger one made up at random."""

import numpy as np
import pandas as pd

from sandbox.policy.committee import Book
from sandbox.policy.expected import Expected

#: RMB
LIMITS = np.array([5e3, 1e4, 2e4])


def decisions(limit, pd_=None, reason=None, **more):
    limit = np.asarray(limit, dtype=float)
    said = np.where(limit > 0, "model", "pd above cut-off") if reason is None else reason
    risk = np.full(len(limit), 0.02) if pd_ is None else np.asarray(pd_, dtype=float)
    return pd.DataFrame(
        {"approve": limit > 0, "limit": limit, "price": 0.18, "pd": risk, "reason": said, **more}
    )


def outcomes(profit, default=None, taken=None, **more):
    profit = np.asarray(profit, dtype=float)
    n = len(profit)
    return pd.DataFrame(
        {
            "taken": np.full(n, True) if taken is None else taken,
            "default": np.full(n, False) if default is None else default,
            "profit": profit,
            **more,
        }
    )


#: one application of each group of the swap set, in its order
OLD = Book(
    "old",
    decisions([0, 5e3, 5e3, 1e4, 5e3, 0]),
    outcomes([0, -400, 100, 60, 50, 0], default=[False, True, False, False, False, False]),
    regret=np.array([90.0, 400.0, 30.0, 10.0, 5.0, 0.0]),
)
NEW = Book(
    "new",
    decisions([2e3, 0, 1e4, 5e3, 5e3, 0]),
    outcomes([80, 0, 130, 70, 50, 0]),
    regret=np.array([10.0, 0.0, 0.0, 0.0, 5.0, 0.0]),
)


def large(n=900, seed=0):
    """Old and new book and features; the new limit follows pd and income exactly."""
    rng = np.random.default_rng(seed)
    features = pd.DataFrame({"income": rng.lognormal(9, 0.4, n), "noise": rng.normal(size=n)})
    risk = rng.beta(1, 20, n)
    strict = np.where(risk > 0.03, 0.0, 5e3)
    limit = np.where(risk > 0.08, 0.0, np.where(features["income"] <= 8_000, 5e3, 2e4))
    bad = rng.random(n) < risk
    used = rng.random(n)
    books = []
    for name, given in (("old", strict), ("new", limit)):
        granted = given > 0
        lived = outcomes(
            np.where(granted, np.where(bad, -0.7, 0.08) * given, 0.0),
            default=bad & granted,
            taken=granted & (rng.random(n) < 0.95),
            utilisation=np.where(granted, used, np.nan),
            balance=used * given,
            drawn=np.where(used < 0.1, 0.0, used) * given,
        )
        books.append(Book(name, decisions(given, risk), lived, rng.normal(20, 5, n)))
    return books[0], books[1], features


#: the new one of `large`
LARGE_BOOK = large()[1]


def expected(n=300):
    """n customers whose pd rises with the limit."""
    rng = np.random.default_rng(1)
    score = rng.beta(1, 15, n)
    risk = np.clip(np.outer(score, [0.8, 1.0, 1.4]), 0, 1)
    wanted = rng.choice(LIMITS, n)
    partner = np.where(np.arange(n) % 3 == 0, "large", "small")
    part = np.tile(LIMITS, (n, 1))
    return Expected(LIMITS, risk, 0.7 * part, 0.5 * part, 0.09 * part, wanted, score, partner)
