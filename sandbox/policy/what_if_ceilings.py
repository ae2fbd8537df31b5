"""How far decisions made anew may go: what the caps of a policy leave each customer."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.policy.profit_policy import ProfitPolicy

Floats = NDArray[np.float64]


def ceilings(policy: ProfitPolicy, features: pd.DataFrame, limits: Floats) -> Floats:
    """The largest limit (RMB) that house and law leave each customer, the cut-off aside, n.

    `features` are observed columns, n rows; `limits` the grid, RMB. It is what the policy grants
    when nobody defaults and money is free: then more is always better.

    >>> applicant = pd.DataFrame({"declared_income": [2_000.0], "rent_monthly": [0.0],
    ...                           "bureau_lenders": [0.0]})
    >>> ceilings(ProfitPolicy(), applicant, np.array([2e3, 5e3, 1e4])).tolist()
    [5000.0]
    """
    free = replace(
        policy.profit.economics, cof=0.0, capital_ratio=0.0, servicing=0.0, collection=0.0
    )
    house = None if policy.house is None else replace(policy.house, pd_cutoff=None)
    dream = replace(policy, profit=replace(policy.profit, economics=free), house=house)
    columns = {f"pd_at_{limit:.0f}": 0.0 for limit in limits}
    columns |= {f"utilisation_at_{limit:.0f}": 1.0 for limit in limits}
    granted = dream.decide(features, pd.DataFrame(columns, index=range(len(features))))
    return granted["limit"].to_numpy(dtype=float)
