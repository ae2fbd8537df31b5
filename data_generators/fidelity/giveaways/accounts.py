"""Columns that an analyst would derive from the months of an account."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: amounts of an account's month that are looked at, of the last month and as shares of the limit
_AMOUNTS = ("opening", "drawn", "interest", "fee", "paid", "closing", "due")
#: months looked back over
_SPANS = (3, 6)
#: share of the limit from which a line counts as full
_FULL = 0.9
#: least amount that divides another, RMB
_CENT = 0.01


def accounts_derived(accounts: pd.DataFrame, age: "pd.Series[int]") -> pd.DataFrame:
    """What the bank has seen of each account by the end of its month on book `age`; a row each.

    `accounts`: the table of that name; `age`: months on book by customer id. Rows are in the order
    of `age`, without the accounts that were not open then. Columns: the last month's amounts, raw
    and over the limit; what was paid over what was billed, owed and drawn; means, spread, trend
    and change of use, draws and payments over 3 and 6 months and over life; how often nothing was
    drawn, all was paid, a round share was, or the line was full; months late, now and ever; days
    and cents.

    >>> from data_generators import World, scenarios
    >>> seen = World(scenarios.lifestyle, 50, 6, 1).observed().accounts
    >>> table = accounts_derived(seen, pd.Series(5, index=seen["customer_id"].unique()))
    >>> bool(table["use"].between(0.0, 1.5).all())
    True
    """
    known = accounts[accounts["mob"] <= accounts["customer_id"].map(age)]
    ended = known.groupby("customer_id")["mob"].max()
    age = age[age.index.isin(ended.index)]
    age = age[ended.loc[age.index].to_numpy() == age.to_numpy()]
    known = known[known["customer_id"].isin(age.index)]
    row = age.index.get_indexer(pd.Index(known["customer_id"]))
    # Months counted back from the last one: 0 is the last; NaN before the account began.
    back = age.to_numpy()[row] - known["mob"].to_numpy()
    by_month = {}
    for name in (*_AMOUNTS, "credit_limit", "months_late"):
        wide = np.full((len(age), int(age.max()) if len(age) else 1), np.nan)
        wide[row, back] = known[name]
        by_month[name] = wide
    last = known[back == 0].set_index("customer_id").loc[age.index]
    columns = {
        "age": age.to_numpy(dtype=float),
        **_last_month(by_month),
        **_conduct(by_month),
        **_courses(by_month),
        "last month ends, day": np.floor(last["event_time"].to_numpy()),
    }
    return pd.DataFrame(columns, index=age.index)


def ages_before(
    turns: "pd.Series[int]", others: NDArray[np.int64], back: int = 0, seed: int = 0
) -> "pd.Series[int]":
    """Months on book at which to look at each account, by customer id, the cases first.

    `turns`: months that each case pays before it turns; it is looked at `back` months before the
    last of them, left out where there was none yet. `others`: ids; their ages are drawn among
    those of the cases (by `seed`), so that age tells nothing.

    >>> ages_before(pd.Series({3: 5, 8: 2}), np.array([1, 2]), back=2).to_dict()
    {3: 3, 1: 3, 2: 3}
    """
    ages = (turns - back)[turns > back].astype(np.int64)
    drawn = np.random.default_rng(seed).choice(ages.to_numpy(), len(others))
    every: pd.Series[int] = pd.concat([ages, pd.Series(drawn, index=others)])
    return every


def _ratio(over: Floats, under: Floats) -> Floats:
    """One over the other; NaN where there is nothing to divide by."""
    return np.where(under >= _CENT, over / np.where(under >= _CENT, under, 1.0), np.nan)


def _last_month(wide: dict[str, Floats]) -> dict[str, Floats]:
    limit = wide["credit_limit"][:, 0]
    columns = {"credit_limit": limit}
    for name in _AMOUNTS:
        amount = wide[name][:, 0]
        columns[name] = amount
        columns[f"{name} / limit"] = _ratio(amount, limit)
        columns[f"{name} cents"] = np.rint(100.0 * amount) % 100
    columns["use"] = columns.pop("closing / limit")
    for over, under in (
        ("paid", "due"), ("paid", "opening"), ("paid", "drawn"), ("drawn", "opening"),
        ("interest", "opening"),
    ):  # fmt: skip
        columns[f"{over} / {under}"] = _ratio(wide[over][:, 0], wide[under][:, 0])
    return columns


def _conduct(wide: dict[str, Floats]) -> dict[str, Floats]:
    """How dues were met and the line used, in shares of the months so far."""
    began = ~np.isnan(wide["closing"])
    months = began.sum(axis=1)

    def share(of: NDArray[np.bool_]) -> Floats:
        of_months: Floats = (of & began).sum(axis=1) / months
        return of_months

    late, paid, due = wide["months_late"], wide["paid"], wide["due"]
    owed = wide["opening"] + wide["drawn"] + wide["interest"] + wide["fee"]
    return {
        "months late": late[:, 0],
        "worst months late": np.nanmax(late, axis=1),
        "late months": share(late > 0),
        "months paid in full": share((paid >= owed) & (owed > 0)),
        "months paid exactly as billed": share((np.abs(paid - due) < _CENT) & (due > 0)),
        "months paid above the bill": share(paid > due + _CENT),
        "months without a draw": share(wide["drawn"] == 0),
        "months with a fee": share(wide["fee"] > 0),
        "months full": share(wide["closing"] >= _FULL * wide["credit_limit"]),
        "paid of billed so far": _ratio(np.nansum(paid, axis=1), np.nansum(due, axis=1)),
        "paid of drawn so far": _ratio(np.nansum(paid, axis=1), np.nansum(wide["drawn"], axis=1)),
    }


def _courses(wide: dict[str, Floats]) -> dict[str, Floats]:
    """Means, spread, trend and change of what is used, drawn and paid, as shares of the limit."""
    limit = np.where(wide["credit_limit"] > 0, wide["credit_limit"], np.nan)
    columns = {}
    for words, name in (("use", "closing"), ("drawn", "drawn"), ("paid", "paid")):
        course = wide[name] / limit
        known = ~np.isnan(course)
        mean = np.nanmean(course, axis=1)
        columns[f"{words}, mean"] = mean
        columns[f"{words}, spread"] = np.nanstd(course, axis=1)
        columns[f"{words}, most"] = np.nanmax(course, axis=1)
        columns[f"{words}, least"] = np.nanmin(course, axis=1)
        columns[f"{words}, trend"] = _trend(course, known)
        columns[f"{words} / own mean"] = _ratio(course[:, 0], mean)
        columns[f"{words} / own most"] = _ratio(course[:, 0], columns[f"{words}, most"])
        first = course[np.arange(len(course)), known.sum(axis=1) - 1]
        columns[f"{words}, since the first month"] = course[:, 0] - first
        columns[f"{words}, change"] = course[:, 0] - course[:, 1]
        rises = known[:, 1:] & (course[:, :-1] > course[:, 1:])
        columns[f"{words}, months of rise"] = rises.sum(axis=1) / known.sum(axis=1)
        for span in _SPANS:
            recent, before = course[:, :span], course[:, span : 2 * span]
            there = known[:, span : 2 * span].any(axis=1)
            columns[f"{words}, {span} months"] = np.nanmean(recent, axis=1)
            columns[f"{words}, {span} months against those before"] = np.where(
                there, np.nanmean(recent, axis=1) - np.nansum(before, axis=1)
                / np.maximum(known[:, span : 2 * span].sum(axis=1), 1), np.nan
            )  # fmt: skip
    return columns


def _trend(course: Floats, known: NDArray[np.bool_]) -> Floats:
    """Slope by month of a straight line through the months so far."""
    time = np.where(known, -np.arange(course.shape[1], dtype=float), np.nan)
    centred = time - np.nanmean(time, axis=1, keepdims=True)
    spread = np.nansum(centred**2, axis=1)
    slope: Floats = np.nansum(centred * np.nan_to_num(course), axis=1) / np.maximum(spread, 1.0)
    return slope
