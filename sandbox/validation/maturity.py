"""How labels mature: Kaplan-Meier over accounts, chain ladder over vintages."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.inputs import Vector, finite, same_length, vector

_Z = float(norm.ppf(0.975))


def kaplan_meier(age: npt.ArrayLike, bad_age: npt.ArrayLike) -> pd.DataFrame:
    """The share of accounts that are known to be bad by each age.

    `age` is how old each of n accounts is today (months since it was opened), `bad_age` how old
    it was when its default became known (NaN: not yet). Columns: `age` (of events), `at_risk`,
    `events`, `cumulative` (1 − S), `error` (Greenwood), `low`, `high` (95%, log-log, Kalbfleisch
    and Prentice 1980). Kaplan and Meier (1958), JASA 53. It assumes that young accounts will go
    bad at the rate at which old ones did.

    >>> kaplan_meier([3, 3, 1], [2, float("nan"), float("nan")])["cumulative"].tolist()
    [0.5]
    """
    until, event = _followed(age, bad_age)
    order = np.sort(until)
    times, events = np.unique(until[event], return_counts=True)
    at_risk = len(until) - np.searchsorted(order, times, side="left")
    survival = np.cumprod(1 - events / at_risk)
    left = np.maximum(at_risk - events, 1e-12)
    greenwood = np.cumsum(events / (at_risk * left))
    error = survival * np.sqrt(greenwood)
    inner = (survival > 0) & (survival < 1)
    log = np.log(np.where(inner, survival, 0.5))
    half = _Z * np.sqrt(greenwood) / np.abs(log)
    low, high = (-np.expm1(log * np.exp(sign * half)) for sign in (-1, 1))
    return pd.DataFrame(
        {
            "age": times,
            "at_risk": at_risk,
            "events": events,
            "cumulative": 1 - survival,
            "error": np.where(inner, error, np.nan),
            "low": np.where(inner, low, np.nan),
            "high": np.where(inner, high, np.nan),
        }
    )


def _followed(age: npt.ArrayLike, bad_age: npt.ArrayLike) -> tuple[Vector, npt.NDArray[np.bool_]]:
    """Until when each account was at risk, and whether it had gone bad by then."""
    today, when = finite("age", age), vector("bad_age", bad_age)
    same_length(age=today, bad_age=when)
    if not len(today):
        raise BadInput("No account was given.")
    event = ~np.isnan(when)
    wrong = (today < 0) | (event & ((when < 0) | (when > today)))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadInput(
            f"Row {row}: an account of age {today[row]:g} went bad at {when[row]:g}; give "
            "0 ≤ bad_age ≤ age, or NaN where nothing is known."
        )
    return np.where(event, when, today), event


@dataclass(frozen=True)
class ChainLadder:
    """Vintages developed to the last age by the factors of older ones."""

    #: k − 1 factors from each age to the next
    factors: Vector
    #: v cumulative counts at the last age, known or projected
    ultimate: Vector


def chain_ladder(triangle: npt.ArrayLike) -> ChainLadder:
    """Project cumulative counts (v vintages × k ages, NaN where not yet seen).

    Volume-weighted factors: Mack (1993), ASTIN Bulletin 23. Ages run from young to old; each
    vintage is seen up to some age without gaps. An age with no older vintage is an error.

    >>> chain_ladder([[10, 20], [20, float("nan")]]).ultimate.tolist()
    [20.0, 40.0]
    """
    counts = np.asarray(triangle, dtype=np.float64)
    if counts.ndim != 2 or min(counts.shape) < 1:
        raise BadInput(f"The triangle has shape {counts.shape}; give vintages × ages.")
    seen = ~np.isnan(counts)
    if not seen[:, 0].all() or (np.diff(seen.astype(int), axis=1) > 0).any():
        raise BadInput("A vintage has a gap, or nothing at the first age; leave it out.")
    if (np.diff(counts, axis=1) < 0).any():
        raise BadInput("Counts of a vintage fall with age; give cumulative ones.")
    ages = counts.shape[1]
    factors = np.ones(ages - 1)
    for k in range(ages - 1):
        both = seen[:, k + 1]
        base = counts[both, k].sum()
        if base <= 0:
            raise BadInput(
                f"No vintage with a bad account was seen at age {k + 1} and after; start the "
                "triangle at an older age or give older vintages."
            )
        factors[k] = counts[both, k + 1].sum() / base
    # what is left to come after each age, by product of the factors from there on
    to_come = np.append(np.cumprod(factors[::-1])[::-1], 1.0)
    last = seen.sum(axis=1) - 1
    ultimate = counts[np.arange(len(counts)), last] * to_come[last]
    return ChainLadder(factors, ultimate)


def triangle_of(
    vintage: npt.ArrayLike, age: npt.ArrayLike, bad_age: npt.ArrayLike, ages: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Cumulative bad accounts of each vintage at `ages` (rising), and accounts a vintage.

    Vintages in order of their labels; NaN at an age that its youngest account has not reached.
    """
    today, when = finite("age", age), vector("bad_age", bad_age)
    same_length(age=today, bad_age=when)
    steps = finite("ages", ages)
    labels, place = np.unique(np.asarray(vintage), return_inverse=True)
    if len(place) != len(today):
        raise BadInput(f"{len(place)} vintages and {len(today)} ages; give one of each an account.")
    counts = np.full((len(labels), len(steps)), np.nan)
    for i in range(len(labels)):
        of = place == i
        events = np.sort(when[of][~np.isnan(when[of])])
        reached = steps <= today[of].min()
        counts[i, reached] = np.searchsorted(events, steps[reached], side="right")
    return counts, np.bincount(place)
