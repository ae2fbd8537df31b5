"""What customers do with a limit: marginal propensity to borrow, and use before default."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_generators.errors import InvalidInput
from data_generators.streams import Floats


@dataclass(frozen=True)
class Mpb:
    """Marginal propensity to borrow out of a limit, RMB of debt for each RMB of new limit."""

    #: ten values, weakest decile of strength first
    by_decile: tuple[float, ...]
    #: all customers together
    average: float


def mpb(limit: Floats, raised: Floats, debt: Floats, debt_raised: Floats, strength: Floats) -> Mpb:
    """Debt for each unit of new limit, by decile of strength; each argument one entry a customer.

    `debt` and `debt_raised` (RMB) are what the same customers owe some months after they got
    `limit` and `raised`: a paired effect, since the noise of two replays is the same. A decile's
    value is the sum of extra debt over the sum of extra limit, as if one RMB went to each in
    proportion to the raise (Agarwal et al. 2018 divide the same two effects).
    """
    if not len(limit) or not (raised > limit).all():
        raise InvalidInput("mpb needs customers, each with a raised limit above the limit.")
    more_limit, more_debt = raised - limit, debt_raised - debt
    decile = deciles(strength)
    by_decile = (
        float(more_debt[decile == d].sum() / more_limit[decile == d].sum())
        if (decile == d).any()
        else float("nan")
        for d in range(10)
    )
    return Mpb(tuple(by_decile), float(more_debt.sum() / more_limit.sum()))


def deciles(values: Floats) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """0 for the lowest tenth of `values` to 9 for the highest; ties by position.

    >>> deciles(np.arange(20.0)).tolist()[::2]
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    rank = np.empty(len(values), dtype=np.intp)
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    return rank * 10 // max(len(values), 1)


def defaulters_use_more(accounts: pd.DataFrame, performance: pd.DataFrame, month: int = 6) -> float:
    """Line use of later defaulters over that of others, both at the same month on book.

    Mean of statement balance over limit among accounts open and not late at `month`; defaulters
    are those over 90 days late afterwards. Accounts already late are left out, or the race to
    default would be measured and not the use that precedes it (Dionne et al. compare lines
    before default).
    """
    then = accounts[(accounts["mob"] == month) & (accounts["months_late"] == 0)]
    use = (then["closing"] + then["paid"]) / then["credit_limit"]
    failed = set(performance.loc[performance["default"], "customer_id"])
    is_bad = then["customer_id"].isin(failed)
    others = use[~is_bad].mean()
    return float(use[is_bad].mean() / others) if others else float("nan")
