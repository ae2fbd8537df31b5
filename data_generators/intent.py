"""Who means to stop paying, and when: what frauds do to an account, whatever the bank decides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags, Traits
from data_generators.partners import NEVER
from data_generators.repayment import Months
from data_generators.rows import Rowwise
from data_generators.scenarios import Scenario
from data_generators.streams import Ints, Streams
from data_generators.typologies import BUST_OUT, TYPOLOGIES

#: cents that are enough for any due, in the months in which a fraud pays
_ENOUGH = 1e13
#: log-odds at which nobody refuses, and a uniform at which no cash event happens
_WILLING, _NO_EVENT = 1e3, 1.0


@dataclass(frozen=True)
class Intent(Rowwise):
    """Truth about some customers, one entry each; traits, so alike in every replica."""

    #: month on book, from 0, from which nothing is paid and a line is drawn; `NEVER` if honest
    stops: Ints
    #: an honest application whose account will turn
    bust_out: Flags

    def steer(self, scenario: Scenario, months: Months) -> Months:
        """The months with those who build up trust paying until they stop; changed in place."""
        rows = np.flatnonzero((self.stops > 0) & (self.stops < NEVER))
        BUST_OUT.build_up(months.demand, self.bust_out, self.stops, scenario.fraud)
        for t in range(months.count):
            paying = rows[self.stops[rows] > t]
            months.cash[t, paying] = _ENOUGH
            months.reluctance[t, paying] = _WILLING
            months.chance[t, paying] = _NO_EVENT
        return months


def draw_intent(
    scenario: Scenario, traits: Traits, typology: NDArray[np.int8], streams: Streams
) -> Intent:
    """Of the customers meant, by typology of the application (0 honest, else 1 + position)."""
    uniform = streams.uniform("fraud_stops")
    stops = np.full(streams.size, NEVER, dtype=np.int64)
    for code, each in enumerate(TYPOLOGIES, start=1):
        rows = np.flatnonzero(typology == code)
        stops[rows] = each.stops(uniform[rows])
    bust_out = (typology == 0) & BUST_OUT.who(traits, scenario.fraud, streams)
    stops[bust_out] = BUST_OUT.stops(uniform[bust_out])
    return Intent(stops, bust_out)
