"""Accounts of a reporting date as expected credit losses need them, from account-months alone."""

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack import stages
from sandbox.validation.portfolio_pack.categories import CATEGORIES, categories
from sandbox.validation.portfolio_pack.default_curves import default_curves
from sandbox.validation.portfolio_pack.ecl import YEAR
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.rolls import buckets, roll_matrix

__all__ = ["YEAR", "provisions", "up_to"]


def up_to(panel: AccountPanel, date: int) -> AccountPanel:
    """The account-months that were known at the end of month `date`."""
    rows = panel.rows[panel.month <= date]
    if rows.empty:
        raise BadInput(f"No account-month lies up to month {date}; give a later reporting date.")
    known = rows.assign(followed_until=np.minimum(panel.followed_until, date)[panel.month <= date])
    return AccountPanel.of(known)


def provisions(
    panel: AccountPanel,
    definitions: Definitions,
    date: int,
    *,
    lgd: float,
    eir: "pd.Series[float]",
    months: int = 36,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`accounts` and `curves` of `ecl.expected_losses` at the end of month `date`.

    Stages, categories and PD term structures (by bucket, of the roll matrix up to that month) are
    of what was known then. `lgd` is one share for all, `eir` a yearly rate by account. What is
    not drawn is left out. Raises BadInput where no account is open then.

    Columns of `accounts`: `account`, `stage`, `balance` (RMB), `segment` (bucket), `lgd`, `eir`,
    `category`.
    """
    known = up_to(panel, date)
    here = known.month == date
    if "written_off" in known.rows:
        here &= known.rows["written_off"].to_numpy(dtype=float) <= 0
    if not here.any():
        raise BadInput(f"No account is open in month {date}; choose another reporting date.")
    names = np.asarray(definitions.overdue.names, dtype=object)
    ids = known.rows["account"].to_numpy()[here]
    accounts = pd.DataFrame(
        {
            "account": ids,
            "stage": stages.stages(known, definitions)[here] + 1,
            "balance": known.balance[here],
            "segment": names[buckets(known, definitions)[here]],
            "lgd": lgd,
            "eir": eir.loc[ids].to_numpy(dtype=float),
            "category": np.asarray(CATEGORIES, dtype=object)[categories(known, definitions)[here]],
        }
    )
    return accounts, default_curves(roll_matrix(known, definitions), definitions, months)
