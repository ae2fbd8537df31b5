"""What a model of reviews learns from, and the lines that it is asked about month after month.

It learns from the account-months of the same log as every other model; where limits moved at
random there is in how the incumbent explored when it opened the accounts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators import World
from sandbox.experiment.limit_judge import LimitJudge
from sandbox.experiment.trial import Floats, Scores
from sandbox.policy import LimitPolicy
from sandbox.policy.account_months import account_months, grades_of
from sandbox.policy.economics import Economics
from sandbox.policy.increases import ACTIONS, IncreasePolicy
from sandbox.policy.joint_lending import JointLending

#: a loan pays out once, so there is no limit left to change
LOAN = "instalment"
#: parts of equal size that the PDs of the log make
GRADES = 3


def reviews_lines(outputs: Iterable[str]) -> bool:
    """Whether a model values what can be done with an open line.

    >>> reviews_lines(("keep", "increase", "decrease", "freeze")), reviews_lines(("pd", "limit"))
    (True, False)
    """
    return tuple(outputs) == ACTIONS


@dataclass(frozen=True)
class ReviewTrial:
    """Account-months to learn from, and what is known of the customers whose lines are reviewed."""

    #: see `account_months`; no rows where the log has no lines
    features: pd.DataFrame
    labels: pd.DataFrame
    #: grade at origination and declared monthly income (RMB) by customer id of the evaluation
    grade: NDArray[np.int64]
    income: Floats
    #: by customer id of the evaluation: whether the product is a line
    is_line: NDArray[np.bool_]
    policy: IncreasePolicy

    @property
    def has_lines(self) -> bool:
        """Whether there is anything to learn from and anybody to review."""
        return len(self.features) > 0 and bool(self.is_line.any())


def review_trial(training: World, judge: LimitJudge, scores: Scores) -> ReviewTrial:
    """The trial of a model of reviews, after the PDs that limits are first set by.

    `scores` has the PDs of all customers of `training` and of the judge's honest ones. Grades
    are thirds of the PDs in training. Confirmed frauds are left out of the log.
    """
    seen, fresh = training.observed(), judge.world.observed().applications
    known = scores.training["pd"]
    edges = tuple(np.quantile(known, np.arange(1, GRADES) / GRADES))
    # those that are not honest get no limit here, so theirs is never asked for
    risk = np.full(judge.world.customers, np.nan)
    risk[judge.honest] = scores.evaluation["pd"]
    learnt = seen.applications["product"].ne(LOAN).to_numpy(copy=True)
    learnt[seen.fraud_labels["customer_id"]] = False
    market = training.scenario
    features, labels = account_months(
        seen.accounts[learnt[seen.accounts["customer_id"]]],
        grades_of(known, edges),
        seen.applications["declared_income"],
        Economics.from_terms(market.economics, training.months),
        JointLending.from_terms(market.joint),
    )
    return ReviewTrial(
        features=features,
        labels=labels,
        grade=grades_of(risk, edges),
        income=fresh["declared_income"].to_numpy(dtype=float),
        is_line=fresh["product"].ne(LOAN).to_numpy(),
        policy=house_reviews(judge.policy),
    )


def house_reviews(house: LimitPolicy) -> IncreasePolicy:
    """Reviews every six months under a house's grid and cap; lines that are late are frozen.

    >>> house_reviews(LimitPolicy()).freeze_late
    1
    """
    ladder = tuple(float(limit) for limit in house.grid if limit > 0)
    return IncreasePolicy(ladder=ladder, regulatory_cap=house.regulatory_cap, freeze_late=1)
