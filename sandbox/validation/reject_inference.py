"""What the rejected would have done: four ways to infer it, each to a bad rate and an AUC.

Every method gives each rejected applicant a probability of being bad, from scores and outcomes of
the accepted. None of them can be checked by a bank: the outcomes were never seen.
`reject_bias` holds them against the truth of a world.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from sandbox.errors import BadInput
from sandbox.validation.applicants import Applicants
from sandbox.validation.grades import grades
from sandbox.validation.inputs import Vector, probabilities, same_length, vector
from sandbox.validation.roc import expected_auc

#: PDs are kept this far from 0 and 1 before their log-odds are taken
EDGE = 1e-6
#: probabilities of acceptance below this count as this: weights are at most 50
LEAST_PROPENSITY = 0.02
#: bands of parcelling, of equal numbers of applicants
BANDS = 10
#: how much worse than accepted ones with the same score the rejected are taken to be
INCREASE = 1.5
#: all of them, in the order of tables
METHODS = ("like the accepted", "extrapolation", "parcelling", "fuzzy augmentation", "reweighting")


@dataclass(frozen=True)
class Inference:
    """What one method says of the rejected, and of all applicants."""

    method: str
    #: inferred share of bad ones among the rejected
    reject_rate: float
    #: the same among all applicants
    rate: float
    #: AUC of the score over all applicants
    auc: float
    #: n PDs re-estimated: outcomes of the accepted and inferences of the rejected on the log-odds
    #: of the score
    pd: Vector
    #: accepted cases that carry the inference, after weights; NaN where there are none
    effective: float


def infer(applicants: Applicants, method: str, *, increase: float = INCREASE) -> Inference:
    """One method's inference.

    - `like the accepted`: their bad rate for all; what leaving rejects out amounts to
    - `extrapolation`: outcomes of the accepted on the log-odds of the score, carried on
    - `parcelling`: in each of 10 score bands the accepted's bad rate times `increase`; a band
      without outcomes has the rate of the next riskier one that has any, else of the riskiest
    - `fuzzy augmentation`: each rejected enters twice, as bad with weight p and as good with
      1 − p, p the extrapolation times `increase`; the model is fitted anew to all
    - `reweighting`: outcomes of the accepted with weight (1 − e) / e, e the `propensity` (at
      least 0.02), stand for the rejected; Hájek's ratio

    Banasik, Crook and Thomas (2003), Journal of the Operational Research Society 54, and Siddiqi
    (2006), Credit Risk Scorecards, chapter 6.
    """
    if method not in METHODS:
        raise BadInput(f"No method is called {method!r}; methods are {', '.join(METHODS)}.")
    if not increase > 0:
        raise BadInput(f"increase={increase:g}; rejects are taken to be so many times worse: > 0.")
    if method == "reweighting":
        return _reweighted(applicants)
    inferred = {
        "like the accepted": _mean,
        "extrapolation": _extrapolated,
        "parcelling": _parcelled,
        "fuzzy augmentation": _extrapolated,
    }[method](applicants)
    if method in ("parcelling", "fuzzy augmentation"):
        inferred = np.minimum(inferred * increase, 1.0)
    return _of_soft_labels(applicants, method, inferred)


def infer_all(applicants: Applicants, *, increase: float = INCREASE) -> pd.DataFrame:
    """A row a method: `method`, `reject_rate`, `rate`, `auc`, `mean_pd`, `effective`.

    Without propensities `reweighting` is left out.
    """
    there = [m for m in METHODS if m != "reweighting" or applicants.propensity is not None]
    found = [infer(applicants, method, increase=increase) for method in there]
    return pd.DataFrame(
        {
            "method": there,
            "reject_rate": [f.reject_rate for f in found],
            "rate": [f.rate for f in found],
            "auc": [f.auc for f in found],
            "mean_pd": [float(f.pd.mean()) for f in found],
            "effective": [f.effective for f in found],
        }
    )


def logistic(soft: npt.ArrayLike, score: npt.ArrayLike, weight: npt.ArrayLike) -> Vector:
    """Intercept and slope of shares `soft` on the log-odds of `score`, with weights; by Newton.

    A row of share q and weight w counts as a bad case of weight wq and a good one of w(1 − q).
    """
    q, x = probabilities("soft", soft), _log_odds(score)
    w = vector("weight", weight)
    same_length(soft=q, score=x, weight=w)
    if np.ptp(x) == 0:
        return np.array([float(logit(np.clip(np.average(q, weights=w), EDGE, 1 - EDGE))), 0.0])
    design = np.column_stack([np.ones(len(x)), x])
    found = np.array([0.0, 1.0])
    for _ in range(60):
        p = expit(design @ found)
        slope = design.T @ (w * (q - p))
        # a trace of ridge keeps a separated sample finite
        curvature = design.T @ (design * (w * p * (1 - p))[:, None]) + 1e-9 * w.sum() * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        found = found + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            break
    return found


def _log_odds(score: npt.ArrayLike) -> Vector:
    odds: Vector = logit(np.clip(probabilities("score", score), EDGE, 1 - EDGE))
    return odds


def _fitted(line: Vector, score: Vector) -> Vector:
    p: Vector = expit(line[0] + line[1] * _log_odds(score))
    return p


def _mean(of: Applicants) -> Vector:
    return np.full(int((~of.accepted).sum()), float(np.nanmean(of.target)))


def _extrapolated(of: Applicants) -> Vector:
    seen = of.observed
    line = logistic(of.target[seen], of.score[seen], np.ones(int(seen.sum())))
    return _fitted(line, of.score[~of.accepted])


def _parcelled(of: Applicants) -> Vector:
    band = grades(of.score, BANDS)
    size = int(band.max()) + 1
    n = np.bincount(band[of.observed], minlength=size)
    bad = np.bincount(band[of.observed], weights=of.target[of.observed], minlength=size)
    rate = pd.Series(bad / np.where(n > 0, n, np.nan)).bfill().ffill().to_numpy()
    return np.asarray(rate[band[~of.accepted]], dtype=float)


def _of_soft_labels(of: Applicants, method: str, inferred: Vector) -> Inference:
    """Outcomes where they are known, `inferred` for the rejected; the unobserved are left out."""
    seen, out = of.observed, ~of.accepted
    soft = np.concatenate([of.target[seen], inferred])
    score = np.concatenate([of.score[seen], of.score[out]])
    # accepted ones whose outcome is not known yet are stood for by those whose outcome is
    scale = of.accepted.sum() / seen.sum()
    weight = np.concatenate([np.full(int(seen.sum()), scale), np.ones(int(out.sum()))])
    line = logistic(soft, score, weight)
    return Inference(
        method,
        reject_rate=float(inferred.mean()),
        rate=float(np.average(soft, weights=weight)),
        auc=expected_auc(soft, score),
        pd=_fitted(line, of.score),
        effective=float("nan"),
    )


def _reweighted(of: Applicants) -> Inference:
    if of.propensity is None:
        raise BadInput("Reweighting needs the probability of being accepted; give propensity.")
    seen = of.observed
    y, s = of.target[seen], of.score[seen]
    e = np.maximum(of.propensity[seen], LEAST_PROPENSITY)
    odds, inverse = (1 - e) / e, 1 / e
    if not odds.sum() > 0:
        raise BadInput("Every propensity is 1: nobody could have been rejected.")
    rejected = float(np.average(y, weights=odds))
    accepted = float(np.nanmean(of.target))
    share = float(of.accepted.mean())
    return Inference(
        "reweighting",
        reject_rate=rejected,
        rate=share * accepted + (1 - share) * rejected,
        auc=_weighted_auc(y, s, inverse),
        pd=_fitted(logistic(y, s, inverse), of.score),
        effective=float(odds.sum() ** 2 / (odds**2).sum()),
    )


def _weighted_auc(y: Vector, score: Vector, weight: Vector) -> float:
    """Weighted share of pairs in which the bad case scores above the good one, ties ½."""
    group = np.unique(score, return_inverse=True)[1]
    bad = np.bincount(group, weights=weight * y)
    good = np.bincount(group, weights=weight * (1 - y))
    wins = float((bad * (np.cumsum(good) - good / 2)).sum())
    return wins / float(bad.sum() * good.sum())
