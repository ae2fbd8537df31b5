"""The judge of fraud models: how true fraud ranks, and what alerts within a capacity are worth."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from sandbox.experiment.monitored import ATTRIBUTES
from sandbox.experiment.trial import Floats, Judgement, Scores
from sandbox.validation.fairness import validate_fairness
from sandbox.validation.fraud_alerts import capacity_of_share
from sandbox.validation.fraud_by_typology import fraud_figures
from sandbox.validation.fraud_thresholds import AlertCosts, first_refused
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.stakes import Stakes
from sandbox.validation.suite import metrics_of, validate_scores

#: share of honest applicants a bank is ready to stop, for the table by typology
FPR = 0.02
#: share of the applications of a mean day that analysts can look at; one a day at the least
REVIEWED = 0.02


@dataclass(frozen=True)
class FraudJudge:
    """Judges fraud scores on what every application truly was, and on what it put at stake."""

    stakes: Stakes
    features: pd.DataFrame
    training_features: pd.DataFrame
    #: of an alert, and what analysts make of it
    costs: AlertCosts = field(default_factory=AlertCosts)
    #: attributes of the rows, for tests between groups; None: not known
    monitored: pd.DataFrame | None = None

    @cached_property
    def capacity(self) -> int:
        """Alerts a day."""
        return capacity_of_share(self.stakes.day, REVIEWED)

    def __call__(self, scores: Scores) -> Judgement:
        """Ranking of true fraud, by kind as well; money, delay and regret of alerts.

        The alerts are the `capacity` highest scores of each day; the oracle has as many.
        """
        target = self.stakes.fraud.astype(float)
        results = validate_scores(
            target,
            scores.risk(),
            role="fraud",
            training_score=scores.training_risk(),
            features=self.features,
            training_features=self.training_features,
        )
        results += self._between_groups(scores.risk())
        tables = {
            "scored": pd.DataFrame({"score": scores.risk(), "target": target}),
            "recall_by_typology": recall_by_typology(self.stakes.typology, scores.risk()),
        }
        params = {
            "alerts.capacity": f"{self.capacity} a day",
            "alerts.review_cost": f"{self.costs.review:g} RMB",
            "alerts.caught": f"{self.costs.caught:.0%}",
            "alerts.lost": f"{self.costs.lost:.0%}",
        }
        if not 0 < target.sum() < len(target):
            return Judgement(metrics_of(results), results, tables, params)
        found = fraud_figures(scores.risk(), self.stakes, self.capacity, self.costs)
        customers = len(target)
        metrics = {
            **found.metrics,
            "value/fraud_saved_per_customer": found.metrics["value/fraud_saved"] / customers,
            "truth/fraud_oracle_per_customer": found.metrics["truth/fraud_oracle"] / customers,
            "truth/fraud_regret_per_customer": found.metrics["truth/fraud_regret"] / customers,
            **metrics_of(results),
        }
        return Judgement(metrics, results, {**tables, **found.tables}, params)

    def _between_groups(self, score: Floats) -> tuple[ValidationResult, ...]:
        """Are honest applicants of every group let through alike, at a 2% false-positive rate?

        A fraud score ranks and is not read as a probability: it has no calibration by group.
        """
        honest = self.stakes.typology == ""
        passed = np.ones(len(score))
        if honest.any():
            passed = (score <= first_refused(np.sort(score[honest])[::-1], FPR)).astype(float)
        groups = None if self.monitored is None else self.monitored[list(ATTRIBUTES)]
        target = self.stakes.fraud.astype(float)
        found = validate_fairness(target, score, passed, groups, Policy.default())
        return tuple(r for r in found if r.id != "fairness.calibration")


def recall_by_typology(
    typology: np.ndarray[tuple[int], np.dtype[np.str_]], score: Floats
) -> pd.DataFrame:
    """Share of each typology's applications stopped at a 2% false-positive rate, as `recall_at`.

    Columns: `typology`, `applications`, `recall_at_fpr_2pct`.
    """
    stopped = score > first_refused(np.sort(score[typology == ""])[::-1], FPR)
    rows = [
        {
            "typology": name,
            "applications": int((typology == name).sum()),
            "recall_at_fpr_2pct": float(stopped[typology == name].mean()),
        }
        for name in sorted(set(typology.tolist()) - {""})
    ]
    return pd.DataFrame(rows)
