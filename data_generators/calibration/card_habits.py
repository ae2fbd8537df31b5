"""Habits of card holders (little use, payment in full, revolving) and what they put on the card."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from data_generators.calibration.card_parameters import CardBook
from data_generators.calibration.cardholders import Cardholders
from data_generators.streams import Floats, Streams

#: codes of the habits
LIGHT, FULL, REVOLVE = 0, 1, 2

Habit = NDArray[np.int8]

#: log of a refund, currency, and its spread: quantiles of credit balances (assumed)
_REFUND_LOG, _REFUND_SPREAD = 5.0, 2.0
#: share of late months without any purchase (assumed)
_BLOCKED = 0.5


@dataclass(frozen=True)
class Use:
    """How a card is used, one entry a holder; carried from month to month."""

    habit: Habit
    #: a light user's card is unused
    unused: NDArray[np.bool_]
    #: deviation of the wanted balance from the holder's own level, log points
    wish: Floats


@dataclass(frozen=True)
class Tastes:
    """What stays with a holder, one entry each."""

    #: log of a month's purchases when paid in full, currency
    purchases_log: Floats
    #: log of the wanted balance, currency
    wanted_log: Floats
    #: log factor on the chance to change habit
    restless: Floats
    #: how far the balance may go, currency
    ceiling: Floats
    #: how far beyond the minimum payments go, standard normal
    generous: Floats
    #: terms of the account: least minimum due or not, reduced minimum or not; uniform
    terms: Floats
    #: who stops buying on credit and pays down once the months seen begin
    still: NDArray[np.bool_]


def draw_tastes(book: CardBook, holders: Cardholders, streams: Streams) -> Tastes:
    """Levels that belong to the holder."""
    s = book.spending
    purchases = s.full_log + s.full_limit * (np.log(holders.good_for) - 12.0)
    wanted = s.wanted_log + s.wanted_impatience * holders.impatience
    wanted += s.wanted_ability * holders.ability
    frailty = book.habits.frailty
    return Tastes(
        purchases_log=purchases + s.full_between * streams.normal("purchases"),
        wanted_log=wanted + s.wanted_spread * streams.normal("wanted"),
        restless=frailty * streams.normal("restless") - frailty**2 / 2,
        ceiling=holders.limit * (1.0 + s.tolerance * streams.normal("ceiling")),
        generous=streams.normal("generous"),
        terms=streams.uniform("terms"),
        still=streams.uniform("still") < s.still,
    )


def first_use(book: CardBook, holders: Cardholders, streams: Streams) -> Use:
    """Habits at the start: the prudent use the card little or pay in full."""
    h, s = book.habits, book.spending
    prudence = -h.prudence * holders.impatience
    prudence += np.sqrt(1 - h.prudence**2) * streams.normal("prudence")
    convenience = ndtr(prudence) > 1.0 - h.light - h.full
    light = streams.uniform("first_light") < h.light / (h.light + h.full)
    habit = np.where(convenience, np.where(light, LIGHT, FULL), REVOLVE).astype(np.int8)
    spread = s.wish_noise / np.sqrt(1 - s.wish_persistence**2)
    return Use(
        habit=habit,
        unused=streams.uniform("first_unused") < s.unused_first,
        wish=spread * streams.normal("first_wish"),
    )


def next_use(
    book: CardBook,
    tastes: Tastes,
    use: Use,
    burden: Floats,
    streams: Streams,
    month: int,
    *,
    fixed: bool,
) -> Use:
    """Use of the card a month on; `fixed` keeps the habits.

    `burden` is the balance carried, share of what the holder is good for. Who starts to
    revolve starts from a month's purchases.
    """
    s = book.spending
    habit = use.habit if fixed else _next_habit(book, tastes, use, burden, streams, month)
    chance = streams.uniform("unused", month)
    unused = chance < np.where(use.unused, s.unused_stays, s.unused_starts)
    noise = streams.normal("wish", month)
    large = streams.uniform("large_wish", month) < s.large_share
    wish = s.wish_persistence * use.wish
    # large purchases only raise what is wanted
    wish += s.wish_noise * np.where(large, s.large_times * np.abs(noise), noise)
    starts = (habit == REVOLVE) & (use.habit != REVOLVE)
    from_purchases = np.minimum(tastes.purchases_log - tastes.wanted_log + np.abs(noise), 0.5)
    return Use(habit, unused, np.where(starts, from_purchases, wish))


def _next_habit(
    book: CardBook, tastes: Tastes, use: Use, burden: Floats, streams: Streams, month: int
) -> Habit:
    """Light use, payment in full and revolving follow each other by chance."""
    h = book.habits
    restless, u = np.exp(tastes.restless), streams.uniform("habit", month)
    used = np.sqrt(np.clip(burden, 0.0, 1.0))
    pays_off = h.revolve_to_full * np.exp(-h.revolve_to_full_utilisation * used) * restless
    up, down = h.light_to_full * restless, h.full_to_light * restless
    from_light = np.where(u < up, FULL, np.where(u < up + h.light_to_revolve, REVOLVE, LIGHT))
    revolves = down + h.full_to_revolve * restless
    from_full = np.where(u < down, LIGHT, np.where(u < revolves, REVOLVE, FULL))
    from_revolve = np.where(u < pays_off, FULL, REVOLVE)
    was_light, was_full = use.habit == LIGHT, use.habit == FULL
    habit = np.select([was_light, was_full], [from_light, from_full], from_revolve)
    return habit.astype(np.int8)


def purchases(
    book: CardBook,
    holders: Cardholders,
    tastes: Tastes,
    use: Use,
    carried: Floats,
    blocked: NDArray[np.bool_],
    growth: Floats,
    streams: Streams,
    month: int,
) -> Floats:
    """Purchases less refunds of a month, whole currency; no further than the bank lets through.

    `carried` is what the last statement left, with interest; nobody draws on a card that is
    `blocked`; `growth` is the log growth of the
    wanted balance so far.
    """
    nothing = streams.uniform("no_purchases", month)
    on_credit = _on_credit(
        book, holders, tastes, use, carried, blocked, growth, nothing, streams, month
    )
    in_full = _paid_in_full(book, tastes, use, nothing, streams, month)
    spent = np.where(use.habit == REVOLVE, on_credit, in_full)
    return np.rint(np.minimum(spent, np.maximum(tastes.ceiling - carried, 0.0)))


def _paid_in_full(
    book: CardBook, tastes: Tastes, use: Use, nothing: Floats, streams: Streams, month: int
) -> Floats:
    """Purchases of those who do not revolve; a refund, at times, where there are none."""
    s = book.spending
    bought = np.exp(tastes.purchases_log + s.full_within * streams.normal("bought", month))
    none = np.where(use.habit == LIGHT, use.unused, nothing < s.full_none)
    refund = -np.exp(_REFUND_LOG + _REFUND_SPREAD * streams.normal("refund", month))
    refunded = np.where(streams.uniform("refunds", month) < s.refund, refund, 0.0)
    return np.where(none, refunded, bought + s.standing)


def _on_credit(
    book: CardBook,
    holders: Cardholders,
    tastes: Tastes,
    use: Use,
    carried: Floats,
    blocked: NDArray[np.bool_],
    growth: Floats,
    nothing: Floats,
    streams: Streams,
    month: int,
) -> Floats:
    """Draws towards the wanted balance [W: L (1 − e^(−D/L))], and small purchases."""
    s, limit = book.spending, holders.limit
    wanted = limit * -np.expm1(-np.exp(tastes.wanted_log + use.wish + growth) / limit)
    eager = streams.uniform("draw", month)
    speed = np.where(eager < s.draws_fully, 1.0, (eager - s.draws_fully) ** 2)
    routine = s.routine_log + s.routine_spread * streams.normal("routine", month)
    small = holders.good_for * np.exp(routine)
    drawn = np.maximum(wanted - carried, 0.0) * speed + small * (nothing > s.routine_none)
    # a late account's card is blocked, another's put away, but for standing charges
    return np.where(blocked, small * (nothing > _BLOCKED), drawn)
