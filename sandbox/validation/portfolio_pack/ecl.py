"""Expected credit losses of IFRS 9 and CAS 22, account by account, and what they cover."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.portfolio_pack.categories import CATEGORIES, SUBSTANDARD

Floats = npt.NDArray[np.float64]

#: columns of accounts and of curves
ACCOUNT, CURVE = ("stage", "balance", "segment", "lgd", "eir"), ("segment", "month", "marginal_pd")
#: months of the expected loss of stage 1 (IFRS 9 5.5.5)
YEAR = 12
#: rows reckoned at once, so that a long curve needs little memory
_ROWS = 20_000


def expected_losses(accounts: pd.DataFrame, curves: pd.DataFrame) -> pd.DataFrame:
    """`accounts` with `ecl_12m`, `ecl_lifetime` and `ecl`, RMB.

    ECL = Σₛ wₛ Σₜ PDₜ · LGD · EADₜ · (1 + EIR)^(−(t − ½)/12), over months t to 12 (12-month) or
    to the end (lifetime), and over scenarios s: IFRS 9 5.5.17 and B5.5.28 to B5.5.44. Losses
    fall in the middle of their month. Stage 1 has the 12-month, stage 2 the lifetime one
    (5.5.3, 5.5.5); in stage 3 the default has happened, and the loss is LGD times balance.

    `accounts`: `stage` (1 to 3), `balance` (RMB), `segment` (of its curve), `lgd` (share, of the
    value at default), `eir` (original effective rate, share a year); where there are,
    `undrawn` (RMB) with `ccf` (share of it that is drawn by default; all of it, where not given),
    `remaining_months` (of the contract; to the end of the curve, where not given).
    `curves`: `segment`, `month` (1, 2, ... without a gap), `marginal_pd` (share of today's
    accounts that default in that month); where there are, `ead_share` (exposure then over that
    of today) and `scenario` with `weight` (adding to 1).
    """
    _check(accounts, curves)
    ead = accounts["balance"].to_numpy(dtype=np.float64)
    if "undrawn" in accounts:
        ccf = accounts["ccf"].to_numpy(dtype=np.float64) if "ccf" in accounts else 1.0
        ead = ead + ccf * accounts["undrawn"].to_numpy(dtype=np.float64)
    scenarios = [(1.0, curves)]
    if "scenario" in curves:
        scenarios = [
            (float(part["weight"].iloc[0]), part) for _, part in curves.groupby("scenario")
        ]
        total = sum(weight for weight, _ in scenarios)
        if abs(total - 1) > 1e-9:
            raise BadInput(f"The weights of the scenarios add to {total:g}; they must add to 1.")
    found = np.zeros((2, len(accounts)))
    for weight, part in scenarios:
        found += weight * _of_curves(accounts, part, ead)
    stage = accounts["stage"].to_numpy()
    impaired = accounts["lgd"].to_numpy(dtype=np.float64) * accounts["balance"].to_numpy()
    found = np.where(stage == 3, impaired, found)
    return accounts.assign(
        ecl_12m=found[0], ecl_lifetime=found[1], ecl=np.where(stage == 1, found[0], found[1])
    )


def _of_curves(accounts: pd.DataFrame, curves: pd.DataFrame, ead: Floats) -> Floats:
    """12-month and lifetime loss of each account under one scenario, 2 × n."""
    shaped = curves.assign(ead_share=curves.get("ead_share", 1.0))
    shaped["loss"] = shaped["marginal_pd"] * shaped["ead_share"]
    by_month = shaped.pivot(index="segment", columns="month", values="loss").fillna(0.0)
    place = by_month.index.get_indexer(pd.Index(accounts["segment"]))
    months = by_month.columns.to_numpy(dtype=np.float64)
    table = by_month.to_numpy(dtype=np.float64)
    eir = accounts["eir"].to_numpy(dtype=np.float64)
    left = np.full(len(accounts), np.inf)
    if "remaining_months" in accounts:
        left = accounts["remaining_months"].to_numpy(dtype=np.float64)
    scale = accounts["lgd"].to_numpy(dtype=np.float64) * ead
    found = np.zeros((2, len(accounts)))
    for start in range(0, len(accounts), _ROWS):
        some = slice(start, start + _ROWS)
        discounted = np.exp(np.outer(-np.log1p(eir[some]) / 12.0, months - 0.5))
        lost = table[place[some]] * discounted * (months <= left[some, None])
        found[0, some] = scale[some] * lost[:, months <= YEAR].sum(axis=1)
        found[1, some] = scale[some] * lost.sum(axis=1)
    return found


def _check(accounts: pd.DataFrame, curves: pd.DataFrame) -> None:
    for what, table, needed in (("accounts", accounts, ACCOUNT), ("curves", curves, CURVE)):
        missing = [name for name in needed if name not in table]
        if missing:
            raise BadInput(f"The {what} have no column {', '.join(missing)}.")
    if "scenario" in curves and "weight" not in curves:
        raise BadInput("The curves have scenarios without a column weight; give each its weight.")
    if not accounts["stage"].isin([1, 2, 3]).all():
        raise BadInput("Column stage holds something but 1, 2 and 3.")
    shares = [(accounts, "lgd"), (accounts, "ccf"), (curves, "marginal_pd")]
    for table, name in shares:
        if name in table:
            _within(table, name, 0.0, 1.0)
    amounts = (
        (accounts, "balance"),
        (accounts, "undrawn"),
        (accounts, "eir"),
        (curves, "ead_share"),
    )
    for table, name in amounts:
        if name in table:
            _within(table, name, 0.0, np.inf)
    unknown = set(accounts["segment"]) - set(curves["segment"])
    alive = accounts["segment"].isin(unknown) & (accounts["stage"] != 3)
    if alive.any():
        raise BadInput(f"There is no curve of segment {accounts.loc[alive, 'segment'].iloc[0]!r}.")
    keys = ["segment", "scenario"] if "scenario" in curves else ["segment"]
    for curve, part in curves.groupby(keys):
        months = np.sort(part["month"].to_numpy())
        if not np.array_equal(months, np.arange(1, len(months) + 1)):
            raise BadInput(f"The months of curve {curve} are not 1, 2, 3, ... without a gap.")
        if part["marginal_pd"].sum() > 1 + 1e-9:
            raise BadInput(f"The marginal PDs of curve {curve} add to more than 1.")


def _within(table: pd.DataFrame, name: str, low: float, high: float) -> None:
    values = table[name].to_numpy(dtype=np.float64)
    wrong = ~((values >= low) & (values <= high)) | np.isinf(values)
    if wrong.any():
        row = int(np.argmax(wrong))
        above = "a number from 0" if np.isinf(high) else f"a number from {low:g} to {high:g}"
        raise BadInput(f"Column {name} is {values[row]:g} in row {row}; give {above}.")


def ecl_by_stage(losses: pd.DataFrame) -> pd.DataFrame:
    """A row a stage and one for all; `losses` is that of `expected_losses`.

    Columns: `stage` (text), `accounts`, `balance` (RMB), `balance_share`, `ecl` (RMB), `ecl_share`
    and `coverage` (ECL over balance).
    """
    rows = []
    for name, part in [
        *((f"stage {k}", losses[losses["stage"] == k]) for k in (1, 2, 3)),
        ("all", losses),
    ]:
        rows.append((name, len(part), float(part["balance"].sum()), float(part["ecl"].sum())))
    table = pd.DataFrame(rows, columns=["stage", "accounts", "balance", "ecl"])
    for name in ("balance", "ecl"):
        whole = float(losses[name].sum())
        table[f"{name}_share"] = table[name] / (whole if whole > 0 else np.nan)
    table["coverage"] = table["ecl"] / table["balance"].where(table["balance"] > 0)
    return table[["stage", "accounts", "balance", "balance_share", "ecl", "ecl_share", "coverage"]]


def coverage_ratios(losses: pd.DataFrame) -> pd.DataFrame:
    """Ratios that a Chinese bank reports, a row each: `ratio`, `value` (share), `meaning`.

    `losses` as of `expected_losses` with a column `category` (of `categories.CATEGORIES`).
    """
    if "category" not in losses:
        raise BadInput("The accounts have no column category; give each its five-category class.")
    unknown = set(losses["category"]) - set(CATEGORIES)
    if unknown:
        raise BadInput(f"Category {sorted(unknown)[0]!r} is none of {', '.join(CATEGORIES)}.")
    total, ecl = float(losses["balance"].sum()), float(losses["ecl"].sum())
    bad = losses["category"].isin(CATEGORIES[SUBSTANDARD:])
    npl = float(losses.loc[bad, "balance"].sum())
    nan = float("nan")
    rows = [
        ("npl_ratio", npl / total if total else nan, "non-performing over all loans (不良贷款率)"),
        ("provision_to_loans", ecl / total if total else nan, "ECL over all loans (贷款拨备率)"),
        ("provision_coverage", ecl / npl if npl else nan,
         "ECL over non-performing loans (拨备覆盖率)"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["ratio", "value", "meaning"])
