"""Columns that an analyst would derive from applications to find fraud with."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.identifiers import IDENTIFIERS
from data_generators.streams import BLOCK

Floats = NDArray[np.float64]

#: amounts whose cents, last digits and roundness are looked at
_AMOUNTS = (
    "declared_income", "declared_turnover", "rent_monthly", "bank_inflow", "bank_savings",
    "bureau_limits_total", "bureau_balances_total", "invoices_12m", "shop_basket",
    "requested_amount",
)  # fmt: skip
#: numerator and denominator
_RATIOS = (
    ("declared_income", "bank_inflow"), ("declared_turnover", "bank_inflow"),
    ("declared_turnover", "invoices_12m"), ("declared_income", "declared_turnover"),
    ("requested_amount", "declared_income"), ("requested_amount", "bank_inflow"),
    ("requested_amount", "bureau_limits_total"), ("requested_amount", "rent_monthly"),
    ("bureau_limits_total", "declared_income"), ("bureau_limits_total", "bank_inflow"),
    ("bureau_balances_total", "declared_income"), ("bureau_limits_total", "bureau_lenders"),
    ("bank_savings", "declared_income"), ("bank_savings", "bank_inflow"),
    ("rent_monthly", "declared_income"), ("shop_basket", "declared_income"),
    ("shop_orders_q1", "shop_orders_12m"), ("bureau_inquiries_m1", "bureau_inquiries_6m"),
    ("bureau_inquiries_6m", "bureau_lenders"), ("bureau_lenders_30d", "bureau_lenders"),
    ("email_age_days", "age"), ("device_age_days", "email_age_days"),
    ("employment_months", "age"), ("insurance_months", "employment_months"),
    ("registration_months", "employment_months"), ("bank_tenure_months", "age"),
    ("shop_addresses_12m", "shop_orders_12m"), ("shop_late_payments_12m", "shop_orders_12m"),
)  # fmt: skip
#: customers may be numbered so that some remainder tells
_MODULI = (2, 3, 5, 7, 10, 12, 16, 64, 100)
#: days back in which others on the same identifier are counted
_WITHIN = (7.0, 30.0)


def derived(
    applications: pd.DataFrame, profiles: pd.DataFrame, links: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Applications and profiles (rows in the same order), and what can be derived from them.

    Ratios of amounts and counts; cents, last digits and roundness of amounts; hours from
    midnight; position in the file, rank and remainders of the customer's number; and on each
    shared identifier: how many there are on it, how many came within 7 and 30 days before, days
    to the nearest other, and the size of the component in the graph of all three together. The
    opaque identifiers themselves stay, as numbers; of a court's text its length stays. With
    `links`, the edges of the identity graph, how many customers are on each one's account too.
    """
    common = [name for name in profiles.columns if name in applications.columns]
    table = pd.concat(
        [applications.reset_index(drop=True), profiles.drop(columns=common).reset_index(drop=True)],
        axis=1,
    )
    columns: dict[str, object] = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for over, under in _RATIOS:
            ratio = _of(table, over) / _of(table, under)
            columns[f"{over} / {under}"] = np.where(np.isfinite(ratio), ratio, np.nan)
    for name in _AMOUNTS:
        columns |= _digits(name, _of(table, name))
    columns |= _order(table)
    columns |= _links(table)
    if links is not None:
        columns["account degree"] = _account_degree(table["customer_id"], links)
    text = table.pop("court_text").str.len() if "court_text" in table else None
    if text is not None:
        columns["court_text length"] = text.astype(float)
    return pd.concat([table, pd.DataFrame(columns)], axis=1)


def _of(table: pd.DataFrame, name: str) -> Floats:
    return table[name].to_numpy(dtype=np.float64, na_value=np.nan)


def _digits(name: str, amount: Floats) -> dict[str, object]:
    """Cents, the last digit of the whole units, and how round the amount is (powers of ten)."""
    cents = np.rint(100.0 * amount)
    round_to = np.where(np.isnan(amount), np.nan, 0.0)
    for power in range(1, 6):
        round_to = np.where((cents % 10**power == 0) & (cents > 0), power, round_to)
    return {
        f"{name} cents": cents % 100,
        f"{name} last digits": np.floor(amount) % 100,
        f"{name} roundness": round_to,
    }


def _order(table: pd.DataFrame) -> dict[str, object]:
    hour, number = _of(table, "apply_hour"), table["customer_id"].to_numpy()
    columns: dict[str, object] = {
        "hours from midnight": np.minimum(hour, 24.0 - hour),
        "position in the file": np.arange(len(table), dtype=float),
        "customer_id rank": table["customer_id"].rank().to_numpy(),
        "customer_id in the block": (number % BLOCK).astype(float),
        "weekday": np.floor(_of(table, "event_time")) % 7,
        "day of the month": np.floor(_of(table, "event_time")) % (365 / 12),
    }
    for modulus in _MODULI:
        columns[f"customer_id mod {modulus}"] = (number % modulus).astype(float)
    return columns


def _links(table: pd.DataFrame) -> dict[str, object]:
    """How many share each identifier, and when."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    time = _of(table, "event_time")
    size, nodes = len(table), len(table)
    columns: dict[str, object] = {}
    ends = []
    for name in IDENTIFIERS:
        group = pd.factorize(table[name])[0].astype(np.int64)
        ends.append(nodes + group)
        nodes += int(group.max()) + 1
        degree = np.bincount(group)[group].astype(float)
        columns[f"{name} degree"] = degree
        columns[f"{name} mod 1000"] = (table[name].to_numpy() % 1000).astype(float)
        for days in _WITHIN:
            columns[f"{name} earlier, {days:.0f} days"] = _earlier(group, time, days)
        columns[f"{name} days to nearest"] = _nearest(group, time)
    to = np.concatenate(ends)
    edges = (np.ones(len(to)), (np.tile(np.arange(size), len(ends)), to))
    _, part = connected_components(coo_matrix(edges, shape=(nodes, nodes)), directed=False)
    columns["component size"] = np.bincount(part[:size])[part[:size]].astype(float)
    return columns


def _account_degree(customers: "pd.Series[int]", links: pd.DataFrame) -> Floats:
    """Customers on the account that most are on, of each customer's accounts; NaN without one."""
    own = links[(links["source_kind"] == "customer") & (links["target_kind"] == "account")]
    degree = own.groupby("target_id")["source_id"].transform("nunique")
    most = degree.groupby(own["source_id"]).max()
    return customers.map(most).to_numpy(dtype=np.float64, na_value=np.nan)


def _earlier(group: NDArray[np.int64], time: Floats, days: float) -> Floats:
    """Others of the group in the `days` before, each row."""
    span = float(time.max() - time.min()) + days + 1.0
    key = group * span + (time - time.min())
    ordered = np.sort(key)
    from_ = np.maximum(key - days, group * span)
    before = np.searchsorted(ordered, key) - np.searchsorted(ordered, from_)
    counts: Floats = before.astype(float)
    return counts


def _nearest(group: NDArray[np.int64], time: Floats) -> Floats:
    """Days to the nearest other of the group, NaN where there is none."""
    order = np.lexsort((time, group))
    gap = np.diff(time[order])
    gap[np.diff(group[order]) > 0] = np.nan
    around = np.fmin(np.append(np.nan, gap), np.append(gap, np.nan))
    nearest = np.empty(len(time))
    nearest[order] = around
    return nearest
