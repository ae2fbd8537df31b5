"""The tests of a role, run together: arrays in, one tuple of results out."""

from collections.abc import Iterable
from math import isfinite

import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.calibration import validate_calibration
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.data import validate_data
from sandbox.validation.discrimination import validate_discrimination
from sandbox.validation.fraud import validate_fraud
from sandbox.validation.inputs import observed
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.since_initial import validate_since_initial
from sandbox.validation.stability import validate_feature_stability, validate_score_stability
from sandbox.validation.truth import validate_pd_truth, validate_value_truth

ROLES = ("limit", "pd", "fraud")


def validate_scores(
    target: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    role: str,
    training_score: npt.ArrayLike | None = None,
    features: pd.DataFrame | None = None,
    training_features: pd.DataFrame | None = None,
    initial_auc: float | None = None,
    initial_auc_error: float = 0.0,
    migration: tuple[npt.ArrayLike, npt.ArrayLike] | None = None,
    policy: Policy | None = None,
) -> tuple[ValidationResult, ...]:
    """Judge n scores on n outcomes.

    `target` holds 1 (default, fraud), 0, or NaN where the outcome was never observed, as for
    rejected applicants; those rows are left out of what needs outcomes and counted. `score`
    lies within [0, 1], higher is riskier; for roles limit and pd it is a PD. `features` are
    the n rows that were scored. `initial_auc` is that of the initial validation,
    `initial_auc_error` its standard error (0: taken as exact); `migration` holds the grades of
    customers at two times.

    Raises BadInput for lengths that differ, scores outside [0, 1] or not finite, outcomes
    other than 0 and 1, an unknown role. One class only, constant scores and too few rows or
    bad cases are not errors: the tests concerned are not evaluated and say why.

    >>> results = validate_scores([0, 1] * 10, [0.1, 0.2] * 10, role="pd")
    >>> results[0].verdict.value, results[0].reason
    ('not evaluated', '20 rows with an observed outcome; at least 50 needed')
    """
    if role not in ROLES:
        raise BadInput(f"role={role!r} is not known; choose one of {', '.join(ROLES)}.")
    policy = policy or Policy.default()
    scored = observed(target, score)
    if features is not None and len(features) != scored.n + scored.unobserved:
        raise BadInput(
            f"features have {len(features)} and score has {scored.n + scored.unobserved} rows; "
            "give the features of the rows that were scored."
        )
    event = "fraud" if role == "fraud" else "default"
    found = validate_discrimination(scored, policy, event)
    if role == "fraud":
        # average precision appears once, under the name the fraud team tracks
        found = tuple(r for r in found if r.id != "discrimination.auprc")
        found += validate_fraud(scored, policy)
    else:
        found += validate_calibration(scored, policy)
    return (
        *found,
        *validate_score_stability(training_score, score, policy),
        validate_feature_stability(training_features, features, policy),
        *validate_since_initial(
            scored,
            score,
            policy,
            training_score=training_score,
            initial_auc=initial_auc,
            initial_auc_error=initial_auc_error,
            migration=migration,
        ),
        *validate_data(features, target, policy, score),
    )


def validate_against_truth(
    *,
    score: npt.ArrayLike | None = None,
    true_pd: npt.ArrayLike | None = None,
    model_value: npt.ArrayLike | None = None,
    oracle_value: npt.ArrayLike | None = None,
    policy: Policy | None = None,
) -> tuple[ValidationResult, ...]:
    """Judge PDs and decisions against a world whose truth is known.

    `score` and `true_pd` are n predicted and true PDs at the same limit; `model_value` and
    `oracle_value` what each customer earns (RMB) under the model's policy and the oracle's.
    Either pair may be left out, not half of one.
    """
    policy = policy or Policy.default()
    pairs = {"score and true_pd": (score, true_pd)}
    pairs["model_value and oracle_value"] = (model_value, oracle_value)
    for names, pair in pairs.items():
        if (pair[0] is None) != (pair[1] is None):
            raise BadInput(f"Only one of {names} was given; give both or neither.")
    found: tuple[ValidationResult, ...] = ()
    if score is not None and true_pd is not None:
        found += validate_pd_truth(score, true_pd, policy)
    if model_value is not None and oracle_value is not None:
        found += validate_value_truth(model_value, oracle_value, policy)
    return found


def metrics_of(results: Iterable[ValidationResult]) -> dict[str, float]:
    """The tracked metrics (`perf/auc`, `calib/brier`, …) that the results carry.

    A figure that could not be had is left out, never written as 0 or NaN.
    """
    return {
        CATALOGUE[r.id].metric: float(r.statistic)
        for r in results
        if r.id in CATALOGUE and CATALOGUE[r.id].metric and isfinite(r.statistic)
    }
