"""What the bank has out with one customer, over all scenarios together."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.plots.look import CHALLENGERS, CHAMPION, INK
from sandbox.policy.committee.book import Flags, one_currency
from sandbox.policy.yardsticks import consumer_cap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ALL = "all scenarios"
_NEEDED = ("customer_id", "scenario", "limit", "balance")
_HATCHES = ("", "///", "...", "\\\\\\", "xx")


def _checked(exposures: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in _NEEDED if name not in exposures]
    if missing or exposures.empty:
        raise BadInput(
            f"exposures need rows and the columns {', '.join(_NEEDED)}; "
            f"{', '.join(missing) or 'rows'} are missing."
        )
    one_currency("The exposures", exposures)
    return exposures.assign(counted=exposures["limit"].where(counts(exposures), 0.0))


def counts(exposures: pd.DataFrame) -> Flags:
    """Which rows are under the cap, n: those that the column `counts` says, or all."""
    if "counts" not in exposures:
        return np.ones(len(exposures), dtype=bool)
    return exposures["counts"].to_numpy(dtype=bool)


def largest_exposures(
    exposures: pd.DataFrame, top: int = 8, cap: float | None = None
) -> pd.DataFrame:
    """The `top` customers by the sum of their limits that count, largest first.

    `exposures` has a row a line or loan: `customer_id`, `scenario`, `limit` and `balance` (RMB),
    and, where some loans are not under the cap (with collateral, to businesses), `counts`.
    Columns: `customer_id`, `scenarios` (how many), `limit`, `balance`, `of_cap` (limits that
    count over the cap; None: `consumer_cap`), `over_cap`. Raises BadInput for missing columns and
    other currencies.
    """
    cap = consumer_cap().value if cap is None else cap
    grouped = _checked(exposures).groupby("customer_id")
    table = grouped.agg(
        scenarios=("scenario", "nunique"), limit=("limit", "sum"), balance=("balance", "sum"),
        counted=("counted", "sum"),
    ).reset_index()  # fmt: skip
    order = ["counted", "limit", "customer_id"]
    table = table.sort_values(order, ascending=[False, False, True]).head(top)
    table = table.assign(of_cap=table["counted"] / cap, over_cap=table["counted"] > cap)
    return table.drop(columns="counted").reset_index(drop=True)


def customer_exposure(
    exposures: pd.DataFrame, customer: int, cap: float | None = None
) -> pd.DataFrame:
    """One customer's exposure, a row a scenario, largest first, and a last one for all.

    Columns: `scenario`, `limit`, `balance`, `of_cap` (of limits that count). Raises
    BadInput when the customer has none.
    """
    cap = consumer_cap().value if cap is None else cap
    rows = _checked(exposures)
    mine = rows[rows["customer_id"] == customer]
    if mine.empty:
        raise BadInput(f"Customer {customer} has no exposure; name one that does.")
    table = mine.groupby("scenario", as_index=False)[["limit", "balance", "counted"]].sum()
    table = table.sort_values(["limit", "scenario"], ascending=[False, True])
    total = {"scenario": ALL, **table[["limit", "balance", "counted"]].sum()}
    table = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
    return table.assign(of_cap=table["counted"] / cap).drop(columns="counted")


def over_the_cap(exposures: pd.DataFrame, cap: float | None = None) -> int:
    """Customers whose limits that count together pass the cap."""
    cap = consumer_cap().value if cap is None else cap
    return int((_checked(exposures).groupby("customer_id")["counted"].sum() > cap).sum())


def plot_exposures(
    exposures: pd.DataFrame, ax: "Axes", top: int = 8, cap: float | None = None
) -> "Axes":
    """Limits of the largest customers, stacked by scenario, with the cap as a line.

    Loans that are not under the cap come last in each bar, pale, with a * in the legend.
    """
    cap = consumer_cap().value if cap is None else cap
    ids = largest_exposures(exposures, top, cap)["customer_id"]
    some = exposures[exposures["customer_id"].isin(ids)]
    wide = some.pivot_table(
        index="customer_id", columns="scenario", values="limit", aggfunc="sum", fill_value=0.0
    ).loc[ids[::-1]]
    places, left = np.arange(len(wide)), np.zeros(len(wide))
    colours = (CHAMPION, *CHALLENGERS)
    under = set(some.loc[counts(some), "scenario"])
    for code, scenario in enumerate(sorted(wide.columns, key=lambda each: each not in under)):
        values = wide[scenario].to_numpy(dtype=float)
        outside = "" if scenario in under else "*"
        ax.barh(
            places, values, 0.64, left=left, color=colours[code % len(colours)],
            hatch=_HATCHES[code // len(colours) % len(_HATCHES)], edgecolor="white", linewidth=0.4,
            label=str(scenario).replace("_", " ") + outside, alpha=0.4 if outside else 1.0,
        )  # fmt: skip
        left = left + values
    ax.axvline(cap, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    ax.text(cap, len(wide) - 0.3, f" cap {cap / 1e3:,.0f}k", fontsize=7.5, color=INK, va="bottom")
    ax.set_yticks(places, [f"customer {each}" for each in wide.index])
    ax.set_xlim(0, 1.14 * max(cap, float(left.max())))
    ax.set_ylim(-0.6, len(wide) + 0.45)
    ax.xaxis.set_major_formatter(lambda amount, _: f"{amount / 1e3:,.0f}k")
    starred = " (* not under the cap)" if set(wide.columns) - under else ""
    ax.set_xlabel(f"limits, RMB{starred}")
    ax.grid(visible=False, axis="y")
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.38, -0.24),
        ncols=3,
        handlelength=1.0,
        columnspacing=1.0,
        handletextpad=0.4,
        fontsize=7.5,
    )
    return ax
