"""The credit bureau (征信): what other lenders report, unless they do not, and some days late.

A thin file has no bureau column at all. A report is as old as `bureau_report_age_days`: loans and
inquiries since then are not in it, and its months are counted back from its own day.
"""

import numpy as np

from data_generators.customers import CALENDAR_MONTH, Flags, Traits, sigmoid
from data_generators.profiles.columns import Columns, count_within, money, silent, split, unless
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

#: share of inquiries that belong to the search before an application, and its mean age, days
#: (assumed)
_SEARCH, _SEARCH_DAYS = 0.4, 20.0
#: mean age of a loan elsewhere, days; a younger loan than the report is not in it (assumed)
_LOAN_DAYS = 400.0
#: turnover of a business that lenders count as income, share (assumed)
_TURNOVER = 0.3
#: days within which loans of several lenders are multi-lending (多头借贷)
MULTI_DAYS = 30.0


def bureau_columns(scenario: Scenario, traits: Traits, own: Flags, streams: Streams) -> Columns:
    """Lenders, inquiries, overdue history, limits and utilisation elsewhere."""
    gap = _gap(scenario, own, streams)
    age = report_age(scenario, streams)
    a, w, theta = traits.ability, traits.willingness, traits.impatience
    lenders, recent = _reported(scenario, traits, age, streams)
    seen = np.sum(_inquiry_weights(age), axis=0)
    inquiries = streams.poisson("inquiries", seen * np.exp(0.32 + 0.45 * theta - 0.1 * a))
    overdue = streams.poisson("overdue", np.exp(-1.0 - 0.75 * w - 0.35 * a))
    deep = overdue * sigmoid(-2.4 - 0.8 * w - 0.3 * a)
    serious = np.minimum(streams.poisson("overdue_90", deep), overdue)
    load = sigmoid(-0.4 + 0.8 * theta - 0.3 * a + 0.5 * streams.normal("bureau_load"))
    earns = np.where(traits.business, _TURNOVER * traits.turnover, traits.income)
    granted = earns * np.exp(0.1 + 0.4 * streams.normal("bureau_limits")) * (1.0 + 0.7 * lenders)
    return {
        "bureau_lenders": unless(gap, lenders),
        "bureau_lenders_30d": unless(gap, recent),
        "bureau_inquiries_6m": unless(gap, inquiries),
        "bureau_overdue_24m": unless(gap, overdue),
        "bureau_90_plus_24m": unless(gap, serious),
        "bureau_limits_total": unless(gap, 100.0 * np.ceil(granted / 100.0)),
        "bureau_utilisation": unless(gap, np.round(load, 3)),
    }


def bureau_details(scenario: Scenario, seen: Columns, streams: Streams) -> Columns:
    """Age of the report, accounts, balances, inquiries by month, worst arrears; as `seen` has it.

    Drawn around the columns of the application, so that months add up to their six.
    """
    known = {name: values.astype(float) for name, values in seen.items() if "bureau" in name}
    gap = np.isnan(known["bureau_lenders"])
    age = report_age(scenario, streams)
    cards = 1.0 + count_within(streams.uniform("cards"), 1.3, 12)
    total = np.nan_to_num(known["bureau_inquiries_6m"])
    weights = [
        weight * (0.25 + 1.5 * streams.uniform("inquiry_month", month))
        for month, weight in enumerate(_inquiry_weights(age))
    ]
    by_month = split(total, weights, streams.uniform("inquiry_split"))
    balances = known["bureau_utilisation"] * known["bureau_limits_total"]
    return {
        "bureau_report_age_days": unless(gap, age),
        "bureau_accounts": cards + known["bureau_lenders"],
        "bureau_balances_total": money(balances),
        **{f"bureau_inquiries_m{k + 1}": unless(gap, n) for k, n in enumerate(by_month)},
        "bureau_worst_dpd_24m": unless(gap, _worst_dpd(known, streams)),
    }


def report_age(scenario: Scenario, streams: Streams) -> Floats:
    """Whole days between the day of the bureau report and the application."""
    days = -scenario.coverage.bureau_lag_days * np.log1p(-streams.uniform("bureau_lag"))
    return np.floor(days)


def _gap(scenario: Scenario, own: Flags, streams: Streams) -> Flags:
    c = scenario.coverage
    thin = streams.uniform("thin_file") < np.where(own, c.thin_file_own, c.thin_file_other)
    return thin | silent(scenario, "bureau", streams)


def _reported(
    scenario: Scenario, traits: Traits, age: Floats, streams: Streams
) -> tuple[Floats, Floats]:
    """Lenders in the report, and how many of them lent within `MULTI_DAYS` before it."""
    q = scenario.coverage.bureau_unreported
    lenders, recent = np.zeros(streams.size), np.zeros(streams.size)
    # Who is impatient borrows from several at a time.
    mean = _LOAN_DAYS * np.exp(-0.25 * traits.impatience)
    for which in range(int(traits.n_lenders.max(initial=0))):
        rows = np.flatnonzero(traits.n_lenders > which)
        u = streams.uniform("lender", which)[rows]
        # Above q the loan is reported, and where above q says how old it is.
        old = -mean[rows] * np.log1p(-np.clip((u - q) / max(1 - q, 1e-12), 0.0, 1 - 1e-12))
        reported = (u >= q) & (old >= age[rows])
        lenders[rows] += reported
        recent[rows] += reported & (old < age[rows] + MULTI_DAYS)
    return lenders, recent


def _inquiry_weights(age: Floats) -> list[Floats]:
    """Expected share of inquiries in each month before a report of this age, latest first.

    A steady part, and the search before the application, whose last days a report misses.
    """
    search = np.exp(-age / _SEARCH_DAYS)
    fade = np.exp(-CALENDAR_MONTH / _SEARCH_DAYS)
    return [(1 - _SEARCH) / 6 + _SEARCH * search * (1 - fade) * fade**k for k in range(6)]


def _worst_dpd(known: dict[str, Floats], streams: Streams) -> Floats:
    """Days past due at worst: over 90 where the file counts such arrears, 1 to 90 where not."""
    u = streams.uniform("worst_dpd")
    times = np.nan_to_num(known["bureau_overdue_24m"])
    mild = np.ceil(90.0 * (1.0 - u) ** (2.0 / np.maximum(times, 1.0)) + 1e-9).clip(1.0, 90.0)
    severe = 91.0 + np.floor(270.0 * u**2)
    serious = np.nan_to_num(known["bureau_90_plus_24m"]) > 0
    worst: Floats = np.where(times == 0, 0.0, np.where(serious, severe, mild))
    return worst
