"""Account-months as a limit-increase model learns from them: state, and what the next one brought.

A class of conduct stands for how a customer has behaved besides the balance: late lately or not,
and paying more than the minimum or not.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput
from sandbox.policy.decision_log import Floats
from sandbox.policy.economics import Economics
from sandbox.policy.joint_lending import JointLending

Ints = NDArray[np.int64]

#: months for which being late is remembered (assumed: behaviour scores use six)
MEMORY = 6
#: paid over due from which a customer pays more than the minimum, and weight of the past month
_MORE_THAN_DUE, _KEEPS = 1.5, 0.7
#: columns of the account table
_NEEDED = ("customer_id", "mob", "credit_limit", "closing", "due", "paid", "interest", "fee",
           "written_off", "months_late")  # fmt: skip


@dataclass
class Conduct:
    """What is remembered of each customer from month to month; updated in place, month by month.

    >>> conduct = Conduct(customers=2)
    >>> one = {"mob": 1, "months_late": np.array([0, 1]), "due": np.array([10.0, 10.0])}
    >>> conduct.after(np.array([0, 1]), **one, paid=np.array([40.0, 0.0])).tolist()
    [1, 2]
    """

    #: how many customers there are; ids lie from 0 below it
    customers: int
    _late: Ints = field(init=False, repr=False)
    _pays: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._late = np.full(self.customers, -MEMORY)
        self._pays = np.full(self.customers, 0.5)

    def after(
        self,
        ids: Ints,
        *,
        mob: int,
        months_late: NDArray[np.int8],
        due: Floats,
        paid: Floats,
    ) -> Ints:
        """Classes at the end of month `mob` of the customers `ids`, 0 to 3: 2 if late lately, plus
        1 if more than the minimum is paid.
        """
        self._late[ids] = np.where(months_late > 0, mob, self._late[ids])
        more = np.where(due > 0, paid > _MORE_THAN_DUE * due, self._pays[ids])
        self._pays[ids] = _KEEPS * self._pays[ids] + (1.0 - _KEEPS) * more
        lately = mob - self._late[ids] < MEMORY
        code: Ints = 2 * lately + (self._pays[ids] > 0.5)
        return code


def grades_of(pd_at_origination: ArrayLike, edges: tuple[float, ...] = (0.02, 0.06)) -> Ints:
    """Grades 0, 1, ... of PDs between rising `edges`; NaN (never scored) is the worst.

    >>> grades_of([0.01, 0.5]).tolist()
    [0, 2]
    """
    pd_known = np.nan_to_num(np.asarray(pd_at_origination, dtype=float), nan=1.0)
    grade: Ints = np.searchsorted(np.asarray(edges), pd_known, side="right").astype(np.int64)
    return grade


def month_profit(
    accounts: pd.DataFrame, economics: Economics, joint: JointLending | None = None
) -> Floats:
    """What each account-month earned the bank, RMB, not discounted; loss at its expectation.

    `accounts` as the observed table has them: lines, RMB.
    """
    share = joint or JointLending()
    gone = (accounts["written_off"] > 0).to_numpy()
    earned = share.bank_share * (1.0 - share.service_fee) * (accounts["interest"] + accounts["fee"])
    balance, limit = accounts["closing"], accounts["credit_limit"]
    capital = economics.capital_ratio * economics.hurdle
    cost = balance * (economics.cof + capital) / 12.0
    undrawn = (limit - balance).clip(lower=0.0)
    cost = share.bank_share * (cost + undrawn * economics.undrawn_weight * capital / 12.0)
    cost = cost + economics.servicing + economics.collection * (accounts["months_late"] > 0)
    lost = accounts["written_off"] * economics.present_lgd
    lost = share.bank_share * (1.0 - share.compensated) * lost
    found: Floats = (earned - np.where(gone, 0.0, cost) - lost).to_numpy(dtype=float)
    return found


def account_months(
    accounts: pd.DataFrame,
    grade: Ints,
    income: ArrayLike,
    economics: Economics,
    joint: JointLending | None = None,
    *,
    weight: ArrayLike | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Features and labels of a limit-increase model, a row each month that was followed by one.

    `accounts`: a row a line and month on book, in order of customer and month, with the columns
    of the observed table. By customer id: `grade`, `income` (RMB a month) and `weight` (such as
    1 / propensity of the first limit). Features: `mob`, `credit_limit` (in force in the next
    month), `balance`, `months_late`, `conduct`, `grade`, `income`. Labels, of the next month:
    `target` (default), `profit` (RMB), `next_balance`, `next_months_late`, `next_conduct`,
    `weight`.
    """
    missing = [name for name in _NEEDED if name not in accounts]
    if missing:
        raise BadInput(f"The table of accounts has no column {', '.join(missing)}.")
    ids, mob = accounts["customer_id"].to_numpy(), accounts["mob"].to_numpy()
    conduct = _conducts(accounts, len(grade))
    profit = month_profit(accounts, economics, joint)
    here = np.flatnonzero((ids[1:] == ids[:-1]) & (mob[1:] == mob[:-1] + 1))
    then = here + 1
    features = pd.DataFrame(
        {
            "mob": mob[here],
            "credit_limit": accounts["credit_limit"].to_numpy()[then],
            "balance": accounts["closing"].to_numpy()[here],
            "months_late": accounts["months_late"].to_numpy()[here],
            "conduct": conduct[here],
            "grade": grade[ids[here]],
            "income": np.asarray(income, dtype=float)[ids[here]],
        }
    )
    weights = np.ones(len(grade)) if weight is None else np.asarray(weight, dtype=float)
    labels = pd.DataFrame(
        {
            "target": (accounts["written_off"].to_numpy()[then] > 0).astype(float),
            "profit": profit[then],
            "next_balance": accounts["closing"].to_numpy()[then],
            "next_months_late": accounts["months_late"].to_numpy()[then],
            "next_conduct": conduct[then],
            "weight": weights[ids[here]],
        }
    )
    keep = (features["credit_limit"] > 0).to_numpy()
    return features[keep].reset_index(drop=True), labels[keep].reset_index(drop=True)


def _conducts(accounts: pd.DataFrame, customers: int) -> Ints:
    conduct, mob = Conduct(customers), accounts["mob"].to_numpy()
    ids, late = accounts["customer_id"].to_numpy(), accounts["months_late"].to_numpy()
    due, paid = accounts["due"].to_numpy(), accounts["paid"].to_numpy()
    found = np.zeros(len(accounts), dtype=np.int64)
    for month in range(1, int(mob.max(initial=0)) + 1):
        rows = np.flatnonzero(mob == month)
        found[rows] = conduct.after(
            ids[rows], mob=month, months_late=late[rows], due=due[rows], paid=paid[rows]
        )
    return found
