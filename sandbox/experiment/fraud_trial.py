"""The fraud trial: learn from late and partial confirmations, be judged on true fraud.

Models get one table with all families of columns, and read what they want of it. Every row is as
the bank knew it when the application came in: decisions are the incumbent's as logged, and of
other applicants only labels, lists and traced money known by then. The evaluation world is a
fresh one with a history of its own.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from data_generators import World
from data_generators.observation import Observed
from sandbox.experiment.fraud_judge import FraudJudge
from sandbox.experiment.fraud_stakes import fraud_stakes
from sandbox.experiment.monitored import monitored
from sandbox.experiment.traced_loans import STATED, traced_loans
from sandbox.experiment.trial import Floats, Trial
from sandbox.features import screening_features
from sandbox.lists.hits import list_hits_as_of
from sandbox.validation.fraud_thresholds import AlertCosts

#: months of transfers at the most that loans are traced through
TRACED_MONTHS = 12


@lru_cache(maxsize=1)
def fraud_trial(training: World, evaluation: World) -> Trial:
    """The trial of fraud models on a pair of worlds; kept for the next model in this process.

    Training labels are what the bank knows at the end: 1 for confirmed fraud, 0 for approved
    and never confirmed (some fraud among them), NaN for declined applications.
    """
    seen = training.observed()
    features = screening_table(training, seen)
    met = evaluation.observed()
    fresh = screening_table(evaluation, met, list(features.columns))
    analysts = evaluation.scenario.fraud
    # an alert is read by a person, who misses some fraud and now and then stops the honest
    costs = AlertCosts(caught=analysts.review_sensitivity, lost=1.0 - analysts.review_specificity)
    who = monitored(met, np.arange(evaluation.customers))
    judge = FraudJudge(fraud_stakes(evaluation), fresh, features, costs, who)
    labels = pd.DataFrame({"target": confirmed_by_the_end(seen)})
    return Trial("fraud", features, labels, fresh, judge, None, evaluation.digest.encode())


def confirmed_by_the_end(seen: Observed) -> Floats:
    """The bank's label of each application, in their order: 1, 0, or NaN where declined."""
    target = np.where(seen.decisions["credit_limit"] > 0, 0.0, np.nan)
    target[seen.fraud_labels["customer_id"]] = 1.0
    return target


def screening_table(world: World, seen: Observed, columns: list[str] | None = None) -> pd.DataFrame:
    """All families of columns of a world's applications, in their order, as known by then.

    `seen` is `world.observed()`; `columns` are those that a model was trained on (None: all).
    """
    return screening_features(seen, _traced(world), list_hits_as_of(seen), columns=columns)


def _traced(world: World) -> pd.DataFrame | None:
    """The market's traced loans; None where it is not known what borrowers say they buy."""
    stated = STATED.get(world.scenario.name)
    if stated is None or world.scenario.cards is not None:
        return None
    months = min(TRACED_MONTHS, world.months)
    return traced_loans(world.fund_flows(months, progress=False).transfers, stated)
