"""What has changed since the model was built: AUC, concentration of grades, migration."""

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from sandbox.validation.against_initial import (
    auc_against_initial,
    bandwidths,
    concentration_beyond_chance,
    migration_matrix,
    migration_stability,
)
from sandbox.validation.grades import holm
from sandbox.validation.inputs import Scored, finite
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import delong

#: grades of training scores, of equal size
GRADES = 10
#: fall of the AUC that the power is given for, at 5%
FALL = 0.05


def validate_since_initial(
    scored: Scored,
    score: npt.ArrayLike,
    policy: Policy,
    *,
    training_score: npt.ArrayLike | None = None,
    initial_auc: float | None = None,
    initial_auc_error: float = 0.0,
    migration: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
) -> tuple[ValidationResult, ...]:
    """The ECB's three comparisons, as far as there is something to compare with.

    `scored` are the evaluation rows with an outcome, `score` all of them. `initial_auc` is that
    of the initial validation, on rows the model did not know, `initial_auc_error` its standard
    error (0: taken as exact, as the ECB does). `migration` holds the
    grade of each customer before and after, whole numbers from 1 (lowest risk).
    """
    return (
        _of_auc(scored, initial_auc, initial_auc_error, policy),
        _of_concentration(score, training_score, policy),
        _of_migration(migration, policy),
    )


def _of_auc(
    scored: Scored, initial: float | None, initial_error: float, policy: Policy
) -> ValidationResult:
    test = "stability.auc_against_initial"
    if initial is None:
        reason = "no AUC of the initial validation was given"
        return not_evaluated(test, reason, n=scored.n, policy=policy)
    reason = scored.shortfall(policy) or (
        f"all {scored.n} scores are the same" if scored.constant else ""
    )
    if reason:
        return not_evaluated(test, reason, n=scored.n, policy=policy)
    area, variance = delong(scored.target, scored.score)
    if not variance > 0:
        reason = "the score separates the classes completely"
        return not_evaluated(test, reason, n=scored.n, policy=policy)
    found = auc_against_initial(area, float(np.sqrt(variance)), initial, initial_error)
    error = float(np.hypot(np.sqrt(variance), initial_error))
    half = float(norm.ppf(0.975)) * error
    exact = "" if initial_error > 0 else ", which is taken as exact"
    return judge(
        test,
        area - initial,
        n=scored.n,
        policy=policy,
        p_value=found.p_value,
        interval=(area - initial - half, area - initial + half),
        power=float(norm.cdf(FALL / error - norm.ppf(0.95))),
        note=f"AUC {area:.3f} now, {initial:.3f} at the initial validation{exact}",
    )


def _of_concentration(
    score: npt.ArrayLike, training_score: npt.ArrayLike | None, policy: Policy
) -> ValidationResult:
    test, now = "stability.concentration", finite("score", score)
    if training_score is None:
        return not_evaluated(test, "no training scores were given", n=len(now), policy=policy)
    then = finite("training_score", training_score)
    short = min(len(now), len(then))
    if short < policy.minimum_rows:
        reason = f"{short} rows on one side; at least {policy.minimum_rows} needed"
        return not_evaluated(test, reason, n=len(now), policy=policy)
    levels = np.arange(1, GRADES) / GRADES
    edges = np.unique(np.quantile(then, levels, method="inverted_cdf"))
    edges = edges[edges < then.max()]
    if not len(edges):
        reason = f"all {len(then)} training scores are the same"
        return not_evaluated(test, reason, n=len(now), policy=policy)
    counts = [
        np.bincount(np.searchsorted(edges, s, "left"), minlength=len(edges) + 1)
        for s in (now, then)
    ]
    # training grades are even by construction, where the ECB's own test always rejects
    found = concentration_beyond_chance(*counts)
    return judge(
        test,
        found.now,
        n=len(now),
        policy=policy,
        p_value=found.p_value,
        note=f"{_small(found.initial)} in training, over {len(edges) + 1} grades",
    )


def _small(index: float) -> str:
    """Four decimals; grades cut to be even have an index that these hide."""
    return f"{index:.4f}" if index >= 0.00005 else "< 0.0001"


def _of_migration(
    migration: tuple[npt.ArrayLike, npt.ArrayLike] | None, policy: Policy
) -> ValidationResult:
    test = "stability.migration"
    if migration is None:
        return not_evaluated(test, "no grades at two times were given", n=0, policy=policy)
    before, after = (finite("grade", each) for each in migration)
    if len(before) < policy.minimum_rows:
        reason = f"{len(before)} customers; at least {policy.minimum_rows} needed"
        return not_evaluated(test, reason, n=len(before), policy=policy)
    matrix = migration_matrix(before, after, int(max(before.max(), after.max())))
    table = migration_stability(matrix)
    if table.empty:
        reason = "all customers are in one grade at both times"
        return not_evaluated(test, reason, n=len(before), policy=policy)
    adjusted = holm(table["p_value"])
    upper, lower = bandwidths(matrix)
    return judge(
        test,
        float((adjusted < 0.05).sum()),
        n=len(before),
        policy=policy,
        p_value=float(adjusted.min()),
        note=f"bandwidths {upper:.3f} up and {lower:.3f} down",
        table=matrix.reset_index(),
    )
