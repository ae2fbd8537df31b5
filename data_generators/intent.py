"""Who means to stop paying, and when: what frauds do to an account, whatever the bank decides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags, Traits
from data_generators.partners import NEVER
from data_generators.repayment import CENTS, Months
from data_generators.rows import Rowwise
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Ints, Streams
from data_generators.typologies import BUST_OUT, TYPOLOGIES
from data_generators.typologies.bust_out import BuildUp

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
    #: how the balance grows that those want, and honest ones who look like them
    build_up: BuildUp
    #: what a person who builds up trust can pay each month, if need be with money of others; cents
    means: Floats

    def steer(self, scenario: Scenario, months: Months) -> Months:
        """The months with those who build up trust paying until they stop; changed in place."""
        self.build_up.apply(months.demand, months.cash)
        rows = np.flatnonzero((self.stops > 0) & (self.stops < NEVER))
        for t in range(months.count):
            paying = rows[self.stops[rows] > t]
            months.cash[t, paying] = np.maximum(months.cash[t, paying], self.means[paying])
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
    build_up = BUST_OUT.build_up(traits, bust_out, stops, scenario.fraud, streams)
    return Intent(stops, bust_out, build_up, _means(traits, bust_out))


def _means(traits: Traits, bust_out: Flags) -> Floats:
    """Cash a month that is there whatever happens, cents.

    Who turns has as much to pay as others in good months and no more, or the payments would show
    it; a business's cash stays its own, because what it has decides what it draws.
    """
    income = np.rint(CENTS * traits.income)
    return np.where(bust_out, np.where(traits.business, -np.inf, income), _ENOUGH)
