"""The limit trial: decide for fresh customers of a market, then ask what it was worth.

Learns from the incumbent's log on one world and is judged on another of the same scenario,
whose seed no model is shown. Fraud has a trial of its own: confirmed frauds are left out of the
log here, and fraudulent applicants out of the evaluation.
"""

import numpy as np
import pandas as pd

from data_generators import World
from data_generators.observation import Observed
from data_generators.potential import PotentialOutcomes
from data_generators.scenarios import Scenario
from sandbox.errors import BadInput
from sandbox.experiment.limit_judge import LimitJudge
from sandbox.experiment.market_policy import Caps
from sandbox.experiment.monitored import monitored
from sandbox.experiment.origination import Origination
from sandbox.experiment.trial import Floats, Trial
from sandbox.features import credit_features
from sandbox.policy import LimitPolicy


def check_market(scenario: Scenario, months: int) -> None:
    """BadInput when limits cannot be judged: too few months to default in."""
    least = scenario.repayment.default_months_late
    if months < least:
        raise BadInput(
            f"The world has {months} months, and no account can be in default before month "
            f"{least}; give it at least {least}, better 12."
        )


def limit_trial(
    training: World,
    evaluation: World,
    potential: PotentialOutcomes,
    policy: LimitPolicy,
    caps: Caps = "house and law",
) -> Trial:
    """The trial of limit and PD models on a pair of worlds.

    `potential` covers the evaluation world's first customers, at the policy's price or the
    market's; what needs the truth is judged on those. `caps` bound a model that says something
    of every limit, which is decided by expected profit; for others `policy` decides.
    """
    seen = training.observed()
    features = credit_features(seen.applications)
    target = np.full(len(features), np.nan)
    target[seen.performance["customer_id"]] = seen.performance["default"]
    target[seen.fraud_labels["customer_id"]] = np.nan
    labels = pd.DataFrame({"target": target, **_logged(seen)})
    # The evaluation world as the bank would see it, honest applicants only: applications and
    # outcomes under the incumbent, the same for every model.
    honest = np.flatnonzero(evaluation.truth.fraud() == "")
    fresh = evaluation.observed()
    applications = fresh.applications.iloc[honest].reset_index(drop=True)
    evaluation_features = credit_features(applications, list(features.columns))
    judge = LimitJudge(
        evaluation, honest, evaluation_features, features, potential, policy, caps,
        monitored(fresh, honest), Origination.of(seen, fresh, honest, evaluation.months),
    )  # fmt: skip
    key = evaluation.digest.encode()
    rent = evaluation.scenario.need.is_rent
    return Trial("limit", features, labels, evaluation_features, judge, None, key, rent)


def _logged(seen: Observed) -> dict[str, Floats]:
    """Labels beside the target, n each: what was granted and what became of it.

    `credit_limit` (RMB) and `propensity` of the decision; `taken` (1 or 0, NaN where declined);
    `utilisation` (mean of balance over limit while open) and `ead` (balance at default or at
    the end, RMB), NaN without an account. Confirmed frauds are NaN in the last three.
    """
    granted = seen.decisions["credit_limit"].to_numpy(dtype=float)
    answers = np.full((3, len(granted)), np.nan)
    answers[0, granted > 0] = 0.0
    ledger = seen.accounts.groupby("customer_id")
    last, held = ledger[["closing", "written_off"]].last(), ledger["closing"].mean()
    opened = last.index.to_numpy()
    answers[0, opened] = 1.0
    answers[1, opened] = held / granted[opened]
    answers[2, opened] = last["closing"] + last["written_off"]
    answers[:, seen.fraud_labels["customer_id"]] = np.nan
    taken, utilisation, ead = answers
    propensity = seen.decisions["propensity"].to_numpy(dtype=float)
    return {
        "credit_limit": granted,
        "propensity": propensity,
        "taken": taken,
        "utilisation": utilisation,
        "ead": ead,
    }
