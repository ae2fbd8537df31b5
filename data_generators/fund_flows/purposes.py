"""A loan's stated purpose against where its money was last seen."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data_generators.errors import InvalidInput
from data_generators.fund_flows.traced import Traced

#: holders with whom a loan's money may end, by purpose; `wages` is whoever is paid by wages
FITTING = {
    "goods": ("merchant", "platform", "business"),
    "services": ("merchant", "platform", "business", "public"),
    "rent": ("landlord", "platform"),
    "business": ("merchant", "platform", "business", "employer", "landlord", "public", "wages"),
}
#: holders that speak against any of these purposes: securities, property, another loan, and
#: persons, who are the way to all of these
AGAINST = ("broker", "property", "lender", "person")


def purpose_check(traced: Traced, stated: str | Mapping[int, str]) -> pd.DataFrame:
    """For each loan, shares of its traced money by what the last holder says of its purpose.

    `stated` is a purpose of `FITTING`, one for all loans or by loan_id (a mapping or a series).
    A row a loan, indexed by loan_id: purpose; disbursed and traced (RMB; traced is what was seen
    to leave the borrower's account); as shares of traced, `fits`, `against` and `elsewhere` (the
    bank, cash, back with the borrower, or holders that fit other purposes), NaN where nothing was
    traced. Raises InvalidInput for an unknown purpose and for a loan without one.

    >>> from data_generators.fund_flows.tracing import trace
    >>> transfers = pd.DataFrame({
    ...     "transfer_id": [1, 2, 3], "event_time": [3.0, 3.5, 3.6], "from_account": [90, 10, 10],
    ...     "to_account": [10, 55, 56], "amount": [8000.0, 6000.0, 2000.0],
    ...     "kind": ["disbursement", "transfer", "spending"], "loan_id": [7, -1, -1],
    ...     "from_holder": ["bank", "person", "person"], "to_customer_id": [7, -1, -1],
    ...     "to_holder": ["person", "broker", "merchant"]})
    >>> purpose_check(trace(transfers, 7), "goods").loc[7, ["fits", "against"]].to_dict()
    {'fits': 0.25, 'against': 0.75}
    """
    loans = traced.disbursed.index
    if isinstance(stated, str):
        purpose = pd.Series(stated, loans)
    else:
        purpose = pd.Series(dict(stated.items()), dtype=object).reindex(loans)
    wrong = purpose[~purpose.isin(FITTING)]
    if len(wrong):
        raise InvalidInput(
            f"the stated purpose of loan {wrong.index[0]} is {wrong.iloc[0]!r}; "
            f"state one of {', '.join(FITTING)}."
        )
    verdict = _verdicts(traced.paths, purpose)
    away = traced.disbursed - traced.untraced
    said = verdict.pivot_table(
        index="loan_id", columns="verdict", values="traced", aggfunc="sum", observed=True
    ).reindex(index=loans, columns=["fits", "against", "elsewhere"], fill_value=0.0)
    shares = said.fillna(0.0).div(away.where(away > 0), axis=0)
    money = pd.DataFrame({"purpose": purpose, "disbursed": traced.disbursed, "traced": away})
    return money.join(shares).rename_axis(columns=None)


def _verdicts(paths: pd.DataFrame, purpose: "pd.Series[str]") -> pd.DataFrame:
    """The ends of paths that left the borrower's account: loan_id, traced, verdict."""
    by_path = paths.groupby("path_id")
    ends = by_path.tail(1)
    home = by_path["to_account"].transform("first").loc[ends.index]
    ends = ends[["loan_id", "hop", "kind", "to_account", "to_holder", "traced"]]
    # where the bank pays a shop directly, the disbursement is itself the use
    lent_to_person = ends["to_holder"].isin(("person", "business"))
    left = (ends["hop"] > 0) | ~lent_to_person
    ends, home = ends[left], home[left]
    holder = np.where(ends["kind"] == "wages", "wages", ends["to_holder"].astype(object))
    aims = purpose.loc[ends["loan_id"]]
    fitting = [who in FITTING[aim] for who, aim in zip(holder, aims, strict=True)]
    fits = np.array(fitting, dtype=bool)
    back = (ends["to_account"] == home) & (ends["hop"] > 0)
    against = np.isin(holder.astype(str), AGAINST)
    verdict = np.select([back, fits, against], ["elsewhere", "fits", "against"], "elsewhere")
    return ends[["loan_id", "traced"]].assign(verdict=verdict)
