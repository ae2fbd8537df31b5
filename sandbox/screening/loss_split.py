"""Losses of fraud told apart from losses of credit, by what is known on a day."""

import numpy as np
import pandas as pd

from sandbox.errors import BadInput

#: causes, in order; an account has the first that holds
CAUSES = ("confirmed fraud", "fraud by review", "never paid", "credit")


def loss_split(
    accounts: pd.DataFrame,
    performance: pd.DataFrame,
    confirmed: pd.DataFrame,
    reviews: pd.DataFrame,
    cash_events: pd.DataFrame,
    when: float,
) -> pd.DataFrame:
    """A row a cause and a last one `all`: what defaults known at `when` (days) have cost, RMB.

    The causes: fraud that was confirmed; fraud that an analyst found; a default in which nothing
    was ever paid, which may be either; and credit, a default after payments. Columns: `cause`,
    `customers`, `drawn`, `paid`, `written_off`, `recovered` (after the write-off), `lost` (written
    off less recovered), `share` (of what is lost).

    The tables are the observed ones; rows known after `when` have no say.
    """
    if not np.isfinite(when):
        raise BadInput(f"when is {when}; give a day, such as 365.0.")
    tables = (accounts, performance, confirmed, reviews, cash_events)
    months, ends, frauds, seen, events = (t[t["known_at"] <= when] for t in tables)
    late = ends.loc[ends["default"].astype(bool), "customer_id"]
    who = pd.Index(np.unique(np.concatenate([late, frauds["customer_id"]]).astype(np.int64)))
    money = months[months["customer_id"].isin(who)].groupby("customer_id")
    sums = money[["drawn", "paid", "refunded", "written_off"]].sum().reindex(who, fill_value=0.0)
    recovered = events[events["kind"] == "recovery"].groupby("customer_id")["amount"].sum()
    sums["recovered"] = recovered.reindex(who, fill_value=0.0)
    # what a partner returned was not paid by the customer
    own = sums["paid"] - sums["refunded"]
    by_review = seen.loc[seen["verdict"] == "fraud", "customer_id"]
    holds = [who.isin(frauds["customer_id"]), who.isin(by_review), (own <= 0).to_numpy()]
    cause = np.select(holds, CAUSES[:3], CAUSES[3])
    figures = sums[["drawn", "paid", "written_off", "recovered"]]
    table = figures.groupby(cause).sum().reindex(CAUSES, fill_value=0.0)
    table.insert(0, "customers", pd.Series(cause).value_counts().reindex(CAUSES, fill_value=0))
    table.loc["all"] = table.sum()
    table["lost"] = table["written_off"] - table["recovered"]
    total = float(table["lost"].iloc[-1])
    table["share"] = table["lost"] / total if total else np.nan
    table["customers"] = table["customers"].astype(int)
    return table.rename_axis("cause").reset_index()
