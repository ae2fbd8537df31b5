"""Good, bad or indeterminate: each account's outcome over the performance window."""

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.panel import AccountPanel

#: not observed: the window is not over, or the account's first months are not in the panel
OUTCOMES = ("good", "indeterminate", "bad", "not observed")


def outcomes(panel: AccountPanel, definitions: Definitions) -> pd.DataFrame:
    """A row an account: `account`, `vintage`, `worst_dpd` (days), `outcome`, `mature`.

    An account is bad as soon as it is more than `bad_days` past due, even if the window is not
    over; one that left early without that is judged when the window is over. `mature` says whether
    the account was seen from the start to the end of its window.
    """
    if not panel.has("vintage"):
        raise BadInput("The account-months have no column vintage; say when each account began.")
    rules, first = definitions.performance, panel.first_rows
    vintage = panel.rows["vintage"].to_numpy(dtype=np.int64)
    inside = panel.month - vintage <= rules.window_months
    worst = np.maximum.reduceat(np.where(inside, panel.days(definitions), 0.0), first)
    began = vintage[first]
    seen = began + definitions.payments.first_due_mob >= panel.first_month
    over = began + rules.window_months <= panel.followed_until[first]
    middle = np.where(worst > rules.good_days, OUTCOMES[1], OUTCOMES[0])
    outcome = np.where(seen & over, middle, OUTCOMES[3])
    outcome = np.where(seen & (worst > rules.bad_days), OUTCOMES[2], outcome)
    return pd.DataFrame(
        {
            "account": panel.rows["account"].to_numpy()[first],
            "vintage": began,
            "worst_dpd": worst,
            "outcome": outcome,
            "mature": seen & over,
        }
    )


def performance(panel: AccountPanel, definitions: Definitions) -> pd.DataFrame:
    """A row a vintage, then one for all: how many accounts are good, bad, indeterminate.

    Columns: `vintage` (text; "all" in the last row), `accounts`, one for each of `OUTCOMES`, and
    `bad_rate`: bad over good and bad among the accounts whose window is over; NaN where there are
    none. Of a younger vintage only the bad are known yet, and a rate of them would be near 1.
    """
    each = outcomes(panel, definitions)
    counts = pd.crosstab(each["vintage"], each["outcome"]).reindex(
        columns=list(OUTCOMES), fill_value=0
    )
    counts.index = counts.index.astype(str)
    counts.loc["all"] = counts.sum()
    bad = each.loc[each["mature"] & (each["outcome"] == "bad"), "vintage"].astype(str)
    known = bad.value_counts().reindex(counts.index, fill_value=0)
    known["all"] = len(bad)
    judged = counts["good"] + known
    counts.insert(0, "accounts", counts.sum(axis=1))
    counts["bad_rate"] = known / judged.where(judged > 0)
    counts.columns.name = None
    return counts.rename_axis("vintage").reset_index()
