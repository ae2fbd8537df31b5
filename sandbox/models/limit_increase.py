"""Limit increases as a finite-horizon decision process over aggregated states of an account."""

from typing import Self

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.models.account_states import (
    ACTIONS,
    AccountStates,
    Floats,
    Ints,
    middles,
    used_after,
)
from sandbox.models.backward_induction import values_after_decision
from sandbox.models.table_model import TableModel, column_names

#: columns of an account at a month's end that make up its state
STATE = ("mob", "credit_limit", "balance", "months_late", "conduct", "grade", "income")
#: default and profit of the next month, and what moves, one month later
LATER = ("target", "profit", "next_balance", "next_months_late", "next_conduct")


class LimitIncrease(TableModel):
    """Value of keeping, raising, cutting or freezing each line, over the months that are left.

    A state is a band of limit over monthly income, a band of utilisation, months late, a class
    of conduct, a grade (which stays), and the stage of life; So and Thomas (2011), "Modelling
    the profitability of credit cards by Markov decision processes", EJOR 212, aggregate in this
    manner. The log shows what a month brings from each state; a decision moves a state at once:
    the same balance under another limit is another utilisation. A frozen line is one that is
    full at its balance. Limits are seen relative to income, since what a limit does to a
    customer depends on that, and profit in shares of the limit.

    The values lean on this: accounts that come to a state by a change of limit go on like those
    who were there before. Where the bank gave high limits to those it knew to be good, that is
    wrong, and rows weighted by 1 / propensity make it less so.

    States with few rows borrow from coarser ones: means are drawn, with the weight of
    `prior_rows`, towards those of all stages, then of all grades, then of all utilisations;
    never towards those of other limits.
    """

    name = "limit increase by decision process"
    family = "mdp"
    role = "limit"
    outputs = ACTIONS

    def __init__(
        self,
        *,
        ladder: tuple[float, ...] = (2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5),
        ratios: tuple[float, ...] = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
        utilisation_edges: tuple[float, ...] = (0.05, 0.3, 0.6, 0.9),
        mob_edges: tuple[int, ...] = (6, 12),
        months: int = 24,
        every: int = 6,
        discount: float = 0.06,
        prior_rows: float = 500.0,
    ) -> None:
        #: limits that can be granted, RMB, rising
        self.ladder = ladder
        #: middles of the bands of limit over monthly income, each twice the one before
        self.ratios = ratios
        #: between bands of balance over limit
        self.utilisation_edges = utilisation_edges
        #: last month on book of each stage of life but the last
        self.mob_edges = mob_edges
        #: horizon: months on book up to which profit counts
        self.months = months
        #: months on book between decisions. Monthly ones would be taken for worth a fortune:
        #: each moves a state to the middle of a band, and a chain of them out of reach
        self.every = every
        #: yearly rate at which profit is discounted
        self.discount = discount
        #: weight of the coarser state, in rows
        self.prior_rows = prior_rows

    def fit(self, features: pd.DataFrame, labels: pd.DataFrame) -> Self:
        """Learn from n account-months: where each stood, and what the next month brought.

        `features`: `mob`, `credit_limit` (RMB, in force in the next month), `balance` (RMB, at
        the month's end), `months_late`, `conduct` and `grade` (classes, 0 up; a grade stays),
        `income` (RMB a month). `labels`: `target` (1 if the account is in default a month later,
        NaN where that was not seen: the row is left out), `profit` (RMB, of the next month, loss
        included) and `next_balance`, `next_months_late`, `next_conduct` (any value after a
        default); a column `weight`, if any, weights rows. Raises BadInput for columns that are
        missing, and incomes or limits that are not above 0.
        """
        column_names(features)
        _require(features, STATE, "features")
        _require(labels, LATER, "labels")
        seen = labels["target"].notna().to_numpy() & (features["mob"] < self.months).to_numpy()
        if not seen.any():
            raise BadInput("No account-month was followed by another; give at least two months.")
        now, then = features[seen], labels[seen]
        _positive(now)
        limit = now["credit_limit"].to_numpy(dtype=np.float64)
        used = now["balance"].to_numpy(dtype=np.float64) / limit
        self.states_ = AccountStates(
            self.ladder,
            self.ratios,
            self.utilisation_edges,
            middles(used, self.utilisation_edges),
            grades=int(now["grade"].max()) + 1,
            conducts=int(max(now["conduct"].max(), then["next_conduct"].max())) + 1,
        )
        went = self.states_.condition(
            then["next_balance"].to_numpy(dtype=float) / limit,
            then["next_months_late"].to_numpy(),
            then["next_conduct"].to_numpy(),
        )
        went = np.where(then["target"].to_numpy() == 0, went, -1)
        weight = np.ones(len(then))
        if "weight" in then:
            weight = then["weight"].to_numpy(dtype=np.float64)
        earned = then["profit"].to_numpy(dtype=np.float64) / limit
        self._learn(self._cell(now, limit), went, earned, weight)
        self.columns_ = list(STATE)
        return self

    def predict(self, features: pd.DataFrame) -> Floats:
        """n × 4 expected profits (RMB) from the next month to the horizon, by `outputs`.

        An increase at the top of the ladder, a decrease at its bottom and a freeze of a line
        that is hardly used are worth as much as keeping. 0 at and after the horizon.
        """
        features = self._given(features)
        _positive(features)
        columns = {name: features[name].to_numpy(dtype=float) for name in STATE}
        limit, income, balance = (columns[c] for c in ("credit_limit", "income", "balance"))
        month = np.clip(columns["mob"], 0, self.months).astype(int)
        found = np.zeros((len(features), len(ACTIONS)))
        late, conduct = columns["months_late"], columns["conduct"]
        for column, given in enumerate(self.states_.granted(limit, balance)):
            used = used_after(balance / limit, limit / given, late)
            condition = self.states_.condition(used, late, conduct)
            row = self.states_.row(given / income, columns["grade"])
            # From the middle of the band to this line's own limit.
            found[:, column] = given * self.values_[month, row, condition]
        return found

    def policy_table(self, mob: int = 12) -> pd.DataFrame:
        """What is best in each state that was seen, after month `mob`, most rows first.

        For a monthly income of 10,000 RMB. Columns `limit_to_income` (middle of the band),
        `utilisation` (mean of the band), `months_late`, `conduct`, `grade`, `rows`, `action`,
        and `gain`: over keeping, in shares of monthly income.
        """
        grade, ratio, u, late, conduct = np.indices(self.states_.shape).reshape(5, -1)
        income, limit = 1e4, np.asarray(self.ratios)[ratio] * 1e4
        state = pd.DataFrame(
            {
                "limit_to_income": np.asarray(self.ratios)[ratio],
                "utilisation": np.asarray(self.states_.utilisations)[u],
                "months_late": late,
                "conduct": conduct,
                "grade": grade,
                "rows": self.rows_.reshape(-1),
            }
        )
        worth = self.predict(
            state.assign(mob=mob, income=income, credit_limit=limit,
                         balance=limit * state["utilisation"])
        )  # fmt: skip
        state["action"] = np.array(ACTIONS, dtype=object)[worth.argmax(axis=1)]
        state["gain"] = (worth.max(axis=1) - worth[:, 0]) / income
        seen = state[state["rows"] > 0]
        return seen.sort_values("rows", ascending=False, ignore_index=True)

    def _cell(self, now: pd.DataFrame, limit: Floats) -> Ints:
        """Position among stages × grades × limits over income × conditions."""
        stage = np.searchsorted(np.asarray(self.mob_edges), now["mob"].to_numpy(), side="left")
        income = now["income"].to_numpy(dtype=np.float64)
        row = self.states_.row(limit / income, now["grade"].to_numpy())
        used = now["balance"].to_numpy(dtype=np.float64) / limit
        late, conduct = now["months_late"].to_numpy(), now["conduct"].to_numpy()
        condition = self.states_.condition(used, late, conduct)
        grades, ratios = self.states_.shape[:2]
        return np.asarray((stage * grades * ratios + row) * self.states_.conditions + condition)

    def _learn(self, cell: Ints, went: Ints, earned: Floats, weight: Floats) -> None:
        """Rewards, transitions and values from each row's cell and next condition (-1: default)."""
        stages, conditions = len(self.mob_edges) + 1, self.states_.conditions
        grades, ratios = self.states_.shape[:2]
        shape = (stages, *self.states_.shape)
        size = int(np.prod(shape))
        lives = went >= 0
        flat = cell[lives] * conditions + went[lives]
        moves = np.bincount(flat, weight[lives], size * conditions).reshape(*shape, conditions)
        rows: Floats = np.bincount(cell, weight, size).reshape(*shape, 1).astype(np.float64)
        money = np.bincount(cell, weight * earned, size).reshape(*shape, 1)
        # Weights may be in any unit; the prior counts rows.
        prior = self.prior_rows * float((weight**2).sum() / weight.sum())
        means = _shrunk(np.concatenate([moves, money], axis=-1), rows, prior)
        flat_shape = (stages, grades * ratios, conditions)
        transition = means[..., :-1].reshape(*flat_shape, conditions)
        # All in RMB for each RMB of income, so that a state's worth is the same for all incomes.
        scale = np.tile(np.asarray(self.ratios), grades)[:, None]
        reward = means[..., -1].reshape(flat_shape) * scale
        self.rows_ = np.bincount(cell, minlength=size).reshape(shape).sum(axis=0)
        kinds = np.searchsorted(np.asarray(self.mob_edges), np.arange(self.months), side="left")
        monthly = (1.0 + self.discount) ** (-1.0 / 12.0)
        decides = (np.arange(self.months) % self.every == 0).tolist()
        found = values_after_decision(
            reward, transition, self.states_.after(), kinds.tolist(), monthly, decides
        )
        # One more for the horizon itself, at which nothing is left to earn.
        found = np.concatenate([found, np.zeros((1, *found.shape[1:]))])
        self.values_ = monthly * found / scale


def _shrunk(sums: Floats, rows: Floats, prior: float) -> Floats:
    """Means by cell, each drawn towards those of coarser cells; cells never seen are worth 0.

    Axes: stage, grade, limit over income, utilisation, months late, conduct, what is averaged.
    """
    estimate = np.zeros(1)
    coarser: tuple[tuple[int, ...], ...] = ((0, 1, 3), (0, 1), (0,), ())
    for pooled in coarser:
        count = rows.sum(axis=pooled, keepdims=True)
        weight = 0.0 if pooled == coarser[0] else prior
        total = sums.sum(axis=pooled, keepdims=True) + weight * estimate
        estimate = np.divide(
            total, count + weight, out=np.zeros_like(total), where=count + weight > 0
        )
    return estimate


def _require(table: pd.DataFrame, names: tuple[str, ...], what: str) -> None:
    missing = [name for name in names if name not in table]
    if missing:
        raise BadInput(f"The {what} have no column {', '.join(missing)}.")


def _positive(table: pd.DataFrame) -> None:
    for name in ("credit_limit", "income"):
        if not (table[name] > 0).all():
            raise BadInput(f"{name} is {table[name].min():g} at least; it must be above 0 RMB.")
