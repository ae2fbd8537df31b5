"""Roll matrices: from bucket to bucket of days past due, month by month and on average."""

import numpy as np
import pandas as pd

from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack import states
from sandbox.validation.portfolio_pack.panel import AccountPanel, Ints


def buckets(panel: AccountPanel, definitions: Definitions) -> Ints:
    """Bucket of each row: 0 for M0 (not overdue), 1 for M1, and so on."""
    bounds = np.asarray(definitions.overdue.bounds_days, dtype=np.float64)
    found: Ints = np.searchsorted(bounds, panel.days(definitions), side="left").astype(np.int64)
    return found


def arrears(panel: AccountPanel, definitions: Definitions) -> pd.DataFrame:
    """Buckets by month: the columns of `states.by_month`."""
    return states.by_month(panel, buckets(panel, definitions), definitions.overdue.names)


def rolls(panel: AccountPanel, definitions: Definitions) -> pd.DataFrame:
    """What rolled from which bucket to which, by month: the columns of `states.moves`."""
    return states.moves(panel, buckets(panel, definitions), definitions.overdue.names)


def roll_matrix(panel: AccountPanel, definitions: Definitions, by: str = "count") -> pd.DataFrame:
    """The average roll matrix, by count or by balance: the columns of `states.matrix`."""
    return states.matrix(rolls(panel, definitions), definitions.overdue.names, by)


def impossible_rolls(panel: AccountPanel, definitions: Definitions) -> pd.DataFrame:
    """Rows whose days past due rise by more than a month from one month to the next.

    From 0 days they rise by a day less at most. Columns: `account`, `month`, `dpd`, `dpd_next`,
    `rise` (days). Such a rise is an error of the data, or an acceleration of the contract that
    was recorded as arrears.
    """
    days = panel.days(definitions)
    followed, _ = states.next_rows(panel)
    rise = days[1:] - days[:-1]
    most = definitions.overdue.largest_rise_days
    # what is not overdue at a month's end falls due in the next one, on its first day at the
    # earliest
    fresh = (days[:-1] <= 0) & (rise > most - 1)
    rows = np.flatnonzero(followed & ((rise > most) | fresh))
    return pd.DataFrame(
        {
            "account": panel.rows["account"].to_numpy()[rows],
            "month": panel.month[rows],
            "dpd": days[rows],
            "dpd_next": days[rows + 1],
            "rise": rise[rows],
        }
    )
