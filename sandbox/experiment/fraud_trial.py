"""The fraud trial: learn from late and partial confirmations, be judged on true fraud."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_generators import World
from sandbox.experiment.trial import Floats, Judgement, Scores, Trial
from sandbox.features import fraud_features
from sandbox.validation.suite import metrics_of, validate_scores

#: share of honest applicants a bank is ready to stop, for the table by typology
FPR = 0.02


def fraud_trial(training: World, evaluation: World) -> Trial:
    """The trial of fraud models on a pair of worlds.

    Training labels are what the bank knows at the end: 1 for confirmed fraud, 0 for approved
    and never confirmed (some fraud among them), NaN for declined applications.
    """
    seen = training.observed()
    features = fraud_features(seen.applications)
    target = np.where(seen.decisions["credit_limit"] > 0, 0.0, np.nan)
    target[seen.fraud_labels["customer_id"]] = 1.0
    fresh = fraud_features(evaluation.observed().applications, list(features.columns))
    judge = FraudJudge(evaluation.truth.fraud(), fresh, features)
    key = evaluation.digest.encode()
    return Trial("fraud", features, pd.DataFrame({"target": target}), fresh, judge, None, key)


@dataclass(frozen=True)
class FraudJudge:
    """Judges fraud scores on what every application truly was."""

    typology: np.ndarray[tuple[int], np.dtype[np.str_]]
    features: pd.DataFrame
    training_features: pd.DataFrame

    def __call__(self, scores: Scores) -> Judgement:
        """Ranking of true fraud, and recall by typology at a bearable false-positive rate."""
        target = (self.typology != "").astype(float)
        results = validate_scores(
            target,
            scores.risk(),
            role="fraud",
            training_score=scores.training_risk(),
            features=self.features,
            training_features=self.training_features,
        )
        tables = {
            "scored": pd.DataFrame({"score": scores.risk(), "target": target}),
            "recall_by_typology": recall_by_typology(self.typology, scores.risk()),
        }
        return Judgement(metrics_of(results), results, tables)


def recall_by_typology(
    typology: np.ndarray[tuple[int], np.dtype[np.str_]], score: Floats
) -> pd.DataFrame:
    """Share of each typology's applications stopped at a 2% false-positive rate.

    Columns: `typology`, `applications`, `recall_at_fpr_2pct`.
    """
    stopped = score > np.quantile(score[typology == ""], 1 - FPR, method="higher")
    rows = [
        {
            "typology": name,
            "applications": int((typology == name).sum()),
            "recall_at_fpr_2pct": float(stopped[typology == name].mean()),
        }
        for name in sorted(set(typology.tolist()) - {""})
    ]
    return pd.DataFrame(rows)
