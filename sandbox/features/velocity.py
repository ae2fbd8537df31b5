"""Velocity: others' applications on the applicant's device, phone, address, account and partner.

Others count if they applied at the moment of the application or before; the applicant's own
application never does. Within a window of d days are those later than d days before it. Amounts
are added in cents, so that the order has no say.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pandas as pd

from sandbox.features.by_key import Moments, Shared
from sandbox.features.families import DAYS, DIFFERENT, KEYS
from sandbox.features.numbering import NONE, Floats, Ints, codes_of, positions


def accounts_at(links: pd.DataFrame, ids: Ints, time: Floats) -> Ints:
    """The account each customer was first known with by the application, or `NONE`.

    `ids` are those of the customers; of several known at once, the lowest number counts.
    """
    row = np.flatnonzero(codes_of(links["target_kind"], ("account",)) == 0)
    order = np.argsort(ids, kind="stable")
    place = positions(links["source_id"].to_numpy(dtype=np.int64)[row], ids[order])
    row, who = row[place >= 0], order[place[place >= 0]]
    known = links["known_at"].to_numpy(dtype=np.float64)[row]
    target = links["target_id"].to_numpy(dtype=np.int64)[row]
    there = known <= time[who]
    who, known, target = who[there], known[there], target[there]
    account = np.full(len(ids), NONE, dtype=np.int64)
    if np.bincount(who, minlength=1).max(initial=0) > 1:
        # the first is written last
        late = np.lexsort((target, known))[::-1]
        who, target = who[late], target[late]
    account[who] = target
    return account


def velocity_pieces(
    applications: pd.DataFrame, links: pd.DataFrame
) -> list[Callable[[], Iterator[tuple[str, Floats]]]]:
    """Pieces of work, each of which makes some of the columns `families.VELOCITY`, n each.

    They can be done side by side, and a column can be put away before the next is made.
    """
    ids = applications["customer_id"].to_numpy(dtype=np.int64)
    moments = Moments(applications["event_time"].to_numpy(dtype=np.float64))
    amount = applications["requested_amount"].to_numpy(dtype=np.float64)
    cents = np.rint(np.nan_to_num(amount) * 100).astype(np.int64)
    names = {key: f"{key}_id" for key in KEYS if key != "account"}

    def code_of(key: str) -> Ints:
        values = applications[names[key]].to_numpy(dtype=np.int64)
        return np.where(values == NONE, -1, pd.factorize(values)[0])

    def of_key(key: str) -> Iterator[tuple[str, Floats]]:
        name = (
            accounts_at(links, ids, moments.time)
            if key == "account"
            else applications[names[key]].to_numpy(dtype=np.int64)
        )
        shared = Shared.of(name, moments)
        yield from _windows(key, shared, cents)
        if key == "partner":
            yield "partner_surge", _surge(shared)
            return
        yield f"{key}_days_since", shared.spread(shared.before(), np.nan)
        for other in ("partner", *(other for one, other in DIFFERENT if one == key)):
            code = code_of(other)
            different = ((name != NONE) & (code >= 0)).astype(np.float64)
            different[shared.row] = shared.different(code)
            yield f"{key}_{other}s", different

    def of_income() -> Iterator[tuple[str, Floats]]:
        income = applications["declared_income"].to_numpy(dtype=np.float64)
        yield "request_to_income", amount / np.maximum(income, 1.0)

    # the partner's is the longest
    return [*(partial(of_key, key) for key in reversed(KEYS)), of_income]


def _windows(name: str, shared: Shared, cents: Ints) -> Iterator[tuple[str, Floats]]:
    total = np.concatenate([[0], np.cumsum(cents[shared.row])])
    own, stop = cents[shared.row], shared.stop
    for days in DAYS:
        begin = shared.begin(days)
        count = (stop - begin - 1).astype(np.float64)
        yield f"{name}_applications_{days}d", shared.spread(count, 0.0)
        money = (total[stop] - total[begin] - own) / 100
        yield f"{name}_amount_{days}d", shared.spread(money, 0.0)


def _surge(shared: Shared) -> Floats:
    week, quarter = ((shared.stop - shared.begin(days) - 1).astype(np.float64) for days in (7, 90))
    return shared.spread(surge(week, quarter), np.nan)


def surge(week: Floats, quarter: Floats) -> Floats:
    """Applications of 7 days over those of an average 7 of the 90 days; NaN without any.

    >>> surge(np.array([7.0, 0.0]), np.array([45.0, 0.0])).tolist()
    [2.0, nan]
    """
    usual = quarter * 7.0 / 90.0
    found: Floats = np.where(usual > 0, week / np.where(usual > 0, usual, 1.0), np.nan)
    return found
