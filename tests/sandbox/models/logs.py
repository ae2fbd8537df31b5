"""A log with known answers: an incumbent that knows more than the features say."""

import numpy as np
import pandas as pd

from sandbox.models.limit_grid import LIMITS

RISE = 0.5


def true_log_odds(ability, private, limit):
    """Log-odds of default: weaker customers, and larger limits, default more."""
    return -3.0 - 0.8 * ability - 1.2 * private + RISE * np.log(limit / 1e4)


def confounded_log(rows=12_000, *, exploration=0.2, seed=0):
    """Features and labels of a bank that grants more to those it privately knows to be good."""
    rng = np.random.default_rng(seed)
    ability, private = rng.normal(size=(2, rows))
    grid = np.asarray(LIMITS[:5], dtype=float)
    preferred = np.clip(np.floor(2.0 + 0.6 * ability + 1.0 * private), 0, 4).astype(int)
    explored = rng.random(rows) < exploration
    place = np.where(explored, rng.integers(0, 5, rows), preferred)
    limit = grid[place]
    odds = true_log_odds(ability, private, limit)
    default = (rng.random(rows) < 1 / (1 + np.exp(-odds))).astype(float)
    demand = 8_000 * np.exp(-0.3 * ability)
    balance = limit * -np.expm1(-demand / limit)
    features = pd.DataFrame(
        {
            "declared_income": 8_000 * np.exp(0.4 * ability),
            "never_known": np.full(rows, np.nan),
            "noise": rng.normal(size=rows),
        }
    )
    labels = pd.DataFrame(
        {
            "target": default,
            "credit_limit": limit,
            "propensity": exploration / 5 + (1 - exploration) * (place == preferred),
            "taken": 1.0,
            "utilisation": balance / limit,
            "ead": balance + 0.48 * (limit - balance),
        }
    )
    return features, labels


def with_walkaways(labels, seed=1):
    """The same log where small offers were left alone more often."""
    rng = np.random.default_rng(seed)
    left = rng.random(len(labels)) < np.where(labels["credit_limit"] < 6_000, 0.4, 0.05)
    gone = {"target": np.nan, "utilisation": np.nan, "ead": np.nan, "taken": 0.0}
    return labels.assign(**{name: labels[name].mask(left, value) for name, value in gone.items()})
