"""Decisions lived through worse times: the same customers and noise in scenarios of the world."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

_Z = float(norm.ppf(0.975))
TEST = "truth.stressed_profit"
#: what an outcome table has: whether each account defaulted, written off and earned (RMB)
COLUMNS = ("default", "loss", "profit")


def lived_table(
    base: pd.DataFrame, scenarios: Mapping[str, pd.DataFrame], exposure: float
) -> pd.DataFrame:
    """What became of the same n accounts in each scenario, "base" first.

    Each table has `default` (0 or 1), `loss` and `profit` (RMB), a row an account in one order;
    `exposure` is of all accounts, RMB. Columns: `scenario`, `default_rate`, `loss`, `profit`,
    `profit_share` (of exposure) with `_low` and `_high`, `log_odds` (of the default rate, against
    base; NaN at 0 or 1), `fall` (of profit against base) with `fall_low`, `fall_high` (95%,
    paired over accounts).
    """
    if not exposure > 0 or not len(base):
        raise BadInput(f"{len(base)} accounts with {exposure:g} RMB of exposure; give some.")
    rows = []
    for name, table in {"base": base, **scenarios}.items():
        if lacking := set(COLUMNS) - set(table):
            raise BadInput(f"{name} has no column {', '.join(sorted(lacking))}.")
        if len(table) != len(base):
            raise BadInput(f"{name} has {len(table)} accounts and base {len(base)}.")
        profit, root = table["profit"].to_numpy(dtype=float), float(np.sqrt(len(base)))
        fall = base["profit"].to_numpy(dtype=float) - profit
        many = len(base) > 1
        half = _Z * float(profit.std(ddof=1)) * root / exposure if many else float("nan")
        wide = _Z * float(fall.std(ddof=1)) * root if many else float("nan")
        share, total = float(profit.sum()) / exposure, float(fall.sum())
        rows.append(
            {
                "scenario": name,
                "default_rate": float(table["default"].mean()),
                "loss": float(table["loss"].sum()),
                "profit": float(profit.sum()),
                "profit_share": share,
                "profit_share_low": share - half,
                "profit_share_high": share + half,
                "log_odds": _log_odds(table["default"].mean(), base["default"].mean()),
                "fall": total,
                "fall_low": total - wide,
                "fall_high": total + wide,
            }
        )
    return pd.DataFrame(rows)


def _log_odds(rate: float, base: float) -> float:
    if not (0 < rate < 1 and 0 < base < 1):
        return float("nan")
    return float(np.log(rate / (1 - rate)) - np.log(base / (1 - base)))


def validate_stressed_truth(
    base: pd.DataFrame | None,
    scenarios: Mapping[str, pd.DataFrame],
    exposure: float,
    policy: Policy,
    reason: str = "the truth is not known",
) -> tuple[ValidationResult, ...]:
    """Profit in the worst scenario that the same accounts lived through; see `lived_table`."""
    n = 0 if base is None else len(base)
    if base is not None and n < policy.minimum_rows:
        reason = f"{n} accounts; at least {policy.minimum_rows} needed"
    if base is None or n < policy.minimum_rows or not scenarios:
        return (not_evaluated(TEST, reason, n=n, policy=policy),)
    table = lived_table(base, scenarios, exposure)
    row = table.iloc[1 + int(table["profit"].iloc[1:].argmin())]
    note = f"{row['scenario']}: {row['default_rate']:.2%} default where "
    note += f"{table['default_rate'].iloc[0]:.2%} do in the base; profit {row['profit']:,.0f} RMB "
    note += f"against {table['profit'].iloc[0]:,.0f}"
    interval = (float(row["profit_share_low"]), float(row["profit_share_high"]))
    share = float(row["profit_share"])
    return (judge(TEST, share, n=n, policy=policy, interval=interval, note=note, table=table),)
