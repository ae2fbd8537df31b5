"""Bust-out: a line is built up by good conduct, drawn to the limit, and left.

Mechanism: for 4 to 24 months everything is paid and more and more is drawn; then all of the line
goes in one month and nobody is to be found. Traces: in `accounts`, use that rises steadily with
spotless payment. Legitimate look-alike: honest heavy users whose needs grow. Label path:
collections, after the first missed payment.

Its denominator is accounts: the application is an honest one and shows nothing.
"""

import numpy as np

from data_generators.customers import PRODUCTS, Flags, Traits
from data_generators.partners import NEVER
from data_generators.scenarios import FraudMix
from data_generators.streams import Floats, Ints, Streams
from data_generators.typologies.contract import within_months

#: months of good conduct, from and to [W]
FIRST, LAST = 4, 24
#: by how much the wanted balance has grown when it happens, share, nothing hidden (assumed)
GROWTH = 2.0


class BustOut:
    """An account that turns."""

    name = "bust_out"
    denominator = "accounts"

    def who(self, traits: Traits, mix: FraudMix, streams: Streams) -> Flags:
        """Customers with a line who will, if they are given one."""
        line = traits.product != PRODUCTS.index("instalment")
        turning: Flags = line & (streams.uniform("bust_out") < mix.bust_out)
        return turning

    def stops(self, uniform: Floats) -> Ints:
        """After four to twenty-four months."""
        return within_months(uniform, 1.0, FIRST, LAST)

    def build_up(self, demand: Floats, who: Flags, stops: Ints, mix: FraudMix) -> None:
        """Let the wanted balance (months × n) of `who` grow until it happens, in place."""
        rows = np.flatnonzero(who & (stops < NEVER))
        for t in range(len(demand)):
            grown = np.minimum(t / stops[rows], 1.0)
            demand[t, rows] *= 1.0 + GROWTH * (1.0 - mix.camouflage) * grown
