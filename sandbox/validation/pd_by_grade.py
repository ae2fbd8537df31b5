"""Is the PD of a grade too low? Exact tests a grade, and their lights under correlation."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom, norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, probabilities, vector

#: levels at which a grade turns yellow and red: BCBS Working Paper 14 (2005), chapter III
YELLOW, RED = 0.05, 0.0001
#: asset correlation of "other retail" at its upper end, Basel framework CRE31.17
CORRELATION = 0.16


def binomial(defaults: npt.ArrayLike, n: npt.ArrayLike, pd_: npt.ArrayLike) -> Vector:
    """Probability of at least that many defaults if the PD is right; one a grade.

    >>> binomial([2], [10], [0.1]).round(4).tolist()
    [0.2639]
    """
    events, cases, rates = _grades(defaults, n, pd_)
    tail: Vector = binom.sf(events - 1, cases, rates)
    return tail


def correlated(
    defaults: npt.ArrayLike,
    n: npt.ArrayLike,
    pd_: npt.ArrayLike,
    correlation: float = CORRELATION,
) -> Vector:
    """The same where customers fail together: Vasicek's single factor with asset `correlation`.

    Averages the binomial tail over the factor (Tasche 2003, "A traffic lights approach to PD
    validation"). At 0 it is `binomial`.
    """
    if not 0 <= correlation < 1:
        raise BadInput(f"correlation={correlation:g}; an asset correlation lies in [0, 1).")
    events, cases, rates = _grades(defaults, n, pd_)
    if correlation == 0:
        return binomial(events, cases, rates)
    # the integrand is smooth and nil at both ends, where equal steps are the best ones
    points = np.linspace(-9.0, 9.0, 721)
    weights = norm.pdf(points)
    barrier = norm.ppf(np.clip(rates, 1e-12, 1 - 1e-12))[:, None]
    shifted = (barrier - np.sqrt(correlation) * points) / np.sqrt(1 - correlation)
    tails = binom.sf(events[:, None] - 1, cases[:, None], norm.cdf(shifted))
    tail: Vector = tails @ (weights / weights.sum())
    return tail


def traffic_lights(
    target: npt.ArrayLike,
    pd_: npt.ArrayLike,
    grade: npt.ArrayLike,
    correlation: float = CORRELATION,
) -> pd.DataFrame:
    """A row a grade, lowest first, with its light.

    `target` are n outcomes (0 or 1), `pd_` n PDs, `grade` n labels. Columns: `grade`, `n`,
    `defaults`, `mean_pd`, `observed_rate`, `p_binomial` (customers fail independently),
    `p_correlated` (with `correlation`), `light` by the binomial tail and `light_correlated`:
    green from 5% up, yellow, red below 0.01%.
    """
    rows = pd.DataFrame({"grade": grade, "target": vector("target", target), "pd": pd_})
    table = (
        rows.groupby("grade")
        .agg(n=("target", "size"), defaults=("target", "sum"), mean_pd=("pd", "mean"))
        .reset_index()
    )
    table["observed_rate"] = table["defaults"] / table["n"]
    counted = (table["defaults"], table["n"], table["mean_pd"])
    table["p_binomial"] = binomial(*counted)
    table["p_correlated"] = correlated(*counted, correlation)
    table["light"] = _lights(table["p_binomial"].to_numpy())
    table["light_correlated"] = _lights(table["p_correlated"].to_numpy())
    return table


def _lights(p_value: Vector) -> npt.NDArray[np.object_]:
    lit = np.where(p_value < RED, "red", np.where(p_value < YELLOW, "yellow", "green"))
    return lit.astype(object)


def _grades(
    defaults: npt.ArrayLike, n: npt.ArrayLike, pd_: npt.ArrayLike
) -> tuple[Vector, Vector, Vector]:
    events, cases = vector("defaults", defaults), vector("n", n)
    rates = probabilities("pd", pd_)
    if ((events < 0) | (events > cases)).any():
        worst = int(np.argmax((events < 0) | (events > cases)))
        raise BadInput(
            f"Grade {worst} has {events[worst]:g} defaults of {cases[worst]:g}; give 0 to n."
        )
    return events, cases, rates
