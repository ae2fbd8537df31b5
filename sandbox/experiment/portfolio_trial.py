"""The portfolio trial: a bank's own table, split by account; no world, so no truth."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.experiment.trial import Floats, Judgement, Scores, Trial
from sandbox.portfolio import Portfolio
from sandbox.validation.result import ValidationResult, Verdict
from sandbox.validation.suite import metrics_of, validate_scores


def portfolio_trial(portfolio: Portfolio, seed: int) -> Trial:
    """Train on some accounts, judge on the others."""
    train, test = portfolio.split(seed)
    training = portfolio.features.iloc[train].reset_index(drop=True)
    labels = pd.DataFrame({"target": portfolio.target[train]})
    return _trial(portfolio, training, labels, test)


def fitted_before_trial(portfolio: Portfolio) -> Trial:
    """Nothing is trained here: a bank's scores or a vendor's model, judged on every account."""
    nothing = portfolio.features.iloc[:0]
    everyone = np.arange(len(portfolio.features))
    return _trial(portfolio, nothing, pd.DataFrame({"target": []}), everyone)


def _trial(
    portfolio: Portfolio,
    training: pd.DataFrame,
    labels: pd.DataFrame,
    test: NDArray[np.intp],
) -> Trial:
    evaluation = portfolio.features.iloc[test].reset_index(drop=True)
    judge = PortfolioJudge(portfolio.target[test], evaluation, training if len(training) else None)
    scores = None if portfolio.scores is None else portfolio.scores[test]
    return Trial("pd", training, labels, evaluation, judge, bank_scores=scores)


@dataclass(frozen=True)
class PortfolioJudge:
    """Judges PDs on observed outcomes; what needs the truth is not evaluated."""

    target: Floats
    features: pd.DataFrame
    training_features: pd.DataFrame | None

    def __call__(self, scores: Scores) -> Judgement:
        """Discrimination, calibration, stability and data tests, on the rows that have a PD."""
        scored = ~np.isnan(scores.risk())
        results = validate_scores(
            self.target[scored],
            scores.risk()[scored],
            role="pd",
            training_score=scores.training_risk(),
            features=self.features[scored],
            training_features=self.training_features,
        )
        table = pd.DataFrame({"score": scores.risk()[scored], "target": self.target[scored]})
        results = (*results, _unscored(scored))
        return Judgement(metrics_of(results), results, {"scored": table})


def _unscored(scored: NDArray[np.bool_]) -> ValidationResult:
    missing = int((~scored).sum())
    return ValidationResult(
        id="data.unscored",
        family="data",
        title="Accounts without a score",
        hypothesis="Every account that is judged has a score.",
        n=len(scored),
        statistic=missing / len(scored),
        threshold="none",
        threshold_source="completeness, one of the five attributes of data quality",
        verdict=Verdict.WARN if missing else Verdict.PASS,
        reason=f"{missing:,} accounts were left out" if missing else "",
    )
