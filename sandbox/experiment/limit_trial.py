"""The limit trial: decide for fresh customers of a market, then ask what it was worth.

Learns from the incumbent's log on one world and is judged on another of the same scenario,
whose seed no model is shown. Fraud has a trial of its own: confirmed frauds are left out of the
log here, and fraudulent applicants out of the evaluation.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_generators import Decisions, World
from data_generators.potential import PotentialOutcomes
from data_generators.scenarios import Scenario
from sandbox.errors import BadInput
from sandbox.experiment.trial import Floats, Judgement, Scores, Trial
from sandbox.features import credit_features
from sandbox.policy import LimitPolicy
from sandbox.validation.suite import metrics_of, validate_against_truth, validate_scores


def check_market(scenario: Scenario, months: int) -> None:
    """BadInput when limits cannot be judged: too few months to default in."""
    least = scenario.repayment.default_months_late
    if months < least:
        raise BadInput(
            f"The world has {months} months, and no account can be in default before month "
            f"{least}; give it at least {least}, better 12."
        )


def limit_trial(
    training: World, evaluation: World, potential: PotentialOutcomes, policy: LimitPolicy
) -> Trial:
    """The trial of limit and PD models on a pair of worlds.

    `potential` covers the evaluation world's first customers; what needs the truth is judged on
    those.
    """
    seen = training.observed()
    features = credit_features(seen.applications)
    target = np.full(len(features), np.nan)
    target[seen.performance["customer_id"]] = seen.performance["default"]
    target[seen.fraud_labels["customer_id"]] = np.nan
    labels = pd.DataFrame(
        {
            "target": target,
            "credit_limit": seen.decisions["credit_limit"],
            "propensity": seen.decisions["propensity"],
        }
    )
    # The evaluation world as the bank would see it, honest applicants only: applications and
    # outcomes under the incumbent, the same for every model.
    honest = np.flatnonzero(evaluation.truth.fraud() == "")
    applications = evaluation.observed().applications.iloc[honest].reset_index(drop=True)
    evaluation_features = credit_features(applications, list(features.columns))
    judge = LimitJudge(evaluation, honest, evaluation_features, features, potential, policy)
    key = evaluation.digest.encode()
    return Trial("limit", features, labels, evaluation_features, judge, None, key)


@dataclass(frozen=True)
class LimitJudge:
    """Turns scores into decisions, replays them, and compares with what was possible."""

    world: World
    #: rows of the evaluation: positions of honest applicants in the world
    honest: np.ndarray[tuple[int], np.dtype[np.intp]]
    features: pd.DataFrame
    training_features: pd.DataFrame
    potential: PotentialOutcomes
    policy: LimitPolicy

    def __call__(self, scores: Scores) -> Judgement:
        """Decisions and their value; PD tests under the incumbent's limits."""
        limit = scores.evaluation.get("limit")
        decisions = self.policy.decide(self.features, pd=scores.risk(), limit=limit)
        target, true_pd = self._under_the_incumbent()
        results = validate_scores(
            target,
            scores.risk(),
            role="limit",
            training_score=scores.training_risk(),
            features=self.features,
            training_features=self.training_features,
        )
        model_value, oracle_value = self._expected_profit(decisions["limit"].to_numpy())
        known = np.flatnonzero(~np.isnan(true_pd))
        results += validate_against_truth(
            score=scores.risk()[known],
            true_pd=true_pd[known],
            model_value=model_value,
            oracle_value=oracle_value,
        )
        happened = self._replayed(decisions)
        metrics = {
            "value/profit_per_customer": float(happened["profit"].mean()),
            "value/approval_rate": float(decisions["approve"].mean()),
            "value/default_rate": _mean(happened["default"][decisions["approve"]]),
            "value/mean_limit": _mean(decisions["limit"][decisions["approve"]]),
            "truth/profit_per_customer": float(model_value.mean()),
            **metrics_of(results),
        }
        tables = {
            "scored": pd.DataFrame({"score": scores.risk(), "target": target}),
            "decisions": decisions,
            "decisions_by_segment": by_segment(self.features, decisions, happened),
            "reasons": _shares(decisions["reason"]),
        }
        return Judgement(metrics, results, tables, self.policy.params())

    @property
    def known(self) -> int:
        """How many of the evaluation rows, from the first, have potential outcomes."""
        return int(np.searchsorted(self.honest, len(self.potential.pd)))

    def _under_the_incumbent(self) -> tuple[Floats, Floats]:
        """Outcome (all rows) and true PD (known rows) at the incumbent's limit.

        NaN where there is no account: declined, or the offer not taken.
        """
        logged = self.world.logged_decisions()
        happened = self.world.replay(logged).customers
        outcome = happened["default"].to_numpy(dtype=float)
        limit = logged.limit[: len(self.potential.pd)]
        true_pd = self.potential.at(self.potential.pd, limit)[self.honest[: self.known]]
        opened = happened["taken"].to_numpy()[self.honest]
        target = np.where(opened, outcome[self.honest], np.nan)
        return target, np.where(opened[: self.known], true_pd, np.nan)

    def _expected_profit(self, limit: Floats) -> tuple[Floats, Floats]:
        """Expected profit of known rows under the decisions and under the oracle's, RMB."""
        rows = self.honest[: self.known]
        everyone = np.zeros(len(self.potential.pd))
        everyone[rows] = limit[: self.known]
        score = self.potential.profit_to_score
        model = self.potential.at(score, everyone)[rows]
        oracle = self.potential.at(score, self.potential.oracle())[rows]
        return model, oracle

    def _replayed(self, decisions: pd.DataFrame) -> pd.DataFrame:
        everyone = np.zeros(self.world.customers)
        everyone[self.honest] = decisions["limit"]
        price = self.world.logged_decisions().price.copy()
        if self.policy.price is not None:
            price[:] = self.policy.price
        outcomes = self.world.replay(Decisions.of(everyone, price=price))
        return outcomes.customers.iloc[self.honest].reset_index(drop=True)


def by_segment(
    features: pd.DataFrame, decisions: pd.DataFrame, happened: pd.DataFrame
) -> pd.DataFrame:
    """Decisions and outcomes by fifth of declared income, lowest first.

    Columns: `segment`, `customers`, `approval_rate`, `mean_limit` (RMB, of approved),
    `mean_pd` (of approved), `default_rate` (of approved), `profit_per_customer` (RMB).
    """
    fifth = pd.qcut(features["declared_income"], 5, labels=False, duplicates="drop")
    frame = decisions.assign(default=happened["default"], profit=happened["profit"])
    granted = frame.where(frame["approve"])
    rows = []
    for code, group in frame.groupby(fifth):
        some = granted.loc[group.index]
        rows.append(
            {
                "segment": f"income fifth {int(code) + 1}",
                "customers": len(group),
                "approval_rate": group["approve"].mean(),
                "mean_limit": some["limit"].astype(float).mean(),
                "mean_pd": some["pd"].astype(float).mean(),
                "default_rate": some["default"].astype(float).mean(),
                "profit_per_customer": group["profit"].mean(),
            }
        )
    return pd.DataFrame(rows)


def _shares(reasons: pd.Series) -> pd.DataFrame:
    counts = reasons.value_counts()
    return pd.DataFrame(
        {
            "reason": counts.index.astype(str),
            "customers": counts.to_numpy(),
            "share": (counts / counts.sum()).to_numpy(),
        }
    )


def _mean(values: pd.Series) -> float:
    return float(values.mean()) if len(values) else float("nan")
