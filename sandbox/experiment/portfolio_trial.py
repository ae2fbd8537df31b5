"""The portfolio trial: a bank's own table, split by account; no world, so no truth."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.experiment.monitored import portfolio_groups
from sandbox.experiment.trial import Floats, Judgement, Scores, Trial
from sandbox.portfolio import Portfolio
from sandbox.portfolio.account_months import AccountMonths
from sandbox.portfolio.by_columns import NO_CURRENCY
from sandbox.validation.fairness import validate_fairness
from sandbox.validation.grades import jeffreys_interval
from sandbox.validation.out_of_time import validate_out_of_time
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio import validate_portfolio
from sandbox.validation.result import ValidationResult, Verdict
from sandbox.validation.reverse_stress import validate_reverse_stress
from sandbox.validation.sensitivity import validate_sensitivity
from sandbox.validation.stress import validate_stress
from sandbox.validation.suite import metrics_of, validate_scores

#: name of the table of calibration by limit, in the family of outcomes
LIMIT_BANDS = "outcomes.by_limit_band"

#: said where the mapping leaves a field empty
NOT_SAID = "not recorded in the mapping"


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
    judge = PortfolioJudge(
        portfolio.target[test],
        evaluation,
        training if len(training) else None,
        portfolio_groups(portfolio, test),
        None if portfolio.months is None else portfolio.months[test],
        None if portfolio.limits is None else portfolio.limits[test],
        portfolio.book,
    )
    scores = None if portfolio.scores is None else portfolio.scores[test]
    return Trial("pd", training, labels, evaluation, judge, scores, judge.target.tobytes())


@dataclass(frozen=True)
class PortfolioJudge:
    """Judges PDs on observed outcomes; what needs the truth is not evaluated."""

    target: Floats
    features: pd.DataFrame
    training_features: pd.DataFrame | None
    #: attributes of the rows, for tests between groups; None: not known
    monitored: pd.DataFrame | None = None
    #: months of decision and limits granted of the rows; None: not known
    months: NDArray[Any] | None = None
    limits: Floats | None = None
    #: account-months of the bank; None: not given
    book: AccountMonths | None = None

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
        results = (*results, *self._stressed(scores.risk(), scored), _unscored(scored))
        tables = {"scored": table}
        if self.months is not None:
            dated = scored & (self.months != "")
            results += validate_out_of_time(
                self.target[dated], scores.risk()[dated], self.months[dated], Policy.default()
            )
        if self.limits is not None:
            known = scored & ~np.isnan(self.limits)
            tables[LIMIT_BANDS] = by_limit_band(
                self.target[known], scores.risk()[known], self.limits[known]
            )
        if self.book is not None:
            own, policy = self.book.definitions, Policy.default()
            results += validate_portfolio(self.book.data, own, policy)
            tables |= self.book.tables()
        return Judgement(metrics_of(results), results, tables)

    def _stressed(self, risk: Floats, scored: NDArray[np.bool_]) -> tuple[ValidationResult, ...]:
        """Stress of PDs alone, and groups by scores alone: no money and no decision is known."""
        policy, p = Policy.default(), risk[scored]
        why = "the table says neither what is owed nor what is earned"
        groups = None if self.monitored is None else self.monitored[scored]
        return (
            *validate_stress(p, None, policy, reason=why),
            *validate_sensitivity(None, policy, reason=why),
            *validate_reverse_stress(None, policy, reason=why),
            *validate_fairness(self.target[scored], p, None, groups, policy),
        )


def by_limit_band(target: Floats, score: Floats, limit: Floats, bands: int = 5) -> pd.DataFrame:
    """Calibration by fifth of the limit granted, lowest first.

    Columns: `limit_from`, `limit_to`, `n`, `mean_pd`, `defaults`, `observed_rate` with `_low` and
    `_high` (95%, Jeffreys), of the rows with an observed outcome.
    """
    seen = ~np.isnan(target)
    frame = pd.DataFrame({"limit": limit[seen], "pd": score[seen], "bad": target[seen]})
    fifth = pd.qcut(frame["limit"], bands, labels=False, duplicates="drop")
    rows = []
    for _, group in frame.groupby(fifth):
        events, n = int(group["bad"].sum()), len(group)
        low, high = jeffreys_interval(events, n)
        rows.append(
            {
                "limit_from": float(group["limit"].min()),
                "limit_to": float(group["limit"].max()),
                "n": n,
                "mean_pd": float(group["pd"].mean()),
                "defaults": events,
                "observed_rate": events / n,
                "observed_rate_low": float(low),
                "observed_rate_high": float(high),
            }
        )
    return pd.DataFrame(rows)


def portfolio_facts(portfolio: Portfolio, trial: Trial) -> dict[str, str]:
    """What a reader has to know of the data, as names and sentences, in reading order."""
    split = "none: every account is judged; nothing was fitted here"
    if len(trial.training_features):
        split = (
            "by account: a keyed hash of the account's identifier and the seed sends about 30% to "
            "the evaluation, so an account stays on its side in every file"
        )
    judged = trial.judge.target if isinstance(trial.judge, PortfolioJudge) else np.array([])
    return {
        "Portfolio": f"{portfolio.name}, {len(portfolio):,} accounts",
        "Source": portfolio.source or NOT_SAID,
        "Licence": portfolio.licence or NOT_SAID,
        "Target column": portfolio.target_column or NOT_SAID,
        "Definition of default": portfolio.meaning or NOT_SAID,
        "Performance window": portfolio.horizon or NOT_SAID,
        "Currency": NOT_SAID if portfolio.currency == NO_CURRENCY else portfolio.currency,
        "Split into training and evaluation": split,
        "Default rate in training": observed_rate(
            trial.training_labels["target"].to_numpy(dtype=float)
        ),
        "Default rate in evaluation": observed_rate(judged),
        "Withheld from the models": ", ".join(str(c).replace("_", " ") for c in portfolio.monitored)
        + (" (kept for tests of fairness)" if len(portfolio.monitored.columns) else "nothing"),
    }


def observed_rate(target: Floats) -> str:
    """`22.1%, 4,646 of 21,012 cases with an observed outcome`."""
    seen = target[~np.isnan(target)]
    if not len(seen):
        return "no outcome was observed"
    return f"{seen.mean():.1%}: {int(seen.sum()):,} of {len(seen):,} cases with an observed outcome"


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
