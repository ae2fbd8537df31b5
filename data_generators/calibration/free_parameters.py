"""Which parameters the fit moves, and the scale on which it does.

A share moves on the logit scale, a positive number on the log scale, others as they are; so no
step of the fit can leave the range of a parameter.
"""

from typing import TYPE_CHECKING

import numpy as np

from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.calibration.card_parameters import CardBook

SHARE, POSITIVE, FREE = "share", "positive", "free"

#: parameter, as "part.field", to its scale
MOVED: dict[str, str] = {
    "limit.signal": SHARE,
    "limit.cut_share": SHARE,
    "limit.youth": POSITIVE,
    "limit.elder": POSITIVE,
    "limit.impatience": POSITIVE,
    "people.age_ability": FREE,
    "habits.light": SHARE,
    "habits.full": SHARE,
    "habits.prudence": SHARE,
    "habits.light_to_full": SHARE,
    "habits.light_to_revolve": SHARE,
    "habits.full_to_light": SHARE,
    "habits.full_to_revolve": SHARE,
    "habits.revolve_to_full": SHARE,
    "habits.revolve_to_full_utilisation": POSITIVE,
    "habits.frailty": POSITIVE,
    "spending.full_log": FREE,
    "spending.full_limit": FREE,
    "spending.full_between": POSITIVE,
    "spending.full_within": POSITIVE,
    "spending.full_none": SHARE,
    "spending.standing": POSITIVE,
    "spending.unused_stays": SHARE,
    "spending.unused_starts": SHARE,
    "spending.unused_first": SHARE,
    "spending.refund": SHARE,
    "spending.wanted_log": FREE,
    "spending.wanted_impatience": FREE,
    "spending.wanted_ability": FREE,
    "spending.wanted_spread": POSITIVE,
    "spending.wanted_growth": FREE,
    "spending.growth_impatience": FREE,
    "spending.wish_persistence": SHARE,
    "spending.wish_noise": POSITIVE,
    "spending.large_share": SHARE,
    "spending.large_times": POSITIVE,
    "spending.draws_fully": SHARE,
    "spending.still": SHARE,
    "spending.routine_log": FREE,
    "spending.routine_spread": POSITIVE,
    "spending.routine_none": SHARE,
    "spending.tolerance": POSITIVE,
    "payments.minimum_share": SHARE,
    "payments.minimum_share_early": SHARE,
    "payments.reduced_terms": SHARE,
    "payments.cash_log": FREE,
    "payments.cash_ability": FREE,
    "payments.cash_spread": POSITIVE,
    "payments.waived_below": POSITIVE,
    "payments.excess": POSITIVE,
    "payments.excess_between": POSITIVE,
    "payments.large_part": SHARE,
    "payments.large_between": POSITIVE,
    "arrears.miss_light": FREE,
    "arrears.miss_full": FREE,
    "arrears.miss_revolve": FREE,
    "arrears.miss_willingness": FREE,
    "arrears.miss_ability": FREE,
    "arrears.miss_late": FREE,
    "arrears.miss_high": FREE,
    "arrears.miss_between": POSITIVE,
    "arrears.partial": SHARE,
    "arrears.cure": FREE,
    "arrears.cure_willingness": FREE,
    "arrears.escalates": SHARE,
    "reporting.no_bill_light": SHARE,
    "reporting.no_bill_full": SHARE,
    "reporting.late_as_one": SHARE,
    "next_month.intercept": FREE,
    "next_month.willingness": FREE,
    "next_month.ability": FREE,
    "next_month.careless": FREE,
    "next_month.full": FREE,
    "next_month.late": FREE,
    "next_month.very_late": FREE,
    "next_month.newly_late": FREE,
    "next_month.high": FREE,
    "next_month.no_bill": FREE,
}


def to_free(book: "CardBook") -> Floats:
    """The moved parameters on their scales, in the order of MOVED."""
    values = []
    for name, scale in MOVED.items():
        v = float(book.value(name))
        inside = min(max(v, 1e-4), 1 - 1e-4)
        on_scale = {SHARE: np.log(inside / (1 - inside)), POSITIVE: np.log(max(v, 1e-6)), FREE: v}
        values.append(on_scale[scale])
    return np.array(values, dtype=float)


def from_free(book: "CardBook", x: Floats) -> "CardBook":
    """A copy of `book` whose moved parameters are those of `x`."""
    values = {}
    for (name, scale), v in zip(MOVED.items(), x, strict=True):
        v = float(np.clip(v, -60, 60)) if scale != FREE else float(v)
        values[name] = {SHARE: 1 / (1 + np.exp(-v)), POSITIVE: np.exp(v), FREE: v}[scale]
    return book.with_values({name: float(v) for name, v in values.items()})
