"""Where is the model weak: slices in which it ranks or rates worse than elsewhere.

A slice in which all customers are alike has a low AUC under the best of models. So each slice is
held to what the PDs themselves promise there, after slope and level were fitted on all rows: what
is off everywhere is the business of the calibration tests, what is off here is a weak slice.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.calibration import EDGE, intercept, slope
from sandbox.validation.grades import holm
from sandbox.validation.inputs import Scored, Vector, observed
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.slicing import (
    Cut,
    Rows,
    benjamini_hochberg,
    cuts,
    left_of_variance,
    ranking_by_slice,
    sum_by,
    sum_of_coins,
    with_outcomes,
)

#: how much less AUC than promised, and how far from 1 observed over expected, is no matter
AUC_MARGIN, RATE_MARGIN = 0.02, 0.10
#: rows, and cases of either class, that a slice of two features has at the least: among thousands
#: of slices the far tails count, which a normal gives well only then
PAIRED = (100, 25)
TESTS = ("robustness.weak_slice_auc", "robustness.weak_slice_rate")


def refitted(target: Vector, score: Vector) -> Vector | None:
    """PDs with level and slope of the log-odds fitted on all rows; None if they do not rank.

    Platt scaling: what is left is that a slice differs from the others.
    """
    x = logit(np.clip(score, EDGE, 1 - EDGE))
    steepness = slope(target, score).value
    if not np.isfinite(steepness) or steepness <= 0:
        return None
    tilted = expit(steepness * x)
    level = intercept(target, tilted).value
    return np.asarray(expit(steepness * x + level)) if np.isfinite(level) else None


def slice_table(
    features: pd.DataFrame,
    target: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    pairs: bool = False,
    least: tuple[int, int] = (50, 10),
    margins: tuple[float, float] = (AUC_MARGIN, RATE_MARGIN),
) -> pd.DataFrame:
    """Every slice of n rows, the weakest in ranking first.

    `target` n outcomes, NaN where not observed (left out); `score` n scores within [0, 1]; `least`
    rows, and cases of either class, below which a slice has NaN in its figures; `margins` as
    `AUC_MARGIN` and `RATE_MARGIN`; `pairs` adds the slices of every two features together, of
    `PAIRED` rows and cases at the least.
    Columns: `cut`, `slice`, `n`, `events`, `auc`, `promised` (the AUC if the refitted PDs are
    right), `shortfall` (promised less auc), `expected` (events), `ratio` (observed over expected),
    `p_auc` (one-sided, of a shortfall of at most the margin), `p_rate` (two-sided, of a ratio
    within its margin), and `_holm` and `_bh` of both, adjusted for all slices that could be
    judged. Raises BadInput for one class only and for scores that do not rank.
    """
    seen, scored = with_outcomes(features, target, score)
    rates = refitted(scored.target, scored.score)
    if rates is None:
        raise BadInput("The scores do not rank the outcomes; there is nothing to hold a slice to.")
    rows = Rows.of(scored.target, scored.score, rates)
    ways = cuts(seen)
    parts = [_of_cut(way, rows, scored.target, rates, least, margins) for way in ways]
    if pairs:
        more = max(least[0], PAIRED[0]), max(least[1], PAIRED[1])
        crossed = (a.crossed(b) for i, a in enumerate(ways) for b in ways[i + 1 :])
        parts += [_of_cut(way, rows, scored.target, rates, more, margins) for way in crossed]
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True)
    for name in ("p_auc", "p_rate"):
        for how, adjust in (("holm", holm), ("bh", benjamini_hochberg)):
            known = table[name].notna()
            table.loc[known, f"{name}_{how}"] = adjust(table.loc[known, name])
    return table.sort_values("p_auc", ignore_index=True, kind="stable")


def _of_cut(
    cut: Cut,
    rows: Rows,
    target: Vector,
    rates: Vector,
    least: tuple[int, int],
    margins: tuple[float, float],
) -> pd.DataFrame:
    found = ranking_by_slice(rows, cut)
    n, events = found["n"].to_numpy(), found["events"].to_numpy()
    expected = np.bincount(cut.codes, weights=rates, minlength=len(n))
    short = (n < least[0]) | (np.minimum(events, n - events) < least[1])
    # by expected cases, since a slice without a default is what this is to find
    few = (n < least[0]) | (np.minimum(expected, n - expected) < least[1])
    found.loc[short, ["auc", "promised", "deviation"]] = np.nan
    shortfall = found["promised"] - found["auc"]
    with np.errstate(invalid="ignore", divide="ignore"):
        p_auc = norm.sf((shortfall - margins[0]) / found["deviation"])
        p_rate = _off(cut.codes, events, rates, margins[1])
        ratio = np.where(few, np.nan, events / expected)
    table = pd.DataFrame(
        {
            "cut": cut.name,
            "slice": cut.labels,
            "n": n,
            "events": events,
            "auc": found["auc"],
            "promised": found["promised"],
            "shortfall": shortfall,
            "expected": expected,
            "ratio": ratio,
            "p_auc": p_auc,
            "p_rate": np.where(few, np.nan, p_rate),
        }
    )
    return table[table["n"] > 0]


def _off(
    codes: npt.NDArray[np.intp], events: npt.NDArray[np.intp], rates: Vector, margin: float
) -> Vector:
    """Two-sided p-value that the events of each slice lie within the margin of what is expected."""
    k = len(events)
    seen: Vector = np.asarray(events, dtype=np.float64)
    left = left_of_variance(rates, codes, k)
    tails = []
    for factor in (1 + margin, 1 - margin):
        p = np.clip(rates * factor, 0.0, 1.0)
        mean, variance, third = (
            sum_by(codes, w, k) for w in (p, p * (1 - p), p * (1 - p) * (1 - 2 * p))
        )
        below = sum_of_coins(seen, mean, variance * left, third * left**1.5)
        tails.append(1 - below if factor >= 1 else below)
    if margin == 0:
        tails[1] = 1 - tails[0]
    return np.asarray(np.minimum(1.0, 2 * np.minimum(*tails)))


def validate_slices(
    features: pd.DataFrame | None,
    target: npt.ArrayLike,
    score: npt.ArrayLike,
    policy: Policy,
    *,
    pairs: bool = False,
) -> tuple[ValidationResult, ...]:
    """The slice that ranks worst and the one whose rate is furthest off, over all features."""
    scored = observed(target, score)
    reason = scored.shortfall(policy)
    if features is None or not len(features.columns):
        reason = "no features were given"
    elif scored.constant and not reason:
        reason = f"all {scored.n} scores are the same"
    elif not reason and refitted(scored.target, scored.score) is None:
        reason = "the scores do not rank the outcomes; there is nothing to hold a slice to"
    table = pd.DataFrame()
    if not reason and features is not None:
        least = (policy.minimum_rows, policy.minimum_events)
        table = slice_table(features, target, score, pairs=pairs, least=least)
        reason = "" if len(table) else "no feature takes more than one value"
    if reason:
        return tuple(not_evaluated(t, reason, n=scored.n, policy=policy) for t in TESTS)
    return _ranking(table, scored, policy), _rate(table, scored, policy)


def _worst(table: pd.DataFrame, column: str) -> tuple[pd.Series, int] | None:
    known = table[table[column].notna()]
    return None if known.empty else (known.iloc[int(np.argmin(known[column]))], len(known))


def _ranking(table: pd.DataFrame, scored: Scored, policy: Policy) -> ValidationResult:
    worst = _worst(table, "p_auc")
    if worst is None:
        reason = f"no slice has {policy.minimum_events} cases of either class"
        return not_evaluated(TESTS[0], reason, n=scored.n, policy=policy)
    row, number = worst
    return judge(
        TESTS[0],
        float(row["shortfall"]),
        n=scored.n,
        policy=policy,
        p_value=float(row["p_auc_holm"]),
        note=f"{row['slice']}: AUC {row['auc']:.3f} where its PDs promise {row['promised']:.3f} "
        f"({row['n']:,} rows); Holm over {number} slices, shortfalls up to {AUC_MARGIN:g} allowed",
        table=table,
    )


def _rate(table: pd.DataFrame, scored: Scored, policy: Policy) -> ValidationResult:
    worst = _worst(table, "p_rate")
    if worst is None:
        reason = f"no slice has {policy.minimum_events} expected cases of either class"
        return not_evaluated(TESTS[1], reason, n=scored.n, policy=policy)
    row, number = worst
    return judge(
        TESTS[1],
        float(row["ratio"]),
        n=scored.n,
        policy=policy,
        p_value=float(row["p_rate_holm"]),
        note=f"{row['slice']}: {row['events']:,} bad cases where {row['expected']:,.1f} were "
        f"expected ({row['n']:,} rows); Holm over {number} slices, {RATE_MARGIN:.0%} allowed",
        table=table,
    )
