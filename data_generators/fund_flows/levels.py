"""Distributions as tables: a level of a uniform, a few bits of one draw, looked up."""

from functools import lru_cache
from statistics import NormalDist

import numpy as np

from data_generators.streams import Floats

#: levels of the fields that 64 random bits are cut into: which day, when on it, how much, to
#: whom, how
DAYS, HOURS, SIZES, FACES, WORDS = 1 << 13, 1 << 16, 1 << 15, 1 << 13, 1 << 7


@lru_cache(maxsize=16)
def normal_levels(levels: int = SIZES) -> Floats:
    """The middle of each of so many equal shares of a standard normal variable."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((level + 0.5) / levels) for level in range(levels)])


@lru_cache(maxsize=32)
def lognormal_levels(spread: float, levels: int = SIZES) -> Floats:
    """The same of a lognormal one with mean 1."""
    scale = np.exp(spread * normal_levels(levels))
    levels_of: Floats = scale / scale.mean()
    return levels_of


@lru_cache(maxsize=8)
def exponential_levels(levels: int = SIZES) -> Floats:
    """The same of an exponential one with mean 1."""
    return -np.log1p(-(np.arange(levels) + 0.5) / levels)
