"""The log of past decisions, with the probability of each, and how far it supports other ones."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sandbox.errors import BadInput

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DecisionLog:
    """What was decided for n customers, how likely that was, and what came of it.

    >>> log = DecisionLog.of([0, 5_000], propensity=[0.9, 0.5], profit=[0, 120])
    >>> log.weights([5_000, 5_000]).tolist()
    [0.0, 2.0]
    """

    #: limit granted, RMB; 0 declined
    limit: Floats
    #: probability with which the bank's policy chose exactly this limit for this customer
    propensity: Floats
    #: profit over the horizon, RMB; 0 where declined or the offer was not taken
    profit: Floats

    def __post_init__(self) -> None:
        sizes = {name: len(values) for name, values in vars(self).items()}
        if len(set(sizes.values())) > 1:
            raise BadInput(f"The columns of the log differ in length: {sizes}.")
        if not len(self.limit):
            raise BadInput("The log is empty; give at least one decision.")
        for name, bad, allowed in (
            ("credit_limit", ~(np.isfinite(self.limit) & (self.limit >= 0)), "RMB from 0 up"),
            ("propensity", np.isnan(self.propensity), "given for every decision of the log"),
            (
                "propensity",
                ~((self.propensity > 0) & (self.propensity <= 1)),
                "above 0 and at most 1, since the decision was taken",
            ),
            ("profit", ~np.isfinite(self.profit), "a finite number of RMB"),
            ("profit", (self.limit == 0) & (self.profit != 0), "0 where the limit is 0"),
        ):
            if bad.any():
                values = {"credit_limit": self.limit}.get(name, getattr(self, name, self.limit))
                raise BadInput(
                    f"{name} is {values[np.argmax(bad)]:g} in row {int(np.argmax(bad))} and in "
                    f"{int(bad.sum()):,} of {len(bad):,} rows of the log; it must be {allowed}."
                )

    @classmethod
    def of(cls, limit: ArrayLike, propensity: ArrayLike, profit: ArrayLike) -> Self:
        """A log from anything that is like n numbers."""
        given = (np.asarray(each, dtype=float) for each in (limit, propensity, profit))
        return cls(*given)

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Self:
        """From columns `credit_limit` (RMB), `propensity` and `profit` (RMB); others are ignored.

        A propensity that is missing (no value, no column) is BadInput: it cannot be replaced by
        an average without giving up what the estimates rest on.
        """
        names = ("credit_limit", "propensity", "profit")
        missing = [name for name in names if name not in table]
        if missing:
            raise BadInput(
                f"The log has no column {', '.join(missing)}; it needs {', '.join(names)}."
            )
        return cls.of(*(table[name] for name in names))

    def __len__(self) -> int:
        return len(self.limit)

    def decisions(self, given: pd.DataFrame | ArrayLike) -> Floats:
        """Limits (RMB) that a policy gives the log's customers: its table's `limit`, or as given.

        BadInput unless there is one finite limit from 0 up for each row of the log.
        """
        if isinstance(given, pd.DataFrame):
            if "limit" not in given:
                raise BadInput("The table of decisions has no column limit (RMB, 0 declines).")
            given = given["limit"]
        limit = np.asarray(given, dtype=float)
        if limit.shape != self.limit.shape:
            raise BadInput(
                f"There are decisions of shape {limit.shape} for {len(self):,} rows of the log; "
                "decide for exactly the customers of the log, in its order."
            )
        bad = ~(np.isfinite(limit) & (limit >= 0))
        if bad.any():
            where = int(np.argmax(bad))
            raise BadInput(f"The decision of row {where} is {limit[where]:g}; give RMB from 0 up.")
        return limit

    def weights(self, decisions: pd.DataFrame | ArrayLike) -> Floats:
        """1 / propensity where a policy decides as the log did, else 0; n.

        Declines have weight 0: what they earn is known, and needs no weights.
        """
        limit = self.decisions(decisions)
        same = (limit == self.limit) & (limit > 0)
        return np.where(same, 1.0 / self.propensity, 0.0)


def overlap(log: DecisionLog, decisions: pd.DataFrame | ArrayLike) -> pd.DataFrame:
    """How far the log supports a policy's decisions, a row each limit that it gives, RMB.

    Columns: `limit`; `decisions` (how many customers get it), `share` of all; `matched` (of
    those, how many the log gave the same limit); `effective_sample` (Kish: (Σw)² / Σw²);
    `max_weight`; `without_support`, the share of those decisions that the bank's policy never
    takes for such a customer, and its standard error `without_support_se` (NaN without a match).

    A weight 1/p has mean 1 over customers to whom the limit could have been given, and 0 over the
    others, so one less the mean weight is an unbiased estimate of the share without support. It
    is cut to [0, 1]. Declines (limit 0) need no support.

    >>> log = DecisionLog.of([5_000, 5_000, 0, 5_000], [0.5, 0.5, 0.9, 1.0], [10, 0, 0, 40])
    >>> table = overlap(log, [5_000] * 4)
    >>> table[["matched", "effective_sample", "without_support"]].round(2).values.tolist()
    [[3.0, 2.78, 0.0]]
    """
    limit, weight = log.decisions(decisions), log.weights(decisions)
    rows = [_supported(log, limit == each, each, weight) for each in np.unique(limit)]
    return pd.DataFrame(rows)


def _supported(
    log: DecisionLog, given: NDArray[np.bool_], limit: float, weight: Floats
) -> dict[str, float]:
    count = int(given.sum())
    row = {"limit": float(limit), "decisions": count, "share": count / len(log)}
    if limit == 0:
        nothing = {"max_weight": 0.0, "without_support": 0.0, "without_support_se": 0.0}
        return {**row, "matched": int((log.limit[given] == 0).sum()), "effective_sample": 0.0,
                **nothing}  # fmt: skip
    w = weight[given]
    error = float(w.std(ddof=1) / np.sqrt(count)) if w.any() and count > 1 else float("nan")
    return {
        **row,
        "matched": int((w > 0).sum()),
        "effective_sample": effective_sample(w),
        "max_weight": float(w.max()),
        "without_support": float(np.clip(1.0 - w.mean(), 0.0, 1.0)),
        "without_support_se": error,
    }


def effective_sample(weight: Floats) -> float:
    """How many equally weighted rows are worth these (Kish 1965); 0 if all weights are 0.

    >>> effective_sample(np.array([1.0, 1.0, 0.0])), effective_sample(np.array([3.0, 1.0]))
    (2.0, 1.6)
    """
    squares = float((weight**2).sum())
    return float(weight.sum() ** 2 / squares) if squares > 0 else 0.0


def refuse_without_overlap(table: pd.DataFrame) -> None:
    """BadInput when an `overlap` table has approvals and none of them in the log."""
    approved = table[table["limit"] > 0]
    if len(approved) and not approved["matched"].any():
        told = ", ".join(
            f"{row.limit:,.0f} RMB ({row.decisions:,} customers)" for row in approved.itertuples()
        )
        raise BadInput(
            f"The log never took the decisions {told}: there is no overlap, so nothing can be "
            "estimated from it; explore at these limits first, or evaluate other decisions."
        )
