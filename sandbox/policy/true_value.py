"""What decisions are truly worth, beside the oracle and the best policy on observed features."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from sandbox.errors import BadInput
from sandbox.policy.decision_log import Floats


class Potential(Protocol):
    """Expected profit of n customers at every limit of a grid, as a world's truth has it."""

    def value(self, limit: ArrayLike) -> Floats:
        """Expected profit (RMB, n) at each customer's limit (RMB)."""
        ...

    def oracle(self) -> Floats:
        """The limit (RMB, n) with the best expectation, chosen on other noise than `value`'s."""
        ...


def true_value(potential: Potential, decisions: pd.DataFrame | ArrayLike) -> Floats:
    """Expected profit (RMB, n) of each customer under `decisions` (a table's `limit`, or limits).

    Limits lie on the grid of `potential` or between its points.
    """
    limit = decisions["limit"] if isinstance(decisions, pd.DataFrame) else decisions
    return potential.value(np.asarray(limit, dtype=float))


def regret(
    potential: Potential,
    policies: Mapping[str, pd.DataFrame | ArrayLike],
    *,
    best_observable: ArrayLike | None = None,
    among: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """Policies by true value, best first, with the oracle (and the best on observed features).

    `policies` by name: decisions for the customers of `potential`. `best_observable` are the
    limits (RMB, n) of `BestObservable`; `among` flags the customers who count. Columns, RMB a
    customer, each with its 95% interval `..._low`, `..._high` (t over customers; regrets are
    paired): `policy`, `value`, `regret` (to the oracle), `regret_share` (of the oracle's value;
    NaN where that is not positive), and `regret_observable` (to the best on observed features,
    NaN without it; negative when a policy does better than that regression).
    """
    for reserved in ("oracle", "best_observable"):
        if reserved in policies:
            raise BadInput(f"A policy is called {reserved}, a name of this table; rename it.")
    everyone = {name: true_value(potential, each) for name, each in policies.items()}
    everyone["oracle"] = true_value(potential, potential.oracle())
    if best_observable is not None:
        everyone["best_observable"] = true_value(potential, best_observable)
    if among is not None:
        everyone = {name: value[among] for name, value in everyone.items()}
    oracle, observable = everyone["oracle"], everyone.get("best_observable")
    best = float(oracle.mean())
    rows = []
    for name, value in everyone.items():
        row: dict[str, object] = {"policy": name, **_interval("value", value)}
        row |= _interval("regret", oracle - value)
        row["regret_share"] = float((oracle - value).mean()) / best if best > 0 else float("nan")
        apart = np.full(len(value), np.nan) if observable is None else observable - value
        rows.append(row | _interval("regret_observable", apart))
    return pd.DataFrame(rows).sort_values("value", ascending=False, ignore_index=True)


def over_seeds(values: pd.DataFrame, against: str) -> pd.DataFrame:
    """Mean over worlds of each policy's value and of its difference to one, paired by seed.

    `values` has a row a seed and policy: `seed`, `policy`, `value` (RMB a customer); every policy
    in every seed once. Columns `policy`, `seeds`, `value`, `value_low`, `value_high`,
    `difference`, `difference_low`, `difference_high` (95%, t over seeds).

    >>> values = pd.DataFrame({"seed": [1, 1, 2, 2], "policy": ["a", "b"] * 2,
    ...                        "value": [10.0, 12.0, 20.0, 23.0]})
    >>> over_seeds(values, against="a")["difference"].tolist()
    [2.5, 0.0]
    """
    missing = [name for name in ("seed", "policy", "value") if name not in values]
    if missing:
        raise BadInput(f"The table of values has no column {', '.join(missing)}.")
    if values.duplicated(["seed", "policy"]).any():
        raise BadInput("A policy has two values for one seed; give one each.")
    wide = values.pivot(index="seed", columns="policy", values="value")
    if against not in wide or wide.isna().any(axis=None):
        raise BadInput(
            f"Differences to {against} need a value of every policy for every seed; policies are "
            f"{', '.join(map(str, wide.columns))}."
        )
    rows = [
        {
            "policy": name,
            "seeds": len(wide),
            **_interval("value", wide[name].to_numpy(dtype=float)),
            **_interval("difference", (wide[name] - wide[against]).to_numpy(dtype=float)),
        }
        for name in wide.columns
    ]
    return pd.DataFrame(rows).sort_values("value", ascending=False, ignore_index=True)


def _interval(name: str, values: Floats) -> dict[str, float]:
    """Mean of n values with its 95% t interval; the bounds are NaN for a single one."""
    n, mean = len(values), float(values.mean())
    half = float("nan")
    if n > 1:
        half = float(student.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return {name: mean, f"{name}_low": mean - half, f"{name}_high": mean + half}
