"""Where the money of paid-out loans went, as a table of what was known by when."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data_generators.fund_flows.purposes import purpose_check
from data_generators.fund_flows.tracing import trace_many
from sandbox.features.purposes import TRACED

#: the purpose that borrowers of a market state (assumed: what its partners sell)
STATED = {
    "online_rental": "rent",
    "online_education": "services",
    "travel": "services",
    "medical_beauty": "services",
    "lifestyle": "goods",
    "ecommerce": "goods",
    "car_purchase": "goods",
    "home_renovation": "services",
    "micro_business": "business",
}
#: days until a transfer is reported at the latest; what is reported later is not followed
REPORTED = 1.0


def traced_loans(
    transfers: pd.DataFrame, stated: str | Mapping[int, str], hours: float = 72.0
) -> pd.DataFrame:
    """The first payout of each loan, followed through observed transfers for some hours.

    A row a loan: customer_id; known_at (days), `REPORTED` after the hours have passed; traced, RMB
    seen to leave the borrower's account; of it the shares `against` the stated purpose
    (`purpose_check`) and `back` at the borrower, NaN where nothing left. Later payouts of a line
    are not followed: the first says soonest what the line is for. Transfers that became known
    after a loan's `known_at` change nothing in its row.

    `stated` is a purpose for all or by customer_id. Raises InvalidInput as `trace_many` does.
    """
    seen = transfers[transfers["known_at"] - transfers["event_time"] <= REPORTED]
    paid = seen[(seen["kind"] == "disbursement") & (seen["loan_id"] != -1)]
    first = paid.sort_values(["event_time", "transfer_id"]).drop_duplicates("loan_id")
    if first.empty:
        return pd.DataFrame({name: np.empty(0) for name in TRACED}).astype({"customer_id": "int64"})
    loan = seen["loan_id"].where(seen["transfer_id"].isin(first["transfer_id"]), -1)
    traced = trace_many(seen.assign(loan_id=loan), hours=hours, progress=False)
    checked = purpose_check(traced, stated)
    began = first.set_index("loan_id")["event_time"].reindex(checked.index)
    away = checked["traced"]
    back = _back(traced.paths).reindex(checked.index, fill_value=0.0)
    table = pd.DataFrame(
        {
            "customer_id": checked.index,
            "known_at": began.to_numpy() + hours / 24 + REPORTED,
            "traced": away.to_numpy(),
            # sums of cents may be a hair above the whole
            "against": checked["against"].clip(upper=1.0).to_numpy(),
            "back": (back / away.where(away > 0)).clip(upper=1.0).to_numpy(),
        }
    )
    return table.sort_values(["known_at", "customer_id"], ignore_index=True)


def _back(paths: pd.DataFrame) -> "pd.Series[float]":
    """RMB by loan that left the borrower's account and was last seen there."""
    by_path = paths.groupby("path_id")
    ends = by_path.tail(1)
    home = by_path["to_account"].transform("first").loc[ends.index]
    returned = ends[(ends["hop"] > 0) & (ends["to_account"] == home)]
    return returned.groupby("loan_id")["traced"].sum()
