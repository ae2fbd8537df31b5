"""Default rates by what a borrower looks like: utilisation, age, earlier delinquencies.

A shape is not a band: the published values are of another market, and what must hold is how
one group stands to the next.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_generators.streams import Floats

#: bands of utilisation: name in the figure's id, above, up to
UTILISATION_BANDS: tuple[tuple[str, float, float], ...] = (
    ("<=5%", -np.inf, 0.05),
    ("10-30%", 0.10, 0.30),
    ("50-70%", 0.50, 0.70),
    ("90-100%", 0.90, 1.00),
    (">100%", 1.00, np.inf),
)
#: fewer accounts give no rate
LEAST = 30


def snapshot(accounts: pd.DataFrame, performance: pd.DataFrame, month: int = 6) -> pd.DataFrame:
    """Accounts still open at the end of `month` on book: `utilisation`, and `default` later.

    Utilisation is the statement's: balance before the month's payment, over the limit. Columns
    customer_id, utilisation, default; as in a credit file, accounts already late are among them,
    those over 90 days late are not.
    """
    then = accounts[(accounts["mob"] == month) & (accounts["months_late"] < 4)]
    use = (then["closing"] + then["paid"]) / then["credit_limit"]
    table = pd.DataFrame({"customer_id": then["customer_id"], "utilisation": use})
    return table.merge(performance[["customer_id", "default"]], on="customer_id")


def default_by_utilisation(accounts: pd.DataFrame, performance: pd.DataFrame) -> dict[str, float]:
    """Default rate after month 6 by utilisation at month 6; NaN for fewer than `LEAST` accounts.

    Keys are the names of `UTILISATION_BANDS`.
    """
    seen = snapshot(accounts, performance)
    use, default = seen["utilisation"].to_numpy(), seen["default"].to_numpy()
    return {
        name: _rate(default[(use > above) & (use <= upto)])
        for name, above, upto in UTILISATION_BANDS
    }


def default_by_age(age: Floats, default: NDArray[np.bool_]) -> tuple[float, float]:
    """Default rates at age 25 or under, and over 70; NaN where there are too few."""
    return _rate(default[age <= 25]), _rate(default[age > 70])


def default_by_count(count: Floats, default: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Default rates of borrowers with a count of 0, 1 and 2; NaN where there are too few."""
    return _rate(default[count == 0]), _rate(default[count == 1]), _rate(default[count == 2])


def rises(values: Sequence[float], tolerance: float = 0.0) -> bool:
    """Whether each value is above the one before, or under it by no more than `tolerance`.

    >>> rises([0.1, 0.2, 0.4]), rises([0.1, 0.3, 0.2])
    (True, False)
    """
    return all(b > a - tolerance for a, b in pairwise(values))


def _rate(default: NDArray[np.bool_]) -> float:
    return float(default.mean()) if len(default) >= LEAST else float("nan")
