"""What the bank writes down: status codes, and the default of the month after.

The structural status of a statement is known once it has been answered. The table of Yeh (2009)
shows it for all months but the newest, whose code follows other rules (measured on the data):
an account without a bill gets 1 instead of −2 or −1 in most cases, an account that was late
gets 1 where it would get 0, and continued arrears are in part reported as 1.
"""

import numpy as np

from data_generators.calibration.card_habits import FULL, LIGHT, REVOLVE
from data_generators.calibration.card_parameters import CardBook
from data_generators.calibration.cardholders import Cardholders
from data_generators.calibration.panel import Ints
from data_generators.customers import sigmoid
from data_generators.streams import Floats, Streams


def structural(bill: Floats, paid: Floats, late: Floats, habit: Floats) -> Ints:
    """Status of all months but the last: −2, −1, 0, or one more than the months late.

    Without a bill, what the card is used for next decides between −2, −1 and 0.
    """
    following = np.where(bill[1:] > 0, habit[1:], LIGHT)
    decisive = np.where(bill[:-1] > 0, habit[:-1], following)
    # a balance so small that the minimum is all of it
    decisive = np.where(
        (bill[:-1] > 0) & (paid[:-1] >= bill[:-1]) & (habit[:-1] == REVOLVE), FULL, decisive
    )
    on_time = np.select([decisive == LIGHT, decisive == FULL], [-2, -1], 0)
    return np.where(late[:-1] > 0, late[:-1] + 1, on_time).astype(np.int64)


def reported(book: CardBook, status: Ints, bill: Floats, paid: Floats, streams: Streams) -> Ints:
    """Code of the newest status, from the structural statuses, months × n, oldest first."""
    r, chance = book.reporting, streams.uniform("reported")
    newest, before, bill_now, bill_before = status[-1], status[-2], bill[-1], bill[-2]
    light = np.where((bill_now <= 0) & (bill_before <= 0) & (chance < r.no_bill_light), 1, -2)
    full = np.where(bill_now <= 0, np.where(chance < r.no_bill_full, 1, -2), newest)
    as_one = (newest == 0) | ((newest == 2) & (chance < r.late_as_one * (1 + (paid[-2] == 0))))
    was_late = np.where(as_one, 1, np.where(newest == -2, -1, newest))
    coded = np.select([before == -2, before == -1, before >= 2], [light, full, was_late], newest)
    return np.where((before == 0) & (newest == -2), 0, coded).astype(np.int64)


def default_chance(book: CardBook, holders: Cardholders, status: Ints, bill: Floats) -> Floats:
    """Probability of default in the month after the newest of the statements.

    `status` are structural statuses, months × n, `bill` is the newest statement.
    """
    odds = np.zeros(bill.size)
    for weight, driver in zip(_weights(book), _drivers(holders, status, bill), strict=True):
        odds += weight * driver
    return sigmoid(odds)


def _weights(book: CardBook) -> tuple[float, ...]:
    m = book.next_month
    return (
        m.intercept, m.willingness, m.ability, m.careless, m.late, m.very_late, m.newly_late,
        m.high, m.no_bill, m.full,
    )  # fmt: skip


def _drivers(holders: Cardholders, status: Ints, bill: Floats) -> list[Floats]:
    """Drivers of the next month's log-odds in the order of the weights."""
    newest = status[-1]
    late = newest >= 2
    return [
        np.ones(bill.size),
        holders.willingness,
        holders.ability,
        holders.careless,
        late.astype(float),
        (newest >= 3).astype(float),
        (late & (status[-2] <= 0)).astype(float),
        (bill > 0.8 * holders.good_for).astype(float),
        (bill <= 0).astype(float),
        (newest == -1).astype(float),
    ]
