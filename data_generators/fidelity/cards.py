"""Figures of a table of cards: six monthly statements an account, and default in the next month.

The same definitions give the published values on the real table and the world's own on the
accounts of a calibrated scenario, written out in the same columns.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from data_generators.calibration.moments import limit_fifth
from data_generators.calibration.panel import PanelMapping
from data_generators.errors import InvalidInput
from data_generators.streams import Floats

#: fifths of the limit, lowest first, as the figures name them
FIFTHS = ("lowest_fifth", "second_fifth", "third_fifth", "fourth_fifth", "highest_fifth")


@dataclass(frozen=True)
class CardColumns:
    """Names of the columns that the figures need; monthly ones with the latest month first."""

    #: credit limit, currency
    limit: str
    #: 1 for default in the month after the latest status, 0 for none
    default: str
    #: repayment status: months late, 0 or below for an account that is not
    status: tuple[str, ...]
    #: balance on the month's statement, currency
    balance: tuple[str, ...]
    #: paid in the month, towards the statement before, currency
    paid: tuple[str, ...]

    def __post_init__(self) -> None:
        months = {len(self.status), len(self.balance), len(self.paid)}
        if len(months) != 1 or min(months) < 2:
            raise InvalidInput(
                f"There are {len(self.status)} columns of status, {len(self.balance)} of balance "
                f"and {len(self.paid)} of payments; give as many of each, two months at least."
            )

    @classmethod
    def of(cls, mapping: PanelMapping) -> Self:
        """The columns that a calibration reads, as far as the figures need them."""
        return cls(
            limit=mapping.limit,
            default=mapping.target,
            status=mapping.statuses,
            balance=mapping.bills,
            paid=mapping.payments,
        )


#: of "Default of Credit Card Clients": September back to April
TAIWAN = CardColumns.of(PanelMapping.taiwan())


def measured_on_cards(panel: pd.DataFrame, mapping: CardColumns = TAIWAN) -> dict[str, float]:
    """Every taiwan.* figure, id to value, of a table with one row an account.

    InvalidInput when columns are missing or the table is empty.
    """
    _check(panel, mapping)
    limit, default = _matrix(panel, (mapping.limit,))[:, 0], _matrix(panel, (mapping.default,))
    status = _matrix(panel, mapping.status)
    balance, paid = _matrix(panel, mapping.balance), _matrix(panel, mapping.paid)
    use = balance / limit[:, None]
    values = {
        "default_rate": float(default.mean()),
        **_default_by_limit(limit, default[:, 0]),
        **_default_by_status(status[:, 0], default[:, 0]),
        **_utilisation(use),
        "limit_utilisation": _correlation(rankdata(limit), rankdata(use[:, 0])),
        **_rolls(status),
        **_payments(balance, paid),
    }
    return {f"taiwan.{name}": value for name, value in values.items()}


def _default_by_limit(limit: Floats, default: Floats) -> dict[str, float]:
    """By fifth of the limit; a limit equal to a quintile belongs to the fifth below it."""
    fifth = limit_fifth(limit)
    return {f"default_by_limit.{name}": _mean(default[fifth == k]) for k, name in enumerate(FIFTHS)}


def _default_by_status(latest: Floats, default: Floats) -> dict[str, float]:
    """By latest status: exactly 0 (revolving, not late), 1, 2, and 1 and 2 together ("late").

    Statuses below 0 (paid in full, no use) are in none of the groups.
    """
    groups = {"0": (0,), "1": (1,), "2": (2,), "late": (1, 2)}
    return {
        f"default_by_status.{name}": _mean(default[np.isin(latest, codes)])
        for name, codes in groups.items()
    }


def _utilisation(use: Floats) -> dict[str, float]:
    """Balance over limit: the latest month's distribution; lag 1 pools all pairs of months."""
    latest = use[:, 0]
    return {
        "utilisation.median": float(np.median(latest)),
        "utilisation.p75": float(np.quantile(latest, 0.75)),
        "utilisation.over_limit": float((latest > 1).mean()),
        "utilisation.lag1": _correlation(use[:, 1:].ravel(), use[:, :-1].ravel()),
    }


def _rolls(status: Floats) -> dict[str, float]:
    """From two months late, all pairs of months pooled: stays at two, or is current after."""
    before, after = status[:, 1:].ravel(), status[:, :-1].ravel()
    two = after[before == 2]
    return {"roll.2_stay": _mean(two == 2), "roll.2_cure": _mean(two <= 0)}


def _payments(balance: Floats, paid: Floats) -> dict[str, float]:
    """A month's payment over the positive balance of the statement before it, months pooled."""
    stated, answer = balance[:, 1:].ravel(), paid[:, :-1].ravel()
    owed = stated > 0
    share = answer[owed] / stated[owed]
    median = float(np.median(share)) if share.size else float("nan")
    return {"payment.median": median, "payment.full_share": _mean(share >= 1)}


def _correlation(a: Floats, b: Floats) -> float:
    """Pearson's; NaN where one of them does not vary."""
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _matrix(panel: pd.DataFrame, columns: tuple[str, ...]) -> Floats:
    return panel[list(columns)].to_numpy(dtype=float)


def _mean(values: "np.ndarray[tuple[int], np.dtype[np.generic]]") -> float:
    return float(values.mean()) if values.size else float("nan")


def _check(panel: pd.DataFrame, mapping: CardColumns) -> None:
    needed = (mapping.limit, mapping.default, *mapping.status, *mapping.balance, *mapping.paid)
    missing = [name for name in needed if name not in panel.columns]
    if missing:
        raise InvalidInput(
            f"The table of cards has no column {', '.join(map(repr, missing[:3]))}; give one with "
            "limit, default and the monthly status, balance and payment of each account."
        )
    if not len(panel):
        raise InvalidInput("The table of cards is empty; give at least one account.")
