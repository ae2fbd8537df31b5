"""What a line that stays open lets a customer draw; both kinds of it."""

import numpy as np

from data_generators.repayment.products.contract import Terms
from data_generators.streams import Floats


def drawn_on_line(terms: Terms, t: int, wish: Floats, room: Floats) -> Floats:
    """Whole cents drawn in month `t`: what is wished for, from nothing to all the room there is.

    Who has stopped to pay takes all of it. `wish` and `room` in cents; `wish` is written over.
    """
    gone = terms.stopped(t)
    wish[..., gone] = room[..., gone]
    np.minimum(wish, room, out=wish)
    np.maximum(wish, 0.0, out=wish)
    drawn: Floats = np.rint(wish, out=wish)
    return drawn
