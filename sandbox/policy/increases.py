"""What is done with open lines at a month's end: keep, increase, decrease or freeze, and why.

Values of the four actions come from a model (`LimitIncrease`); rules and caps stand above them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.limit_ladder import rungs_beside
from sandbox.policy.account_months import Conduct
from sandbox.policy.decision_log import Floats

#: in the order of a model's outputs
ACTIONS = ("keep", "increase", "decrease", "freeze")


@dataclass(frozen=True)
class IncreasePolicy:
    """Turns the values of actions into limits for the next month, under rules.

    >>> policy = IncreasePolicy(smallest_gain=10)
    >>> state = {"mob": [6, 6], "credit_limit": [5e3, 5e3], "balance": [4e3, 4e3],
    ...          "months_late": [0, 1], "income": [6e3, 6e3]}
    >>> table = policy.decide(pd.DataFrame(state), np.array([[0, 50.0, 0, 0]] * 2))
    >>> table[["action", "limit", "reason"]].values.tolist()
    [['increase', 10000.0, 'worth more'], ['keep', 5000.0, 'late: no increase']]
    """

    #: limits that can be granted, RMB, rising
    ladder: tuple[float, ...] = (2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5)
    #: months on book between reviews
    every: int = 6
    #: gain over keeping, RMB, below which a limit stays as it is (assumed: what a change costs)
    smallest_gain: float = 20.0
    #: largest limit over monthly income that an increase may lead to (assumed)
    income_multiple: float = 3.0
    #: months late from which a line is frozen at any month's end, reviewed or not; None: never
    freeze_late: int | None = None
    #: consumer loans without collateral, RMB (商业银行互联网贷款管理暂行办法, Art. 6)
    regulatory_cap: float = 200_000.0
    #: actions that are allowed besides keeping
    allowed: tuple[str, ...] = ("increase", "decrease", "freeze")

    def __post_init__(self) -> None:
        odd = set(self.allowed) - set(ACTIONS[1:])
        if odd:
            raise BadInput(f"allowed names {', '.join(sorted(odd))}; actions are {ACTIONS[1:]}.")
        for name in ("income_multiple", "smallest_gain", "regulatory_cap"):
            if not 0 <= getattr(self, name) < np.inf:
                raise BadInput(f"{name} is {getattr(self, name):g}; it must be 0 or more.")
        if self.every < 1:
            raise BadInput(f"every is {self.every}; review after 1 month or more.")
        if len(self.ladder) < 2 or list(self.ladder) != sorted(set(self.ladder)):
            raise BadInput(f"ladder is {self.ladder}; give two or more rising limits in RMB.")

    def decide(self, states: pd.DataFrame, values: Floats) -> pd.DataFrame:
        """One decision a row of `states`: `mob`, `credit_limit`, `balance` (RMB), `months_late`,
        `income` (RMB a month).

        `values` are n × 4 expected profits (RMB) of `ACTIONS`. Columns: `action`, `limit` (RMB,
        from the next month on), `gain` (RMB expected over keeping, 0 when kept), `reason`: "worth
        more", "no gain", "not due for review", "late: frozen", or the rule that barred the best
        action ("late: no increase", "income multiple", "regulatory cap", "not allowed"). A freeze
        sets the limit to the balance.
        """
        if values.shape != (len(states), len(ACTIONS)) or not np.isfinite(values).all():
            raise BadInput(
                f"values have shape {values.shape}; give {len(states)} finite rows of "
                f"{len(ACTIONS)}, in RMB: {', '.join(ACTIONS)}."
            )
        limit = states["credit_limit"].to_numpy(dtype=float)
        to = self._limits(limit, states["balance"].to_numpy(dtype=float))
        gain = values - values[:, :1]
        gain = np.where((gain >= self.smallest_gain) & (to != limit[:, None]), gain, -np.inf)
        gain[:, 0] = 0.0
        barred = self._barred(states, to)
        best, granted = gain.argmax(axis=1), np.where(barred == "", gain, -np.inf).argmax(axis=1)
        rows = np.arange(len(states))
        reason = np.where(granted == 0, "no gain", "worth more").astype(object)
        reason = np.where(granted == best, reason, barred[rows, best])
        waits = (states["mob"] % self.every > 0).to_numpy()
        granted[waits], reason[waits] = 0, "not due for review"
        if self.freeze_late is not None:
            late = (states["months_late"] >= self.freeze_late).to_numpy()
            granted[late], reason[late] = ACTIONS.index("freeze"), "late: frozen"
        return pd.DataFrame(
            {
                "action": np.array(ACTIONS, dtype=object)[granted],
                "limit": to[rows, granted],
                "gain": np.where(granted > 0, (values - values[:, :1])[rows, granted], 0.0),
                "reason": reason,
            }
        )

    def _limits(self, limit: Floats, balance: Floats) -> Floats:
        """n × 4 limits after each action; a decrease does not go below the balance."""
        up, down = rungs_beside(self.ladder, limit, balance)
        freeze = np.minimum(np.maximum(balance, 0.0), limit)
        return np.column_stack([limit, up, down, freeze])

    def _barred(self, states: pd.DataFrame, to: Floats) -> NDArray[np.object_]:
        """Why an action may not be taken, n × 4; empty where it may."""
        why = np.full(to.shape, "", dtype=object)
        late = states["months_late"].to_numpy() > 0
        most = self.income_multiple * states["income"].to_numpy(dtype=float)
        why[to[:, 1] > most, 1] = "income multiple"
        why[to[:, 1] > self.regulatory_cap, 1] = "regulatory cap"
        why[late, 1] = "late: no increase"
        for column, name in enumerate(ACTIONS):
            if column and name not in self.allowed:
                why[:, column] = "not allowed"
        return why


class Lines(Protocol):
    """Lines at a month's end, as a replay shows them to a review; arrays of n."""

    @property
    def customer_id(self) -> NDArray[np.int64]:
        """Whose line each is."""
        ...

    @property
    def mob(self) -> int:
        """Months on book, 1 at the end of the first."""
        ...

    @property
    def limit(self) -> Floats:
        """In force in the month, RMB."""
        ...

    @property
    def balance(self) -> Floats:
        """At the end of the month, RMB."""
        ...

    @property
    def due(self) -> Floats:
        """Billed in the month, RMB."""
        ...

    @property
    def paid(self) -> Floats:
        """In the month, RMB."""
        ...

    @property
    def months_late(self) -> NDArray[np.int8]:
        """Age of the oldest unpaid due."""
        ...

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Opened and not in default."""
        ...


@dataclass
class Reviewer:
    """A policy and a model as a review of lines, month after month, for one replay.

    It remembers the conduct of customers, so every replay needs a new one. `decided` has what
    was changed: `customer_id`, `mob`, `action`, `limit` (RMB) and `gain`, `reason`; `kept` how
    many lines a review left as they were: `mob`, `reason`, `lines`.
    """

    policy: IncreasePolicy
    #: values (RMB, n × 4) of states with the columns of `LimitIncrease`
    values: Callable[[pd.DataFrame], Floats]
    #: grade at origination by customer id
    grade: NDArray[np.int64]
    #: monthly income by customer id, RMB
    income: Floats
    decided: list[pd.DataFrame] = field(default_factory=list, init=False, repr=False)
    kept: list[pd.DataFrame] = field(default_factory=list, init=False, repr=False)
    _conduct: Conduct = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._conduct = Conduct(len(self.grade))

    def __call__(self, seen: Lines) -> Floats:
        """Limits (RMB, n) from the next month on."""
        rows = np.flatnonzero(seen.is_open & (seen.limit > 0))
        ids = seen.customer_id[rows]
        conduct = self._conduct.after(
            ids,
            mob=seen.mob,
            months_late=seen.months_late[rows],
            due=seen.due[rows],
            paid=seen.paid[rows],
        )
        limit = seen.limit.copy()
        if not len(rows) or (seen.mob % self.policy.every and self.policy.freeze_late is None):
            return limit
        states = pd.DataFrame(
            {
                "mob": seen.mob,
                "credit_limit": limit[rows],
                "balance": seen.balance[rows],
                "months_late": seen.months_late[rows],
                "conduct": conduct,
                "grade": self.grade[ids],
                "income": self.income[ids],
            }
        )
        table = self.policy.decide(states, self.values(states))
        limit[rows] = table["limit"]
        changed = (table["action"] != "keep").to_numpy()
        self.decided.append(
            table[changed].assign(
                customer_id=ids[changed], mob=seen.mob, was=states["credit_limit"]
            )
        )
        if seen.mob % self.policy.every == 0:
            same = table["reason"][~changed].value_counts().rename_axis("reason")
            self.kept.append(same.reset_index(name="lines").assign(mob=seen.mob))
        return limit
