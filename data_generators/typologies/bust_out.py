"""Bust-out: a line is built up by good conduct, drawn to the limit, and left.

Mechanism: for 4 to 24 months everything is paid, with money of others where the own does not do,
and many draw more and more; then all of the line goes in one month and nobody is to be found.
Traces: in `accounts`, use that rises steadily with spotless payment; some hide it and use the
line as they always did. Legitimate look-alike: customers who pay all their life, and honest ones
whose needs grow as much, three for each of those who turn. Label path: collections, after the
first missed payment.

Its denominator is accounts: the application is an honest one and shows nothing.
"""

from dataclasses import dataclass

import numpy as np

from data_generators.customers import PRODUCTS, Flags, Traits
from data_generators.partners import NEVER
from data_generators.repayment import CENTS
from data_generators.rows import Rowwise
from data_generators.scenarios import FraudMix
from data_generators.streams import Floats, Ints, Streams
from data_generators.typologies.contract import within_months

#: months of good conduct, from and to [W]
FIRST, LAST = 4, 24
#: by how much the wanted balance has grown when it happens, share of the first, nothing hidden:
#: from none to twice this, as much as each dares (assumed)
GROWTH = 2.0
#: what a business takes out of its till a month for each doubling, share of its owner's income
#: (assumed): to other pockets, or into stock and equipment where it is honest
TAKEN = 1.0
#: honest customers whose needs grow as much, share of those with a line (assumed: three times as
#: many as turn, see `FraudMix.bust_out`)
LOOK_ALIKES = 0.012


@dataclass(frozen=True)
class BuildUp(Rowwise):
    """How the balance grows that some customers want, one entry each."""

    #: by how much it has grown in the end, share of the first; 0 where it does not
    growth: Floats
    #: months on book until it has; `NEVER` where it does not
    until: Ints
    #: what is taken out of a business's till a month in the end, cents; 0 for persons
    taken: Floats

    def apply(self, demand: Floats, cash: Floats) -> None:
        """Let the wanted balance (months × n) grow and the till run down, in place."""
        rows = np.flatnonzero(self.growth > 0)
        for t in range(len(demand)):
            grown = np.minimum(t / self.until[rows], 1.0)
            demand[t, rows] *= 1.0 + self.growth[rows] * grown
            cash[t, rows] -= np.rint(self.taken[rows] * grown)


class BustOut:
    """An account that turns."""

    name = "bust_out"
    denominator = "accounts"

    def who(self, traits: Traits, mix: FraudMix, streams: Streams) -> Flags:
        """Customers with a line who will, if they are given one."""
        turning: Flags = _has_line(traits) & (streams.uniform("bust_out") < mix.bust_out)
        return turning

    def stops(self, uniform: Floats) -> Ints:
        """After four to twenty-four months."""
        return within_months(uniform, 1.0, FIRST, LAST)

    def build_up(
        self, traits: Traits, turning: Flags, stops: Ints, mix: FraudMix, streams: Streams
    ) -> BuildUp:
        """Growth of those who turn, where it is not hidden, and of honest ones like them."""
        alike = _has_line(traits) & (streams.uniform("bust_out_alike") < LOOK_ALIKES)
        shown = streams.uniform("bust_out_shown") >= mix.camouflage
        until = np.where(turning, stops, self.stops(streams.uniform("bust_out_alike_months")))
        growing = np.where(turning, shown, alike)
        most = 2.0 * GROWTH * (1.0 - mix.camouflage)
        growth = np.where(growing, most * streams.uniform("bust_out_growth"), 0.0)
        # A business with money in the till hardly draws: it grows into the line by taking it out.
        taken = np.where(traits.business, CENTS * TAKEN * growth * traits.income, 0.0)
        return BuildUp(growth, np.where(growing, until, NEVER), taken)


def _has_line(traits: Traits) -> Flags:
    line: Flags = traits.product != PRODUCTS.index("instalment")
    return line
