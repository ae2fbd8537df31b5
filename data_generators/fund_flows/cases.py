"""Cases of fraud in transfers, and honest patterns that look like them, for a whole block.

They are set among all customers of the block, so that a world's size has no say.
"""

from dataclasses import replace

import numpy as np

from data_generators.fund_flows.calendar import calendar_months
from data_generators.fund_flows.loans import Told
from data_generators.fund_flows.movements import Movements
from data_generators.fund_flows.people import People
from data_generators.identifiers import opaque
from data_generators.scenarios.flows import Flows
from data_generators.streams import BLOCK, Ints

#: months of a year, and room for its cases of one typology
YEAR, A_YEAR = 12, 1 << 20
#: transfers a month of a person besides those with a rate of their own: salary, debt, rent, ...
_OTHERS, _OF_FIRMS = 2.3, 6.0


def expected_a_month(flows: Flows, business_share: float) -> float:
    """Transfers that a customer has in a month, roughly."""
    shops = flows.spending * (1 + flows.burst + flows.burst**2 + flows.refunds)
    person = shops + flows.withdrawals + flows.deposits + flows.bills
    person += _OTHERS + flows.renters - 0.35
    person += 1.5 * flows.to_people
    firm = flows.sales + flows.suppliers + 2.0 * flows.firms_to_people + _OF_FIRMS
    return (1 - business_share) * person + business_share * firm


def cases(people: People, months: int) -> Told:
    """Cases and look-alikes of a block that begin in the first `months`, year by year.

    Each year has cases of its own, which end with it, so that fewer months are the beginning of
    more. Those beyond the world's end are among them.
    """
    every = calendar_months(people.scenario.start, -(-months // YEAR) * YEAR)
    parts = []
    for year, first in enumerate(range(0, len(every), YEAR)):
        start, stop = every[first].first, every[first + YEAR - 1].stop
        parts += _cases_of_year(people, year, float(start), float(stop))
    return Told.together(parts)


def _cases_of_year(people: People, year: int, start: float, stop: float) -> list[Told]:
    from data_generators.typologies.transfers import TRANSFERS

    fraud = people.scenario.transfer_fraud
    # A year's noise is keyed like another replica's: no year follows another.
    streams = replace(people.streams, replica=year)
    stage = people.stage(start, stop)
    share = float(people.traits.business.mean())
    expected = BLOCK * YEAR * expected_a_month(people.flows, share)
    parts = []
    for typology in TRANSFERS:
        wanted = fraud.rate * expected * getattr(fraud, typology.name)
        count = round(wanted / typology.transfers_a_case)
        likes = round(fraud.look_alikes * wanted / typology.transfers_a_case)
        for sort, moved in (
            (0, typology.cases(stage, count, streams)),
            (1, typology.look_alikes(stage, likes, streams)),
        ):
            numbered = moved.replace(case=np.where(moved.case >= 0, moved.case + year * A_YEAR, -1))
            parts.append(Told(numbered, _ids(people, 2 * typology.code + sort, year, moved)))
    return parts


def _ids(people: People, sort: int, year: int, moved: Movements) -> Ints:
    number = np.arange(len(moved), dtype=np.int64)
    plain = (((np.int64(sort) << 18) | people.streams.block.index) << 38) | (year << 32) | number
    return opaque(plain, f"{people.streams.seed}/case_transfer")
