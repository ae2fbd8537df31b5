"""Figures of the arrears ledger: roll rates, flow into 90+, charge-off, hazard by month on book.

`accounts` is the observed table of that name: a row an account and month on book while it is
open, money in RMB, `months_late` at the end of the month (4: over 90 days, written off).
"""

import numpy as np
import pandas as pd

from data_generators.streams import Floats

#: `months_late` of an account over 90 days past due
OVER_90 = 4


def roll_rates(accounts: pd.DataFrame) -> tuple[float, float, float, float]:
    """Shares of account months that roll from M0 to M1, M1 to M2, M2 to M3 and M3 to M4.

    Counted by account, not by balance, over months on book that are followed by another one of
    the same account; accounts with nothing owed count as M0. NaN where nobody was that late.

    >>> rows = {"customer_id": [1, 1, 1, 2, 2], "mob": [1, 2, 3, 1, 2],
    ...         "months_late": [0, 1, 2, 0, 0]}
    >>> roll_rates(pd.DataFrame(rows))
    (0.5, 1.0, nan, nan)
    """
    ordered = accounts.sort_values(["customer_id", "mob"])
    customer, late = ordered["customer_id"].to_numpy(), ordered["months_late"].to_numpy()
    follows = customer[1:] == customer[:-1]
    before, after = late[:-1][follows], late[1:][follows]
    m0, m1, m2, m3 = (_share(after[before == m] == m + 1) for m in range(OVER_90))
    return m0, m1, m2, m3


def flow_90(accounts: pd.DataFrame) -> float:
    """Annualised flow into 90+ days: twelve times the monthly share of balances that get there.

    Balances that become over 90 days late in a month (what is written off then), over opening
    balances that were not; share a year.

    >>> rows = {"opening": [100.0, 300.0], "months_late": [4, 0], "written_off": [100.0, 0.0]}
    >>> round(flow_90(pd.DataFrame(rows)), 6)
    3.0
    """
    late = accounts["months_late"].to_numpy() >= OVER_90
    written_off, opening = accounts["written_off"].to_numpy(), accounts["opening"].to_numpy()
    return _ratio(12.0 * written_off[late].sum(), opening.sum())


def charge_off(accounts: pd.DataFrame) -> float:
    """What is written off over what is drawn, RMB over RMB, all months together.

    >>> charge_off(pd.DataFrame({"written_off": [0.0, 5.0], "drawn": [60.0, 40.0]}))
    0.05
    """
    return _ratio(accounts["written_off"].sum(), accounts["drawn"].sum())


def default_hazard(accounts: pd.DataFrame) -> Floats:
    """Share of accounts open in a month on book that default in it; entry 0 is month 1.

    >>> rows = {"mob": [1, 1, 2, 2], "months_late": [0, 0, 4, 0]}
    >>> default_hazard(pd.DataFrame(rows)).tolist()
    [0.0, 0.5]
    """
    month = accounts["mob"].to_numpy().astype(int) - 1
    is_open = np.bincount(month)
    late = accounts["months_late"].to_numpy() >= OVER_90
    defaults = np.bincount(month[late], minlength=len(is_open))
    with np.errstate(invalid="ignore"):
        hazard: Floats = defaults / is_open
    return hazard


def peak_month(hazard: Floats) -> float:
    """Month on book (from 1) at which the mean hazard of three months is highest.

    >>> peak_month(np.array([0.0, 0.0, 0.0, 0.01, 0.03, 0.02, 0.01]))
    5.0
    """
    if len(hazard) < 3 or not hazard.any():
        return float("nan")
    smooth = np.convolve(hazard, np.full(3, 1 / 3), mode="valid")
    return float(np.argmax(smooth) + 2)


def _share(hits: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> float:
    return float(hits.mean()) if hits.size else float("nan")


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")
