"""The caps that decisions stand under, computed anew and apart from the policy that decided."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.experiment.market_policy import LAW_OF, loan_terms, profit_policy, speaks_of_limits
from sandbox.experiment.trial import Floats
from sandbox.policy.applicants import tenor_of
from sandbox.policy.caps import HouseCaps, LegalCaps
from sandbox.policy.joint_lending import JointLending
from sandbox.policy.regulation import Regulation

if TYPE_CHECKING:
    from sandbox.experiment.limit_judge import LimitJudge

Caps = Mapping[str, Floats]


def standing_caps(
    judge: "LimitJudge", decisions: pd.DataFrame, outputs: Collection[str]
) -> tuple[Caps | None, Caps | None]:
    """Largest limit (RMB) by cap of the house and of the law, n each; None where none hold.

    `outputs` are what the model says: it tells which policy decided. A limit that may not be
    granted at all has a cap of 0, as where the PD is above the cut-off or the price above the
    all-in cap.
    """
    if judge.caps == "none":
        return None, None
    market, features = judge.world.scenario, judge.features
    tenor, by_profit = tenor_of(features), speaks_of_limits(outputs)
    try:
        policy = profit_policy(market, judge.world.months, judge.policy, judge.caps)
        law = Regulation.load().as_of(LAW_OF)
        legal = LegalCaps(law, loan_terms(market), JointLending.from_terms(market.joint))
    except BadInput:
        return None, None  # the law forbids such loans as such, and no decision is by it
    price = decisions["price"].to_numpy(dtype=float)
    price = np.where(np.isnan(price), judge.price[judge.honest], price)
    bounds = _by_law(legal, tenor, price)
    if policy.house is None:
        return None, bounds
    due = np.full(len(tenor), policy.house.minimum_due)
    if by_profit:
        due = policy.terms.monthly_due(price, tenor, policy.house.minimum_due)
    own_limit = "limit" in outputs and not by_profit
    return _by_house(policy.house, features, due, decisions, own_limit), bounds


def _by_law(legal: LegalCaps, tenor: Floats, price: Floats) -> Caps:
    bounds = dict(legal.largest(tenor))
    dearest = legal.dearest(tenor)
    if dearest is not None:
        name, most = dearest
        bounds[name] = np.where(price > most + 1e-9, 0.0, np.inf)
    return bounds


def _by_house(
    house: HouseCaps, features: pd.DataFrame, due: Floats, decisions: pd.DataFrame, own_limit: bool
) -> Caps:
    bounds = dict(house.largest(features, due))
    if own_limit:
        # a model's own limit stands in the place of the income multiple and of the cut-off
        bounds.pop("income multiple", None)
    elif house.pd_cutoff is not None:
        over = decisions["pd"].to_numpy(dtype=float) > house.pd_cutoff
        bounds["pd cut-off"] = np.where(over, 0.0, np.inf)
    return bounds
