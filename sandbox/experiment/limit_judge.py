"""The judge of limit models: what decisions scores lead to, and their worth."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from data_generators import Decisions, Outcomes, World
from data_generators.limit_reviews import Review
from data_generators.potential import PotentialOutcomes
from sandbox.errors import BadInput
from sandbox.experiment.market_policy import Caps, profit_policy, speaks_of_limits
from sandbox.experiment.origination import Origination
from sandbox.experiment.outcomes_judge import OutcomesInTime
from sandbox.experiment.policy_value import estimates_from_log
from sandbox.experiment.portfolio_judge import PortfolioOfDecisions
from sandbox.experiment.stress_judge import Decided
from sandbox.experiment.trial import Floats, Judgement, Scores
from sandbox.models.limit_grid import REFERENCE_LIMIT
from sandbox.policy import LimitPolicy
from sandbox.validation.policy import Policy
from sandbox.validation.suite import metrics_of, validate_against_truth, validate_scores


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
    caps: Caps = "house and law"
    #: attributes of the rows, for tests between groups; None: not known
    monitored: pd.DataFrame | None = None
    #: when the rows applied, and how defaults come in time; None: not known
    origination: Origination | None = None

    def __call__(self, scores: Scores) -> Judgement:
        """Decisions and their value; PD tests under the incumbent's limits."""
        decisions, params = self.decided(scores)
        at_reference = speaks_of_limits(scores.evaluation)
        target, true_pd = self._under_the_incumbent(at_reference)
        results = validate_scores(
            target,
            scores.risk(),
            role="limit",
            training_score=scores.training_risk(),
            features=self.features,
            training_features=self.training_features,
        )
        model_value, oracle_value = self.expected_profit(decisions["limit"].to_numpy())
        known = np.flatnonzero(~np.isnan(true_pd))
        results += validate_against_truth(
            score=scores.risk()[known],
            true_pd=true_pd[known],
            model_value=model_value,
            oracle_value=oracle_value,
        )
        outcomes = self.outcomes(decisions, accounts=self.world.scenario.cards is None)
        happened = self._of_rows(outcomes)
        estimates, of_log = self._off_policy(decisions, happened)
        decided = Decided(self, scores, target, decisions, happened, estimates.get("off_policy"))
        in_time = OutcomesInTime(self, scores, target, decisions, happened)
        book = PortfolioOfDecisions(self, scores, decisions, outcomes, happened)
        for part in (decided, in_time, book):
            results += part.results(Policy.default())
        metrics = {
            **came_of(decisions, happened),
            "truth/profit_per_customer": float(model_value.mean()),
            **metrics_of(results),
            **of_log,
        }
        tables = {
            "scored": pd.DataFrame({"score": scores.risk(), "target": target}),
            "decisions": decisions,
            "decisions_by_segment": by_segment(self.features, decisions, happened),
            "reasons": shares(decisions["reason"]),
            **estimates,
            **book.tables(),
        }
        return Judgement(metrics, results, tables, params)

    def decided(
        self, scores: Scores, features: pd.DataFrame | None = None
    ) -> tuple[pd.DataFrame, dict[str, str]]:
        """The table of decisions, and what the policy behind it was set to.

        `features` are those that the first rows would have if they were others; None: as all are.
        """
        rows = self.features if features is None else features
        if not speaks_of_limits(scores.evaluation):
            limit = scores.evaluation.get("limit")
            decisions = self.policy.decide(rows, pd=scores.risk(), limit=limit)
            return decisions, {**self.policy.params(), "policy.caps": "house and law"}
        policy = profit_policy(self.world.scenario, self.world.months, self.policy, self.caps)
        own = self.price[self.honest[: len(rows)]]
        decisions = policy.decide(rows, pd.DataFrame(dict(scores.evaluation)), price=own)
        self._check_price(decisions)
        return decisions, {**policy.params(), "policy.caps": self.caps}

    def _check_price(self, decisions: pd.DataFrame) -> None:
        """BadInput where a decision is at another price than the truth that it is held against.

        Potential outcomes are of one price a customer, in a blend that of each one's own market.
        The all-in cap lowers it where the market's is above 24%.
        """
        asked = decisions["price"].to_numpy()
        truth = self.price[self.honest[: len(asked)]]
        other = decisions["approve"].to_numpy() & (np.abs(asked - truth) > 1e-9)
        if other.any():
            row = int(np.argmax(other))
            raise BadInput(
                f"The policy charges {asked[row]:.2%} where the truth was computed at "
                f"{truth[row]:.2%}; give the study policy=LimitPolicy(price={asked[row]:g}), so "
                "that both are at one price."
            )

    @cached_property
    def price(self) -> Floats:
        """The price that the truth is of, everyone's: the policy's own or the market's."""
        price = self.logged.price
        return price if self.policy.price is None else np.full_like(price, self.policy.price)

    @cached_property
    def logged(self) -> Decisions:
        """What the incumbent decided for every customer of the world."""
        return self.world.logged_decisions()

    @cached_property
    def under_the_incumbent(self) -> pd.DataFrame:
        """What happened to every customer of the world under the incumbent's decisions."""
        return self.world.replay(self.logged).customers

    def _off_policy(
        self, decisions: pd.DataFrame, happened: pd.DataFrame
    ) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
        """What the incumbent's log says of the decisions: table and metrics, where it can."""
        if not np.array_equal(self.price, self.logged.price):
            return {}, {}  # the log is of another price
        realised = float(happened["profit"].mean())
        table = estimates_from_log(self.world, self.honest, self.features, decisions, realised)
        if table is None:
            return {}, {}
        row = table.set_index("estimator")
        metrics = {"ope/effective_sample": float(table["effective_sample"].iloc[0])}
        metrics["ope/without_support"] = float(table["without_support"].iloc[0])
        for name in row.index.intersection(["ips", "snips", "dr"]):
            metrics[f"ope/{name}"] = float(row["value"][name])
            metrics[f"truth/{name}_error"] = float(row["bias"][name])
        return {"off_policy": table}, metrics

    @property
    def known(self) -> int:
        """How many of the evaluation rows, from the first, have potential outcomes."""
        return int(np.searchsorted(self.honest, len(self.potential.pd)))

    def _under_the_incumbent(self, at_reference: bool) -> tuple[Floats, Floats]:
        """Outcome (all rows) and true PD (known rows) at the incumbent's limit.

        NaN where there is no account: declined, or the offer not taken. `at_reference`: the true
        PD at the limit which the `pd` of a model that speaks of every limit is about.
        """
        logged, happened = self.logged, self.under_the_incumbent
        outcome = happened["default"].to_numpy(dtype=float)
        limit = logged.limit[: len(self.potential.pd)]
        if at_reference:
            limit = np.full(len(limit), float(REFERENCE_LIMIT))
        true_pd = self.potential.at(self.potential.pd, limit)[self.honest[: self.known]]
        opened = happened["taken"].to_numpy()[self.honest]
        target = np.where(opened, outcome[self.honest], np.nan)
        return target, np.where(opened[: self.known], true_pd, np.nan)

    def expected_profit(self, limit: Floats) -> tuple[Floats, Floats]:
        """Expected profit of known rows under the decisions and under the oracle's, RMB."""
        rows = self.honest[: self.known]
        everyone = np.zeros(len(self.potential.pd))
        everyone[rows] = limit[: self.known]
        score = self.potential.profit_to_score
        model = self.potential.at(score, everyone)[rows]
        oracle = self.potential.at(score, self.potential.oracle())[rows]
        return model, oracle

    def replayed(self, decisions: pd.DataFrame, review: Review | None = None) -> pd.DataFrame:
        """What happened under the decisions, a row each; the noise is the same with a review."""
        return self._of_rows(self.outcomes(decisions, review))

    def outcomes(
        self, decisions: pd.DataFrame, review: Review | None = None, *, accounts: bool = False
    ) -> Outcomes:
        """The replay of the decisions on the whole world, with monthly accounts if asked for."""
        everyone = np.zeros(self.world.customers)
        everyone[self.honest] = decisions["limit"]
        price = self.price.copy()
        # where the decision has a price it is the truth's; NaN leaves the market's
        asked = decisions["price"].to_numpy(dtype=float)
        price[self.honest] = np.where(np.isnan(asked), price[self.honest], asked)
        granted = Decisions.of(everyone, price=price)
        return self.world.replay(granted, accounts=accounts, review=review)

    def _of_rows(self, outcomes: Outcomes) -> pd.DataFrame:
        return outcomes.customers.iloc[self.honest].reset_index(drop=True)


def came_of(decisions: pd.DataFrame, happened: pd.DataFrame) -> dict[str, float]:
    """Metrics of decisions and their replay.

    The loss rate is what was written off over what was drawn, recoveries not counted. The pd gap
    is the mean pd at the limits granted less the default rate, of accounts that were opened.
    """
    approved, opened = decisions["approve"], happened["taken"]
    return {
        "value/profit_per_customer": float(happened["profit"].mean()),
        "value/approval_rate": float(approved.mean()),
        "value/default_rate": _mean(happened["default"][approved]),
        "value/mean_limit": _mean(decisions["limit"][approved]),
        "value/loss_rate": _over(happened["ead"].sum(), happened["drawn"].sum()),
        "calib/decided_pd_gap": _mean((decisions["pd"] - happened["default"])[opened]),
    }


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


def shares(reasons: pd.Series) -> pd.DataFrame:
    """Columns `reason`, `customers` and `share`, most customers first."""
    counts = reasons.value_counts()
    return pd.DataFrame(
        {
            "reason": counts.index.astype(str),
            "customers": counts.to_numpy(),
            "share": (counts / counts.sum()).to_numpy(),
        }
    )


def _over(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def _mean(values: pd.Series) -> float:
    return float(values.mean()) if len(values) else float("nan")
