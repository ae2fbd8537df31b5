"""Log-odds of not wanting to pay: the one place where its terms are written.

The ledger lets a customer refuse when the month's mood, a uniform, lies under the probability
that these terms add up to; `contributions` shows them one by one.
"""

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags, Traits
from data_generators.partners import Partners
from data_generators.scenarios import Repayment, Scenario
from data_generators.streams import Floats


def inclination(
    scenario: Scenario, traits: Traits, partners: Partners
) -> tuple[float, Floats, Floats]:
    """Terms that customers bring with them: intercept, willingness, poor service (log-odds).

    Service counts for instalment loans only, whose term it is a part of.
    """
    r = scenario.repayment
    poor = 1.0 - partners.quality[traits.partner]
    years = np.where(traits.product == 0, traits.tenor / 12.0, 0.0)
    return (
        r.unwilling_intercept,
        r.unwilling_willingness * traits.willingness,
        r.unwilling_service * poor * years,
    )


def pressure(
    r: Repayment, months_late: NDArray[np.int8], burdened: Flags, promised: Flags
) -> tuple[Floats, Floats, Floats]:
    """Terms that the state of an account adds: lateness, burden, a fresh promise (log-odds).

    `months_late` at the start of the month; `burdened`: the balance is above three months'
    income; `promised`: there was a promise to pay this month.
    """
    lateness: Floats = np.minimum(months_late, 3) * r.unwilling_late
    burden: Floats = np.multiply(burdened, r.unwilling_burden, dtype=float)
    promise: Floats = np.multiply(promised, -r.promise_relief, dtype=float)
    return lateness, burden, promise
