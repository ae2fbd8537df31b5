"""Default rates while labels are still coming in: as known, and corrected by how they mature."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.grades import jeffreys_interval
from sandbox.validation.inputs import Vector, finite, probabilities, vector
from sandbox.validation.maturity import chain_ladder, kaplan_meier, triangle_of

#: bad labels of complete vintages from which on younger ones are developed
FIRST_LABELS = 30


@dataclass(frozen=True)
class LateLabels:
    """How late the labels of bad accounts come, by accounts followed through the window."""

    #: share of the bad labels of a whole window that come after half of it
    after_half: float
    #: share of all accounts that are younger than the window
    immature: float
    #: bad labels of accounts followed through the window, on which `after_half` rests
    events: int


def late_labels(age: npt.ArrayLike, bad_age: npt.ArrayLike, window: float) -> LateLabels:
    """Share of late labels and of immature accounts; arguments as in `kaplan_meier`.

    >>> late_labels([12, 12, 3], [2, 11, float("nan")], window=12).after_half
    0.5
    """
    today, when = checked(age, bad_age, window)
    mature = today >= window
    came = when[mature & (when <= window)]
    share = float((came > window / 2).mean()) if len(came) else float("nan")
    return LateLabels(share, float((~mature).mean()), len(came))


def rate_by_age(
    age: npt.ArrayLike, bad_age: npt.ArrayLike, window: float, groups: int = 12
) -> pd.DataFrame:
    """The default rate known today, by how old accounts are.

    Columns: `from_age`, `to_age` (months, upper end excluded; the last group has all that are
    older than the window), `n`, `bad` (known within the window), `rate`, `low`, `high` (95%
    Jeffreys). Where labels are late, the rate rises with age until the window is over.
    """
    today, when = checked(age, bad_age, window)
    edges = np.linspace(0, window, groups + 1)
    place = np.minimum(np.searchsorted(edges, today, side="right") - 1, groups)
    bad = when <= window
    n = np.bincount(place, minlength=groups + 1)
    events = np.bincount(place, weights=bad, minlength=groups + 1)
    low, high = jeffreys_interval(events, n)
    table = pd.DataFrame(
        {
            "from_age": edges,
            "to_age": np.append(edges[1:], np.inf),
            "n": n,
            "bad": events.astype(int),
            "rate": events / np.where(n > 0, n, np.nan),
            "low": low,
            "high": high,
        }
    )
    return table[table["n"] > 0].reset_index(drop=True)


def corrected_rates(
    age: npt.ArrayLike,
    bad_age: npt.ArrayLike,
    window: float,
    *,
    vintage: npt.ArrayLike | None = None,
    true_rate: float | None = None,
) -> pd.DataFrame:
    """The default rate over `window` months by each method, a row each.

    - `as known`: bad labels so far over all accounts, the young ones counting as good
    - `mature only`: accounts that were followed through the window
    - `Kaplan-Meier`: each account counts until its age
    - `chain ladder`: each vintage developed by the factors of older ones, from the age at
      which complete vintages have 30 bad labels (with `vintage` only; NaN where none is complete)

    Columns: `method`, `n` (accounts used), `rate`, `low`, `high` (95%; NaN for the chain ladder);
    with `true_rate` (that of all n accounts once the window is over) also `truth`, `bias` (rate
    less truth) and `covered` (missing
    without an interval).
    """
    today, when = checked(age, bad_age, window)
    bad, mature = when <= window, today >= window
    rows = [
        ("as known", len(today), *_share(bad)),
        ("mature only", int(mature.sum()), *_share(bad[mature])),
    ]
    curve = kaplan_meier(np.minimum(today, window), np.where(bad, when, np.nan))
    reached = float(today.max()) >= window
    last = curve.iloc[-1] if len(curve) and reached else None
    figures = (
        (float(last["cumulative"]), float(last["low"]), float(last["high"]))
        if last is not None
        else ((0.0, 0.0, np.nan) if reached else (np.nan,) * 3)
    )
    rows.append(("Kaplan-Meier", len(today), *figures))
    if vintage is not None:
        rate, used = _laddered(vintage, today, np.where(bad, when, np.nan), window)
        rows.append(("chain ladder", used, rate, np.nan, np.nan))
    table = pd.DataFrame(rows, columns=["method", "n", "rate", "low", "high"])
    if true_rate is None:
        return table
    truth = float(probabilities("true_rate", [true_rate])[0])
    known = table["low"].notna() & table["high"].notna()
    inside = (table["low"] <= truth) & (truth <= table["high"])
    covered = inside.astype("boolean").where(known)
    return table.assign(truth=truth, bias=table["rate"] - truth, covered=covered)


def _share(bad: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    if not len(bad):
        return (np.nan,) * 3
    low, high = jeffreys_interval(bad.sum(), len(bad))
    return float(bad.mean()), float(low), float(high)


def _laddered(
    vintage: npt.ArrayLike,
    age: Vector,
    bad_age: Vector,
    window: float,
) -> tuple[float, int]:
    steps = np.unique(np.append(np.arange(1.0, window), window))
    counts, sizes = triangle_of(vintage, age, bad_age, steps)
    there = ~np.isnan(counts)
    if not there[:, -1].any():
        return float("nan"), 0
    # a younger start would rest the largest factors on a handful of labels
    begun = np.nansum(counts[there[:, -1]], axis=0)
    start = int(np.argmax(begun >= min(FIRST_LABELS, begun[-1])))
    kept = there[:, start]
    if begun[-1] == 0:
        return 0.0, int(sizes[kept].sum())
    found = chain_ladder(counts[kept][:, start:])
    used = int(sizes[kept].sum())
    return float(found.ultimate.sum() / used), used


def checked(age: npt.ArrayLike, bad_age: npt.ArrayLike, window: float) -> tuple[Vector, Vector]:
    """Ages today and ages of defaults (NaN: none known) of n accounts; BadInput otherwise."""
    today, when = finite("age", age), vector("bad_age", bad_age)
    if len(today) != len(when) or not len(today):
        raise BadInput(
            f"{len(today)} ages and {len(when)} of defaults; give one of each an account."
        )
    if not window > 0:
        raise BadInput(f"The window is {window:g} months; it must be above 0.")
    wrong = (today < 0) | (when < 0) | (when > today)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise BadInput(
            f"Row {row}: an account of age {today[row]:g} went bad at {when[row]:g}; give "
            "0 ≤ bad_age ≤ age, or NaN where nothing is known."
        )
    return today, when
