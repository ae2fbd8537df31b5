"""What the sources have in common: columns, gaps, money, and times cut to a working life."""

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

Columns = dict[str, NDArray[np.generic]]


def silent(scenario: Scenario, source: str, streams: Streams) -> Flags:
    """Customers about whom a source failed to answer in time."""
    return streams.uniform(f"{source}_outage") < scenario.coverage.outage


def unless(gap: Flags, values: NDArray[np.generic] | Floats) -> Floats:
    """The values as float64, NaN in the gaps: what is not known is not zero.

    >>> unless(np.array([False, True]), np.array([3, 4])).tolist()
    [3.0, nan]
    """
    return np.where(gap, np.nan, values)


def money(amount: Floats) -> Floats:
    """RMB to the cent."""
    return np.round(amount, 2)


def months_within(uniform: Floats, mean: Floats | float, most: Floats) -> Floats:
    """Whole months, exponential with this mean (months) but never more than `most`.

    Cut by the inverse CDF, so that nobody piles up at the end of what is possible.

    >>> months_within(np.array([0.0, 0.999]), 48.0, np.array([24.0, 24.0])).tolist()
    [0.0, 23.0]
    """
    reach = -np.expm1(-most / mean)
    months: Floats = np.floor(-mean * np.log1p(-uniform * reach))
    return np.clip(months, 0.0, most)


def count_within(uniform: Floats, mean: Floats | float, most: int) -> Floats:
    """Geometric counts with this mean, at most `most`, by inverse CDF: more spread than Poisson.

    >>> count_within(np.array([0.2, 0.6, 0.999999]), 1.0, 12).tolist()
    [0.0, 1.0, 12.0]
    """
    with np.errstate(divide="ignore"):
        step = np.log1p(1.0 / np.asarray(mean))
    counts: Floats = np.floor(-np.log1p(-uniform) / step)
    return np.minimum(counts, most)


def split(total: Floats, weights: list[Floats], offset: Floats | float = 0.5) -> list[Floats]:
    """Whole counts in proportion to `weights` that add up to `total`, one list entry a weight.

    With a uniform `offset`, each expected count is in proportion exactly (systematic sampling).

    >>> [c.tolist() for c in split(np.array([5.0]), [np.array([3.0]), np.array([1.0])])]
    [[4.0], [1.0]]
    """
    each = total / sum(weights)
    reached, counted = np.zeros_like(total), np.zeros_like(total)
    counts = []
    for weight in weights[:-1]:
        reached = reached + weight
        edge = np.minimum(np.floor(reached * each + offset), total)
        counts.append(edge - counted)
        counted = edge
    return [*counts, total - counted]
