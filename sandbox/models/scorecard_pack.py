"""What a committee gets with a scorecard: scaling, information values and master scale."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput
from sandbox.models.labelled import labelled_rows
from sandbox.models.scorecard import Scorecard

Floats = NDArray[np.float64]

#: information value from which a feature is called so (Siddiqi 2006, p. 81)
STRENGTHS = ((0.0, "no predictor"), (0.02, "weak"), (0.1, "medium"), (0.3, "strong"),
             (0.5, "suspiciously strong"))  # fmt: skip
#: upper edges of pd of the grades, best first; each doubles, as in banks' master scales (assumed)
GRADES = (0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 1.0)


def scaling(card: Scorecard) -> pd.DataFrame:
    """How log-odds become points: one row a number, `name`, `value`, `meaning`.

    points = offset + factor · ln(odds of good to bad).

    >>> table = scaling(Scorecard(pdo=20, base_odds=50, base_points=600)).set_index("name")
    >>> table["value"].round(2).tolist()
    [20.0, 50.0, 600.0, 28.85, 487.12]
    """
    factor = card.pdo / np.log(2.0)
    rows = [
        ("pdo", card.pdo, "points to double the odds"),
        ("base_odds", card.base_odds, "odds of good to bad at the base points"),
        ("base_points", card.base_points, "points at the base odds"),
        ("factor", factor, "points for a step of 1 in log-odds"),
        ("offset", card.base_points - factor * np.log(card.base_odds), "points at odds of 1"),
    ]
    return pd.DataFrame(rows, columns=["name", "value", "meaning"])


def information_values(card: Scorecard) -> pd.DataFrame:
    """Every candidate of a fitted card, the most informative first, a row a feature.

    Columns: `feature`, `bins` (without the one for missing), `iv`, `strength`, `coefficient` (0
    where it takes no part) and `part` ("in the card", "iv under the least", "says what others
    say").
    """
    rows = []
    for name, coefficient in zip(card.columns_, card.coefficients_, strict=True):
        bins = card.cuts_[name]
        iv = bins.information_value
        part = "iv under the least" if iv < card.min_iv else "says what others say"
        rows.append(
            {
                "feature": name,
                "bins": len(bins.grouping.labels),
                "iv": iv,
                "strength": strength(iv),
                "coefficient": coefficient,
                "part": "in the card" if coefficient != 0 else part,
            }
        )
    return pd.DataFrame(rows).sort_values("iv", ascending=False, ignore_index=True)


def strength(iv: float) -> str:
    """What an information value is called.

    >>> strength(0.15)
    'medium'
    """
    return [name for least, name in STRENGTHS if iv >= least or least == 0.0][-1]


def master_scale(
    card: Scorecard,
    features: pd.DataFrame,
    labels: pd.DataFrame,
    edges: Sequence[float] = GRADES,
) -> pd.DataFrame:
    """Grades of pd, best first, with what was observed of labelled rows in each.

    Columns: `grade` (from 1), `pd_from`, `pd_to`, `points_from`, `points_to`, `count`, `share`,
    `defaults`, `default_rate`, `mean_pd` and the bounds `rate_low`, `rate_high` of Jeffreys' 95%
    interval of the default rate. Rates are NaN in an empty grade. Raises BadInput for edges that
    do not rise to 1.
    """
    upper = np.asarray(edges, dtype=np.float64)
    if len(upper) < 1 or upper[-1] != 1.0 or upper[0] <= 0 or (np.diff(upper) <= 0).any():
        raise BadInput(f"The edges are {list(edges)}; they must rise, above 0, and end at 1.")
    rows, target = labelled_rows(features, labels)
    pd_of_row = card.predict(rows)[:, 0]
    grade = np.searchsorted(upper, pd_of_row, side="left")
    k = len(upper)
    count = np.bincount(grade, minlength=k)
    defaults = np.bincount(grade, weights=target, minlength=k).astype(np.float64)
    some = np.where(count > 0, count, np.nan)
    low, high = _jeffreys(defaults, count.astype(np.float64))
    lower = np.concatenate([[0.0], upper[:-1]])
    return pd.DataFrame(
        {
            "grade": np.arange(1, k + 1),
            "pd_from": lower,
            "pd_to": upper,
            "points_from": _points(card, upper),
            "points_to": _points(card, lower),
            "count": count,
            "share": count / count.sum(),
            "defaults": defaults.astype(np.int64),
            "default_rate": defaults / some,
            "mean_pd": np.bincount(grade, weights=pd_of_row, minlength=k) / some,
            "rate_low": np.where(count > 0, low, np.nan),
            "rate_high": np.where(count > 0, high, np.nan),
        }
    )


def _points(card: Scorecard, pd_at: ArrayLike) -> Floats:
    """Points of a pd; infinite at 0 and 1."""
    probability = np.asarray(pd_at, dtype=np.float64)
    with np.errstate(divide="ignore"):
        log_odds = np.log1p(-probability) - np.log(probability)
    points: Floats = card.base_points + card.pdo / np.log(2.0) * (log_odds - np.log(card.base_odds))
    return points


def _jeffreys(defaults: Floats, count: Floats) -> tuple[Floats, Floats]:
    from scipy.stats import beta

    low, high = (beta.ppf(q, defaults + 0.5, count - defaults + 0.5) for q in (0.025, 0.975))
    return low, high
