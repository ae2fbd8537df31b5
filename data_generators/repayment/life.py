"""Life events: marriage, a child, illness, a move, a new job. When, and what they change."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Traits
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

#: kinds of life events, in the order of their codes
KINDS = ("marriage", "child", "illness", "move", "new_job")


@dataclass(frozen=True)
class LifeCourse:
    """The first event of each kind within the months, ordered by month; one entry an event."""

    scenario: Scenario
    #: position in `KINDS`
    kind: NDArray[np.int64]
    #: position of the customer
    who: NDArray[np.intp]
    #: month on book, from 0
    month: NDArray[np.int64]

    def apply(self, t: int, earned: Floats, living: Floats, income: Floats) -> None:
        """Change in place what month `t` leaves: `earned` of this month, costs and income on."""
        life = self.scenario.life
        first, last = np.searchsorted(self.month, [t, t + 1])
        for code in range(len(KINDS)) if last > first else ():
            who = self.who[first:last][self.kind[first:last] == code]
            if KINDS[code] == "marriage":
                income[who] *= life.marriage_income
            elif KINDS[code] == "child":
                living[who] += life.child_costs * income[who]
            elif KINDS[code] == "illness":
                earned[who] = life.illness_income * earned[who] - life.illness_costs * income[who]
            elif KINDS[code] == "move":
                earned[who] -= life.move_costs * income[who]
            else:
                income[who] *= life.new_job_income


def draw_life(scenario: Scenario, traits: Traits, streams: Streams, months: int) -> LifeCourse:
    """The first event of each kind that persons live through; businesses have none."""
    kinds, people, when = [], [], []
    for code, name in enumerate(KINDS):
        yearly = getattr(scenario.life, name)
        if yearly == 0:
            continue
        waiting = np.log1p(-streams.uniform(f"life_{name}")) / np.log1p(-min(yearly, 0.999)) * 12
        who = np.flatnonzero((waiting < months) & ~traits.business)
        kinds.append(np.full(len(who), code))
        people.append(who)
        when.append(np.floor(waiting[who]).astype(np.int64))
    if not kinds:
        none = np.zeros(0, dtype=np.int64)
        return LifeCourse(scenario, none, none, none)
    month = np.concatenate(when)
    order = np.argsort(month, kind="stable")
    return LifeCourse(
        scenario, np.concatenate(kinds)[order], np.concatenate(people)[order], month[order]
    )
