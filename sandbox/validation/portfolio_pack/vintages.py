"""Vintages: what became of the accounts of a month, by month on book."""

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.panel import AccountPanel, Flags, Floats, Ints, first_where

#: ever more days past due than these
EVER = (30, 90)
#: first, second and third payment missed
FIRSTS = ("fpd", "spd", "tpd")


def vintages(panel: AccountPanel, definitions: Definitions) -> pd.DataFrame:
    """A row a vintage and month on book: how many were ever 30+ and 90+ days past due by then.

    Columns: `vintage`, `mob`, `accounts`, `amount` (RMB granted), and for 30 and 90: `ever_30`
    (accounts), `ever_30_rate` (share of accounts), `ever_30_balance` (RMB owed in the month in
    which each first was) and `ever_30_balance_rate` (over `amount`). Accounts that have left
    stay in the denominator. A month on book that a vintage has not reached has no row; vintages
    that began before the panel did are left out. Amounts are NaN without a column `amount`.
    """
    known, who, size, granted, ages = _cohorts(panel, definitions)
    days, month = panel.days(definitions), panel.month
    first_mob = definitions.payments.first_due_mob
    top = int(ages.max(initial=first_mob))
    found: dict[str, Floats] = {}
    for bound in EVER:
        accounts, rows = first_where(panel, days > bound)
        accounts, rows = accounts[who[accounts] >= 0], rows[who[accounts] >= 0]
        group = who[accounts]
        mob = np.maximum(month[rows] - known[group], first_mob)
        seen = mob <= top
        group, mob, rows = group[seen], mob[seen], rows[seen]
        place = group * (top + 1) + mob
        for name, weight in (("", None), ("_balance", panel.balance[rows])):
            flat = np.bincount(place, weights=weight, minlength=len(known) * (top + 1))
            found[f"ever_{bound}{name}"] = flat.reshape(len(known), top + 1).cumsum(axis=1)
    vintage, mob = np.meshgrid(np.arange(len(known)), np.arange(top + 1), indexing="ij")
    shown = (mob >= first_mob) & (mob <= ages[:, None])
    of = vintage[shown]
    table = pd.DataFrame(
        {
            "vintage": known[of],
            "mob": mob[shown],
            "accounts": size[of].astype(np.int64),
            "amount": granted[of],
        }
    )
    for bound in EVER:
        name = f"ever_{bound}"
        table[name] = found[name][shown].astype(np.int64)
        table[f"{name}_rate"] = table[name] / table["accounts"]
        table[f"{name}_balance"] = np.where(
            np.isnan(granted[of]), np.nan, found[f"{name}_balance"][shown]
        )
        table[f"{name}_balance_rate"] = table[f"{name}_balance"] / table["amount"]
    return table


def first_payments(panel: AccountPanel, definitions: Definitions) -> pd.DataFrame:
    """A row a vintage: accounts whose first missed payment is the first, second or third.

    Columns: `vintage`, `accounts`, `amount` (RMB granted), and for each of `fpd`, `spd` and
    `tpd`: the accounts, `_rate` (share of accounts) and `_balance_rate` (RMB owed in that month
    over `amount`). NaN where a vintage has not reached that payment.
    """
    known, who, size, granted, ages = _cohorts(panel, definitions)
    payments = definitions.payments
    late = panel.days(definitions) > payments.grace_days
    accounts, rows = first_where(panel, late)
    keep = who[accounts] >= 0
    accounts, rows = accounts[keep], rows[keep]
    group = who[accounts]
    mob = panel.month[rows] - known[group]
    table = pd.DataFrame({"vintage": known, "accounts": size.astype(np.int64), "amount": granted})
    for k, name in enumerate(FIRSTS):
        due = payments.first_due_mob + k
        then = mob <= due if k == 0 else mob == due
        reached = ages >= due
        count = np.bincount(group[then], minlength=len(known)).astype(float)
        owed = np.bincount(group[then], weights=panel.balance[rows[then]], minlength=len(known))
        table[name] = np.where(reached, count, np.nan)
        table[f"{name}_rate"] = table[name] / table["accounts"]
        table[f"{name}_balance_rate"] = np.where(reached, owed / granted, np.nan)
    return table


def by_month_on_book(table: pd.DataFrame, figure: str = "ever_30_rate") -> pd.DataFrame:
    """A figure of `vintages` as a triangle: a row a vintage, a column a month on book.

    Columns: `vintage`, `accounts`, then `mob 1`, `mob 2`, ...; NaN where not reached.
    """
    if figure not in table:
        raise BadInput(f"The vintages have no column {figure!r}; there are {list(table.columns)}.")
    wide = table.pivot(index="vintage", columns="mob", values=figure)
    wide.columns = pd.Index([f"mob {mob}" for mob in wide.columns])
    size = table.groupby("vintage")["accounts"].first()
    wide.insert(0, "accounts", size)
    return wide.reset_index()


def _cohorts(
    panel: AccountPanel, definitions: Definitions
) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """Vintages shown; place of each account among them (−1: none); their accounts and RMB, and
    the months on book up to which all their accounts are followed.
    """
    if not panel.has("vintage"):
        raise BadInput("The account-months have no column vintage; say when each account began.")
    first = panel.first_rows
    vintage = panel.rows["vintage"].to_numpy(dtype=np.int64)[first]
    until = panel.followed_until[first]
    due = definitions.payments.first_due_mob
    whole: Flags = (vintage + due >= panel.first_month) & (vintage + due <= until)
    if not whole.any():
        raise BadInput(
            "No vintage lies within the panel with its first payment; give the account-months "
            "from origination on."
        )
    known = np.unique(vintage[whole])
    who = np.where(whole, np.searchsorted(known, vintage), -1)
    amount = np.full(len(first), np.nan)
    if panel.has("amount"):
        amount = panel.rows["amount"].to_numpy(dtype=np.float64)[first]
    size = np.bincount(who[whole], minlength=len(known)).astype(np.float64)
    granted = np.bincount(who[whole], weights=amount[whole], minlength=len(known))
    ages = np.full(len(known), np.iinfo(np.int64).max)
    np.minimum.at(ages, who[whole], (until - vintage)[whole])
    return known, who, size, np.where(granted > 0, granted, np.nan), ages
