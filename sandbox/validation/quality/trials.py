"""One draw of each family of tests: samples in which nothing is wrong, or one defect is planted.

Every trial goes through the public door of its family, with the policy's thresholds, so what is
counted is what a report would show.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from sandbox.errors import BadInput
from sandbox.validation.calibration import validate_calibration
from sandbox.validation.comparison import validate_comparison
from sandbox.validation.data import validate_data
from sandbox.validation.discrimination import validate_discrimination
from sandbox.validation.fairness import validate_fairness
from sandbox.validation.inputs import observed
from sandbox.validation.overfit import validate_overfit
from sandbox.validation.point_in_time import validate_leakage_by_time
from sandbox.validation.policy import Policy
from sandbox.validation.quality.population import SECOND, Population, Sample, moved, noisy
from sandbox.validation.representativeness import validate_representativeness
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import delong
from sandbox.validation.since_initial import validate_since_initial
from sandbox.validation.slices import validate_slices
from sandbox.validation.stability import validate_feature_stability, validate_score_stability

Results = tuple[ValidationResult, ...]
#: no defect: scores are the true PDs, and nothing has moved
RIGHT = "right"
#: true rates over predicted ones where PDs are planted too low, and the slope of planted extremes
UNDERSTATED, SLOPE = 1.2, 0.7
#: log-odds: noise on scores, a group scored harder, a slice that is riskier than its PDs
NOISE, HARDER, HIDDEN = 1.0, 0.5, 0.5
#: share of customers who come from another market
STRANGERS = 0.3
#: share of outcomes that a leaking feature holds rightly
LEAKED = 0.97
#: rows that an overfitted model learns from
FEW = 500


@dataclass(frozen=True)
class Ground:
    """What trials draw from: a market, and another whose customers drift in."""

    home: Population
    away: Population

    def __post_init__(self) -> None:
        both = [c for c in self.home.features if c in self.away.features]
        if not both:
            raise BadInput("The two markets share no feature; give the same features in both.")
        for name in ("home", "away"):
            side: Population = getattr(self, name)
            object.__setattr__(self, name, replace(side, features=side.features[both]))

    def mixed(self, rng: np.random.Generator, n: int, share: float) -> Sample:
        """`n` customers of whom `share` come from away."""
        strangers = round(share * n)
        parts = [self.home.sample(rng, n - strangers), self.away.sample(rng, strangers)]
        return Sample(
            np.concatenate([p.y for p in parts]),
            np.concatenate([p.pd_ for p in parts]),
            np.concatenate([p.score for p in parts]),
            pd.concat([p.features for p in parts], ignore_index=True),
        )


Trial = Callable[[np.random.Generator, Ground, int, str, Policy], Results]


def calibration(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Ranking and calibration of PDs: `low`, `extreme` (slope 0.7), `noise` on log-odds."""
    sample = ground.home.sample(rng, n)
    p = sample.pd_
    score = p
    if defect == "low":
        score = p / UNDERSTATED
    elif defect == "extreme":
        score = moved(p, times=1 / SLOPE)
    elif defect == "noise":
        score = noisy(rng, p, NOISE)
    scored = observed(sample.y, sample.scored(score).score)
    return (
        *validate_discrimination(scored, policy, "default"),
        *validate_calibration(scored, policy),
    )


def stability(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Training against evaluation: `drift` brings customers of another market.

    The AUC of the initial validation is that of the first sample, with its error; grades at two
    times differ by noise, and under `drift` a third of customers move two grades. `noise` blurs
    the scores of the second sample.
    """
    share = STRANGERS if defect == "drift" else 0.0
    before, after = ground.home.sample(rng, n), ground.mixed(rng, n, share)
    if defect == "noise":
        after = after.scored(noisy(rng, after.pd_, NOISE))
    first = 1 + np.searchsorted(np.quantile(before.pd_, np.arange(1, 7) / 7), before.pd_)
    second = np.clip(first + np.round(rng.normal(0, 0.8, n)), 1, 7)
    second = np.where(rng.random(n) < share, np.clip(first + 2, 1, 7), second)
    area, error = _measured(before)
    return (
        *validate_score_stability(before.score, after.score, policy),
        *validate_since_initial(
            observed(after.y, after.score),
            after.score,
            policy,
            training_score=before.score,
            initial_auc=area,
            initial_auc_error=error,
            migration=(first, second),
        ),
        validate_feature_stability(before.features, after.features, policy),
    )


def _measured(sample: Sample) -> tuple[float | None, float]:
    """AUC and its standard error; no AUC where only one class was drawn."""
    if not 1 < sample.y.sum() < len(sample.y) - 1:
        return None, 0.0
    area, variance = delong(sample.y, sample.score)
    return area, float(np.sqrt(variance))


def populations(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Features of training and evaluation: `drift` as in `stability`."""
    share = {RIGHT: 0.0, "drift": STRANGERS}[defect]
    before, after = ground.home.sample(rng, n), ground.mixed(rng, n, share)
    return validate_representativeness(before.features, after.features, policy)


def comparison(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Two models that are equally far from the truth; `noise` makes the champion's scores worse."""
    sample = ground.home.sample(rng, n)
    much = {RIGHT: 0.3, "noise": NOISE}[defect]
    champion, challenger = noisy(rng, sample.pd_, much), noisy(rng, sample.pd_, 0.3)
    return validate_comparison(sample.y, champion, challenger, policy)


def fairness(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Two groups that have nothing to do with default; `unfair` scores the smaller one harder."""
    sample = ground.home.sample(rng, n)
    second = rng.random(n) < SECOND
    harder = {RIGHT: 0.0, "unfair": HARDER}[defect]
    score = moved(sample.pd_, by=harder * second)
    approved = (score <= np.quantile(ground.home.pd_, 0.7)).astype(float)
    groups = pd.DataFrame({"group": np.where(second, "second", "first")})
    return validate_fairness(sample.y, score, approved, groups, policy)


def slices(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Slices by every feature. Of the upper half of the first one's values, `hidden` makes
    outcomes worse than scored and those of the others better; `noise` blurs scores there.
    """
    sample = ground.home.sample(rng, n)
    wrong = HIDDEN if defect == "hidden" else 0.0
    name = sample.features.columns[0]
    values = sample.features[name].rank(pct=True)
    where = (values > 0.5).to_numpy()
    true = expit(logit(sample.pd_) + wrong * np.where(where, 1, -1))
    y = (rng.random(n) < true).astype(float)
    score = sample.pd_
    if defect == "noise":
        score = np.where(where, noisy(rng, score, 2 * NOISE), score)
    return validate_slices(sample.features, y, np.clip(score, 1e-4, 1 - 1e-4), policy)


def overfit(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Training and evaluation of a model; `overfit`: boosted trees with tiny leaves on few rows."""
    training, evaluation = ground.home.sample(rng, n), ground.home.sample(rng, n)
    if defect == "overfit":
        training = ground.home.sample(rng, min(n, FEW))
        training, evaluation = memorised(training, evaluation)
    sides = [(s.features, s.y, s.score) for s in (training, evaluation)]
    return validate_overfit(sides[0], sides[1], policy)


def memorised(training: Sample, evaluation: Sample) -> tuple[Sample, Sample]:
    """Both scored by boosted trees with leaves of two rows, learnt from the training outcomes."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(
        min_samples_leaf=2, max_iter=60, early_stopping=False, random_state=0
    )
    trees.fit(training.features.to_numpy(), training.y)
    return (
        training.scored(trees.predict_proba(training.features.to_numpy())[:, 1]),
        evaluation.scored(trees.predict_proba(evaluation.features.to_numpy())[:, 1]),
    )


def leakage(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Both screens for leakage; `leakage` adds a feature made of the outcome, and one
    made of the outcomes of the older half of the cases."""
    sample = ground.home.sample(rng, n)
    time = pd.Series(rng.permutation(n).astype(float))
    features = sample.features
    if defect == "leakage":
        known = np.where(rng.random(n) < LEAKED, sample.y, rng.random(n) < 0.5)
        early = (time < n / 2).to_numpy()
        features = features.assign(
            arrears=np.where(early, known, 0.0), collections=known + 0.01 * rng.random(n)
        )
    screens = validate_data(features, sample.y, policy)
    return (
        *(r for r in screens if r.id == "data.leakage"),
        validate_leakage_by_time(features, sample.y, time, policy),
    )
