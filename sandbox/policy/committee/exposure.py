"""What the bank has out with one customer, over all scenarios together."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.plots.look import CHALLENGERS, CHAMPION, INK
from sandbox.policy.committee.book import one_currency

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: RMB a customer, all loans without collateral together (商业银行互联网贷款管理暂行办法, Art. 6)
CAP = 200_000.0
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
    return exposures


def largest_exposures(exposures: pd.DataFrame, top: int = 8, cap: float = CAP) -> pd.DataFrame:
    """The `top` customers by the sum of their limits, largest first.

    `exposures` has a row a line or loan: `customer_id`, `scenario`, `limit` and `balance` (RMB).
    Columns: `customer_id`, `scenarios` (how many), `limit`, `balance`, `of_cap` (limit over cap),
    `over_cap`. Raises BadInput for missing columns and other currencies.
    """
    grouped = _checked(exposures).groupby("customer_id")
    table = grouped.agg(
        scenarios=("scenario", "nunique"), limit=("limit", "sum"), balance=("balance", "sum")
    ).reset_index()
    table = table.sort_values(["limit", "customer_id"], ascending=[False, True]).head(top)
    table = table.assign(of_cap=table["limit"] / cap, over_cap=table["limit"] > cap)
    return table.reset_index(drop=True)


def customer_exposure(exposures: pd.DataFrame, customer: int, cap: float = CAP) -> pd.DataFrame:
    """One customer's exposure, a row a scenario, largest first, and a last one for all.

    Columns: `scenario`, `limit`, `balance`, `of_cap`. BadInput when the customer has none.
    """
    rows = _checked(exposures)
    mine = rows[rows["customer_id"] == customer]
    if mine.empty:
        raise BadInput(f"Customer {customer} has no exposure; name one that does.")
    table = mine.groupby("scenario", as_index=False)[["limit", "balance"]].sum()
    table = table.sort_values(["limit", "scenario"], ascending=[False, True])
    total = {"scenario": ALL, "limit": table["limit"].sum(), "balance": table["balance"].sum()}
    table = pd.concat([table, pd.DataFrame([total])], ignore_index=True)
    return table.assign(of_cap=table["limit"] / cap)


def over_the_cap(exposures: pd.DataFrame, cap: float = CAP) -> int:
    """Customers whose limits together pass the cap."""
    return int((_checked(exposures).groupby("customer_id")["limit"].sum() > cap).sum())


def plot_exposures(exposures: pd.DataFrame, ax: "Axes", top: int = 8, cap: float = CAP) -> "Axes":
    """Limits of the largest customers, stacked by scenario, with the cap as a line."""
    ids = largest_exposures(exposures, top, cap)["customer_id"]
    some = exposures[exposures["customer_id"].isin(ids)]
    wide = some.pivot_table(
        index="customer_id", columns="scenario", values="limit", aggfunc="sum", fill_value=0.0
    ).loc[ids[::-1]]
    places, left = np.arange(len(wide)), np.zeros(len(wide))
    colours = (CHAMPION, *CHALLENGERS)
    for code, scenario in enumerate(wide.columns):
        values = wide[scenario].to_numpy(dtype=float)
        ax.barh(
            places, values, 0.64, left=left, color=colours[code % len(colours)],
            hatch=_HATCHES[code // len(colours) % len(_HATCHES)], edgecolor="white", linewidth=0.4,
            label=str(scenario).replace("_", " "),
        )  # fmt: skip
        left = left + values
    ax.axvline(cap, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    ax.text(cap, len(wide) - 0.3, f" cap {cap / 1e3:,.0f}k", fontsize=7.5, color=INK, va="bottom")
    ax.set_yticks(places, [f"customer {each}" for each in wide.index])
    ax.set_xlim(0, 1.14 * max(cap, float(left.max())))
    ax.set_ylim(-0.6, len(wide) + 0.45)
    ax.xaxis.set_major_formatter(lambda amount, _: f"{amount / 1e3:,.0f}k")
    ax.set_xlabel("limits, RMB")
    ax.grid(visible=False, axis="y")
    ax.legend(
        loc="upper center",
        bbox_to_anchor=(0.4, -0.2),
        ncols=4,
        handlelength=1.0,
        columnspacing=1.0,
        handletextpad=0.4,
        fontsize=7.5,
    )
    return ax
