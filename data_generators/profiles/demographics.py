"""Who the customer is: age, region, education, and how long at work; consistent within a person.

Nobody has worked for longer than since leaving school, and nobody has left a school that takes
longer than the person is old.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from data_generators.customers import Traits
from data_generators.households import as_positions
from data_generators.identifiers import owner
from data_generators.profiles.columns import Columns, months_within
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

#: by code, as in `draw_education`
EDUCATION = ("middle_school", "high_school", "college", "bachelor", "master")
#: age at which each is left behind, years
LEAVING_AGE = np.array([15.0, 18.0, 21.0, 22.0, 25.0])
#: upper edges of all but the last, standard score (assumed: 17, 25, 24, 27 and 7%)
_EDUCATION_EDGES = np.array([-0.95, -0.20, 0.40, 1.50])
#: regions (index in `identity.REGIONS`' order of codes) from the poorest to the richest: order of
#: disposable income per head, National Bureau of Statistics, 2020
_POOR_TO_RICH = (27, 25, 23, 24, 30, 28, 19, 15, 7, 3, 29, 6, 26, 22, 2, 16, 20, 13, 11, 17, 21,
                 4, 5, 14, 12, 18, 9, 1, 10, 0, 8)  # fmt: skip
#: rank correlation of a region's wealth with ability (assumed)
_REGION_ABILITY = 0.25
#: age at which one may own a business, and at which one may have an account, years
OWNER_AGE, ACCOUNT_AGE = 18.0, 16.0
#: mean months with an employer of an average customer, and of a business (assumed)
_JOB, _BUSINESS = 42.0, 54.0


def draw_age(scenario: Scenario, traits: Traits, streams: Streams) -> Floats:
    """Age in whole years; the older are the more able and the more willing."""
    p = scenario.population
    rest = np.sqrt(max(1 - p.age_ability**2 - p.age_willingness**2, 0.0))
    score = p.age_ability * traits.ability + p.age_willingness * traits.willingness
    rank = ndtr(score + rest * streams.normal("age"))
    age: Floats = np.floor(p.youngest + (p.oldest + 1 - p.youngest) * rank**p.age_power)
    return age


def draw_region(home: NDArray[np.int64], streams: Streams) -> NDArray[np.int64]:
    """Region of each customer, an index from 0 to 30; the able live in richer ones more often.

    `home` is the position in the block of the customer whose home it is: who shares an address
    lives in one region, which that customer's ability leans to.
    """
    from data_generators.identity.china import REGIONS

    order = np.array(_POOR_TO_RICH)
    residents = np.array([REGIONS[index][1] for index in _POOR_TO_RICH], dtype=float)
    edges = np.cumsum(residents)[:-1] / residents.sum()
    rest = np.sqrt(1 - _REGION_ABILITY**2)
    # The draw of `customers.draw_traits`, for customers who need not be in the world.
    whose = as_positions(streams, home)
    rank = ndtr(_REGION_ABILITY * whose.normal("ability") + rest * whose.normal("region"))
    region: NDArray[np.int64] = order[np.searchsorted(edges, rank, side="right")]
    return region


def draw_education(traits: Traits, age: Floats, streams: Streams) -> NDArray[np.int64]:
    """Highest education that is behind the customer, position in `EDUCATION`."""
    score = 0.5 * traits.ability - 0.012 * (age - 35.0) + 0.85 * streams.normal("education")
    reached = np.searchsorted(_EDUCATION_EDGES, score)
    possible = np.maximum(np.searchsorted(LEAVING_AGE, age, side="right") - 1, 0)
    return np.minimum(reached, possible)


def working_months(age: Floats, education: NDArray[np.int64]) -> Floats:
    """Months since school was left; no job is older.

    >>> working_months(np.array([19.0]), np.array([1])).tolist()
    [12.0]
    """
    months: Floats = 12.0 * np.maximum(age - LEAVING_AGE[education], 0.0)
    return months


def draw_employment(
    traits: Traits, age: Floats, education: NDArray[np.int64], streams: Streams
) -> Floats:
    """Months with the present employer, or in the own business."""
    u = streams.uniform("employment")
    stays = _JOB * np.exp(0.25 * traits.ability + 0.25 * traits.willingness)
    employed = months_within(u, stays, working_months(age, education))
    if not traits.business.any():
        return employed
    runs = _BUSINESS * np.exp(0.25 * traits.ability)
    own = months_within(u, runs, 12.0 * np.maximum(age - OWNER_AGE, 0.0))
    return np.where(traits.business, own, employed)


def demographic_codes(traits: Traits, seen: Columns, streams: Streams) -> Columns:
    """Kind, region and education as codes, one a customer."""
    age: Floats = seen["age"].astype(float)
    return {
        "kind": traits.business.astype(np.int64),
        "region": draw_region(owner(seen["address_id"], "address_id", streams), streams),
        "education": draw_education(traits, age, streams),
    }
