"""Figures on which a portfolio is judged: shares of late vintages and of overrides, losses."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import hypergeom, norm
from scipy.stats import t as student

from sandbox.errors import BadInput
from sandbox.validation.inputs import vector

#: vintages that are the latest ones
LATEST = 3
#: rise of a share against which power is given: by half
RISE = 1.5
_Z = float(norm.ppf(0.975))


@dataclass(frozen=True)
class Rise:
    """Latest against earlier vintages."""

    #: share of the latest less that of the earlier ones
    difference: float
    #: one-sided: small where the latest are worse
    p_value: float
    #: 95% interval of the difference
    interval: tuple[float, float]
    #: chance to see a rise by half, at 5%
    power: float
    #: variance between earlier vintages over that of chance alone, at least 1
    dispersion: float


def rise(events: npt.ArrayLike, accounts: npt.ArrayLike, latest: int = LATEST) -> Rise:
    """Is the share of the `latest` vintages higher than that of those before?

    `events` and `accounts` of vintages, the oldest first. Two shares with a pooled variance; where
    the earlier vintages differ by more than chance gives, the variance is as much larger (quasi
    binomial; McCullagh and Nelder 1989, Generalized Linear Models, 4.5) and the quantiles are
    Student's. Raises BadInput with fewer than two earlier vintages, or where nothing differs.

    >>> rise([2, 2, 2, 9, 9, 9], [100] * 6).p_value < 0.01
    True
    """
    y, n = vector("events", events), vector("accounts", accounts)
    if len(y) != len(n) or len(y) < latest + 2 or latest < 1:
        raise BadInput(
            f"There are {len(y)} vintages; {latest} latest and at least 2 earlier ones are needed."
        )
    before, after = slice(None, len(y) - latest), slice(len(y) - latest, None)
    pooled = y.sum() / n.sum()
    if pooled in (0.0, 1.0):
        raise BadInput("No account, or every account, of these vintages was late.")
    earlier = y[before].sum() / n[before].sum()
    freedom = len(y) - latest - 1
    spread = n[before] * earlier * (1 - earlier)
    chance = ((y[before] - n[before] * earlier) ** 2 / np.where(spread > 0, spread, np.inf)).sum()
    dispersion = max(1.0, float(chance) / freedom)
    sizes = 1 / n[before].sum() + 1 / n[after].sum()
    error = float(np.sqrt(dispersion * pooled * (1 - pooled) * sizes))
    difference = float(y[after].sum() / n[after].sum() - earlier)
    wide = dispersion > 1.0
    p_value = student.sf(difference / error, freedom) if wide else norm.sf(difference / error)
    half = error * (float(student.ppf(0.975, freedom)) if wide else _Z)
    least = float(student.ppf(0.95, freedom)) if wide else float(norm.ppf(0.95))
    power = float(norm.sf(least - (RISE - 1) * earlier / error))
    return Rise(
        difference, float(p_value), (difference - half, difference + half), power, dispersion
    )


def at_one_age(table: pd.DataFrame, age: int, latest: int = LATEST) -> pd.DataFrame:
    """Rows of `vintages` at `age` months on book, the oldest vintage first.

    Where too few vintages have reached that age, at the oldest that enough have; BadInput where
    there is none.
    """
    enough = latest + 2
    reached = table.groupby("mob")["vintage"].nunique()
    ages = reached.index[(reached >= enough) & (reached.index <= age)]
    if not len(ages):
        raise BadInput(
            f"{table['vintage'].nunique()} vintages are in the panel; at least {enough} of the "
            "same age are needed."
        )
    found: pd.DataFrame = table[table["mob"] == int(ages.max())]
    return found.sort_values("vintage", ignore_index=True)


def more_bad(bad: int, of: int, bad_else: int, of_else: int) -> float:
    """One-sided p-value of "this group is bad no more often than the other": Fisher's exact test.

    >>> round(more_bad(3, 4, 1, 4), 6)
    0.242857
    """
    return float(hypergeom.sf(bad - 1, of + of_else, bad + bad_else, of))


@dataclass(frozen=True)
class Losses:
    """Realised over expected losses."""

    ratio: float
    interval: tuple[float, float]
    expected: float
    realised: float
    accounts: int


def losses_against_expected(losses: pd.DataFrame, realised: pd.DataFrame) -> Losses:
    """Losses of twelve months over the 12-month ECL of accounts in stages 1 and 2.

    `losses` as of `expected_losses` with `account`; `realised` has `account` and `loss` (RMB).
    The interval is normal, with the variance of the accounts' losses taken as independent; in a
    downturn they are not, and it is too narrow. Raises BadInput where nothing was expected.
    """
    alive = losses[losses["stage"] < 3]
    expected = float(alive["ecl_12m"].sum())
    if not expected > 0:
        raise BadInput("No loss was expected in stages 1 and 2.")
    lost = realised.groupby("account")["loss"].sum()
    each = alive["account"].map(lost).fillna(0.0).to_numpy(dtype=np.float64)
    error = float(np.sqrt(len(each) * each.var())) / expected
    ratio = float(each.sum()) / expected
    interval = (ratio - _Z * error, ratio + _Z * error)
    return Losses(ratio, interval, expected, float(each.sum()), len(each))


def mean_interval(values: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Mean, lower and upper 95% bound, one-sided p-value of "the mean is at least 0"."""
    mean = float(values.mean())
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    if not error > 0:
        raise BadInput("All profits are the same, or there is one only.")
    return mean, mean - _Z * error, mean + _Z * error, float(norm.cdf(mean / error))
