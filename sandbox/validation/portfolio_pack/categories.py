"""Five-category classification (五级分类) after the order of 2023, and how assets migrate."""

import numpy as np
import pandas as pd

from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack import states
from sandbox.validation.portfolio_pack.panel import AccountPanel, Flags, Ints

#: 正常, 关注, 次级, 可疑, 损失; the last three are non-performing (不良)
CATEGORIES = ("normal", "special mention", "substandard", "doubtful", "loss")
#: position of the first non-performing category
SUBSTANDARD = 2


def categories(panel: AccountPanel, definitions: Definitions) -> Ints:
    """Category of each row, a position in `CATEGORIES`: the least that the rules allow.

    By days past due; by credit impairment (substandard at least) and, where the definitions have
    shares for it, the expected loss of such an asset; held at substandard until the months in
    order are over; and, for borrowers that are no retail customers, by the rest of their debts:
    all are substandard at least when more than the share `cross_default_share` of the balance in
    that month is non-performing, or more than `all_banks_share` of the debts to all banks is over
    90 days past due. A bank may classify worse for reasons that a panel does not hold.
    """
    rules = definitions.five_categories
    days = np.asarray(rules.days, dtype=np.float64)
    state: Ints = np.searchsorted(days, panel.days(definitions), side="left").astype(np.int64)
    impaired = panel.flags("credit_impaired")
    state = np.where(impaired, np.maximum(state, SUBSTANDARD), state)
    if panel.has("loss_share"):
        lost = panel.rows["loss_share"].to_numpy(dtype=np.float64)
        for least, category in ((rules.doubtful_loss_share, 3), (rules.loss_loss_share, 4)):
            if least is not None:
                state = np.where(impaired & (lost >= least), np.maximum(state, category), state)
    state = states.held(panel, state, SUBSTANDARD - 1, rules.cure_months)
    spread = _spread(panel, state, definitions)
    return np.where(spread, np.maximum(state, SUBSTANDARD), state)


def _spread(panel: AccountPanel, state: Ints, definitions: Definitions) -> Flags:
    """Rows of borrowers that are no retail customers and whose other debts are too bad."""
    rules = definitions.five_categories
    other = ~panel.flags("retail", otherwise=True)
    spread = np.zeros(len(state), dtype=bool)
    if not other.any():
        return spread
    if panel.has("all_banks_overdue_90"):
        elsewhere = panel.rows["all_banks_overdue_90"].to_numpy(dtype=np.float64)
        spread |= other & (np.nan_to_num(elsewhere) > rules.all_banks_share)
    if panel.has("borrower"):
        who, _ = pd.factorize(panel.rows["borrower"])
        months = panel.last_month - panel.first_month + 1
        group = who * months + (panel.month - panel.first_month)
        bad = np.where(state >= SUBSTANDARD, panel.balance, 0.0)
        owed = np.bincount(group, weights=panel.balance)
        share = np.bincount(group, weights=bad) / np.where(owed > 0, owed, np.inf)
        spread |= other & (who >= 0) & (share[group] > rules.cross_default_share)
    return spread
