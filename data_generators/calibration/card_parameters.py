"""Every structural parameter of a book of credit cards, with unit, meaning and source.

A `CardBook` is what calibration fits: `fit` moves these numbers to a bank's own table, and
`card_accounts` lives through the months they describe. The values here are round starting
points of the fit, set by hand. [W] marks the structural model's own numbers; (fitted) those that
the fit moves, `free_parameters.MOVED`; (measured) those that are read off the table once, before
the fit, `first_guesses.measured`; (assumed) those that no table moves.
"""

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any, Self

from data_generators.calibration.free_parameters import MOVED, POSITIVE, SHARE
from data_generators.errors import InvalidInput

#: probabilities at which the limit's quantiles are kept
LIMIT_PROBABILITIES = (0.0, 0.02, 0.07, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99, 1.0)


@dataclass(frozen=True)
class LimitRule:
    """How the bank grants limits: creditworthiness as it sees it, on its own scale."""

    #: log limit at LIMIT_PROBABILITIES of the bank's view, currency (measured)
    log_quantiles: tuple[float, ...] = (
        8.52, 9.62, 10.0, 10.73, 11.18, 11.86, 12.27, 12.64, 12.98, 13.13, 13.46,
    )  # fmt: skip
    #: limits are multiples of this, currency (measured)
    step: float = 10_000.0
    #: limits that the bank prefers to their neighbours, currency (measured, at most six)
    popular: tuple[float, ...] = (20_000.0, 50_000.0, 80_000.0, 200_000.0, 360_000.0, 500_000.0)
    #: share of the accounts within 20% of a popular limit that get just it
    #: (measured, and matched again after each step of the fit)
    popular_share: tuple[float, ...] = (0.5, 0.5, 0.3, 0.25, 0.3, 0.5)
    #: correlation of the bank's view with true creditworthiness (fitted)
    signal: float = 0.75
    #: weight of impatience, against ability, in creditworthiness (fitted)
    impatience: float = 0.8
    #: fall of the bank's view with youth and old age, standard deviations per standardised year
    #: below −0.6 and above 0.6 (fitted)
    youth: float = 0.8
    elder: float = 0.2
    #: share of accounts whose limit was cut below the balance before the last statement (fitted)
    cut_share: float = 0.015
    #: lowest limit after a cut, share of the old one (assumed)
    cut_depth: float = 0.3


@dataclass(frozen=True)
class Habits:
    """What a holder does with the card: little use, payment in full, or revolving."""

    #: share of accounts that use the card little or not, first month (fitted)
    light: float = 0.16
    #: share that pays in full, first month (fitted)
    full: float = 0.19
    #: correlation of the first habit with prudence, the negative of impatience (fitted)
    prudence: float = 0.5
    #: monthly chance that a light user becomes one who pays in full (fitted)
    light_to_full: float = 0.085
    #: monthly chance that a light user starts to revolve (fitted)
    light_to_revolve: float = 0.06
    #: monthly chance that one who pays in full uses the card little (fitted)
    full_to_light: float = 0.075
    #: monthly chance that one who pays in full starts to revolve (fitted)
    full_to_revolve: float = 0.13
    #: monthly chance that a revolver pays the whole balance, at no balance (fitted)
    revolve_to_full: float = 0.25
    #: fall of that chance's log with the square root of the balance, as a share of what
    #: the holder is good for (fitted)
    revolve_to_full_utilisation: float = 3.0
    #: slope of the log chance to change habit in the holder's own steadiness (fitted)
    frailty: float = 0.8


@dataclass(frozen=True)
class Spending:
    """What is put on the card, and the balance a revolver wants."""

    #: log of a month's purchases of one who pays in full, currency, where a holder is
    #: good for exp(12) (fitted)
    full_log: float = 8.0
    #: slope of that in the log of what the holder is good for (fitted)
    full_limit: float = 0.35
    #: its spread between holders and within a holder's months, log points (fitted)
    full_between: float = 1.2
    full_within: float = 1.1
    #: standing charges on a card in use, currency a month (fitted)
    standing: float = 250.0
    #: chance of a month without purchases of one who pays in full (fitted)
    full_none: float = 0.09
    #: chance that a light user's card stays unused, and that it falls out of use (fitted)
    unused_stays: float = 0.88
    unused_starts: float = 0.14
    #: share of light users whose card is unused in the first month (fitted)
    unused_first: float = 0.6
    #: chance that an account without purchases gets a refund (fitted)
    refund: float = 0.1
    #: log of the wanted balance, currency; slopes in impatience and ability; spread (fitted)
    wanted_log: float = 11.2
    wanted_impatience: float = 0.7
    wanted_ability: float = 0.0
    wanted_spread: float = 1.0
    #: growth of the wanted balance in the months seen, log points a month (fitted)
    wanted_growth: float = 0.06
    #: slope of its log in impatience (fitted)
    growth_impatience: float = 0.0
    #: persistence of the monthly wish and its innovation, log points (fitted)
    wish_persistence: float = 0.9
    wish_noise: float = 0.25
    #: share of months with a large purchase in mind, and how many times larger (fitted)
    large_share: float = 0.1
    large_times: float = 4.0
    #: chance that a revolver draws at once up to what is wanted; else a small part (fitted)
    draws_fully: float = 0.5
    #: share of holders who stop buying on credit and pay down (fitted)
    still: float = 0.25
    #: small purchases of a revolver: log share of what the holder is good for, spread,
    #: chance of none (fitted)
    routine_log: float = -5.0
    routine_spread: float = 1.3
    routine_none: float = 0.35
    #: spread of the share of the limit up to which a holder can go, around one (fitted)
    tolerance: float = 0.03
    #: yearly rate on what is carried, share (assumed: no table of statements shows it)
    apr: float = 0.186


@dataclass(frozen=True)
class Payments:
    """What a revolver pays when nothing keeps the holder from it."""

    #: minimum due, share of the balance; the same for accounts without a floor (fitted)
    minimum_share: float = 0.036
    minimum_share_early: float = 0.035
    #: share of accounts on terms with six tenths of that (fitted)
    reduced_terms: float = 0.15
    #: least minimum due, currency (measured)
    minimum_floor: float = 1_000.0
    #: share of accounts it holds for by statement, oldest first: a change of terms (measured)
    floor_share: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
    #: bills about below this need no payment where there is no floor, currency (fitted)
    waived_below: float = 4_000.0
    #: mean log excess over the minimum, its spread between holders (fitted)
    excess: float = 0.35
    excess_between: float = 0.7
    #: chance to pay off a random large part of the balance (fitted)
    large_part: float = 0.12
    #: spread of that chance's log between holders (fitted)
    large_between: float = 0.8
    #: log of the money at hand to pay more than the minimum, currency; slope in ability [W: 0.35];
    #: spread over months (fitted)
    cash_log: float = 9.5
    cash_ability: float = 0.35
    cash_spread: float = 1.0
    #: shares rounded up to thousands, five hundreds and hundreds (measured)
    round_thousand: float = 0.3
    round_five_hundred: float = 0.08
    round_hundred: float = 0.13
    #: share of full payments that are the statement's amount to the unit (measured)
    exact: float = 0.65


@dataclass(frozen=True)
class Arrears:
    """Reluctance, cures and how late an account is."""

    #: log-odds to miss by habit: light, full, revolving (fitted)
    miss_light: float = -4.6
    miss_full: float = -3.6
    miss_revolve: float = -3.3
    #: slopes in willingness and ability [W: −0.9, 0], in months late, at most three [W: 1.0],
    #: and where the balance is over 80% of what the holder is good for (fitted)
    miss_willingness: float = -0.9
    miss_ability: float = -0.3
    miss_late: float = 0.8
    miss_high: float = 0.4
    #: spread of a holder's own carelessness, log-odds (fitted)
    miss_between: float = 0.8
    #: share of misses with a payment below the minimum (fitted)
    partial: float = 0.25
    #: log-odds that a late account which pays brings its arrears to nothing (fitted)
    cure: float = -0.6
    #: slope of that in willingness (fitted)
    cure_willingness: float = 0.6
    #: share of further misses that the bank counts as a further month late (fitted)
    escalates: float = 0.3


@dataclass(frozen=True)
class Reporting:
    """The coding of the newest status, which the bank writes before the month's payment."""

    #: share of accounts without a bill that get status 1: light users, full payers (fitted)
    no_bill_light: float = 0.63
    no_bill_full: float = 0.9
    #: share of continued arrears reported as one month late (fitted)
    late_as_one: float = 0.3


@dataclass(frozen=True)
class NextMonth:
    """Log-odds to default in the next month (all of them fitted)."""

    intercept: float = -2.3
    #: slopes in willingness, ability and carelessness, standard normal each
    willingness: float = -0.5
    ability: float = -0.3
    careless: float = 0.5
    #: added for a status of two months late or more, log-odds
    late: float = 1.6
    #: added to that from three months late on
    very_late: float = 0.3
    #: added to that where the month before was not late
    newly_late: float = 0.5
    #: added where the balance is over 80% of what the holder is good for
    high: float = 0.2
    #: added without a bill
    no_bill: float = 0.3
    #: added for an account that pays in full
    full: float = 0.3


@dataclass(frozen=True)
class People:
    """Age, sex, education and marriage of the holders."""

    #: age at LIMIT_PROBABILITIES, years (measured)
    age_quantiles: tuple[float, ...] = (
        21.0, 22.0, 24.0, 26.0, 29.0, 34.0, 40.0, 46.0, 53.0, 60.0, 69.0,
    )  # fmt: skip
    #: correlation of ability and age (fitted)
    age_ability: float = 0.15
    #: share of the first sex code (measured)
    sex_first: float = 0.4
    #: fall of that share with ability, probit points (assumed)
    sex_ability: float = 0.1
    #: education codes from the most to the least schooled, and their shares (measured)
    education_codes: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    education_shares: tuple[float, ...] = (0.35, 0.47, 0.165, 0.004, 0.009, 0.002)
    #: correlation of ability and education, and of age and less education (measured)
    education_ability: float = 0.3
    education_age: float = 0.2
    #: probit of the first marriage code: at the mean age, slope in standardised age (measured)
    marriage_intercept: float = -0.12
    marriage_age: float = 0.8
    #: share of the rarer third code (measured)
    marriage_other: float = 0.011


@dataclass(frozen=True)
class CardBook:
    """All structural parameters of a portfolio of cards.

    >>> CardBook.from_dict(CardBook().to_dict()) == CardBook()
    True
    """

    limit: LimitRule = field(default_factory=LimitRule)
    habits: Habits = field(default_factory=Habits)
    spending: Spending = field(default_factory=Spending)
    payments: Payments = field(default_factory=Payments)
    arrears: Arrears = field(default_factory=Arrears)
    reporting: Reporting = field(default_factory=Reporting)
    next_month: NextMonth = field(default_factory=NextMonth)
    people: People = field(default_factory=People)

    def __post_init__(self) -> None:
        for part, fields in self.to_dict().items():
            for name, value in fields.items():
                _refuse_nonsense(f"{part}.{name}", value)
        rule = self.limit
        if list(rule.log_quantiles) != sorted(rule.log_quantiles):
            raise InvalidInput(f"limit.log_quantiles {rule.log_quantiles} have to rise.")
        if len(rule.log_quantiles) != len(LIMIT_PROBABILITIES) or rule.step <= 0:
            raise InvalidInput(
                f"limit has {len(rule.log_quantiles)} quantiles and step {rule.step}; give "
                f"{len(LIMIT_PROBABILITIES)} and a positive step."
            )
        if len(rule.popular) != len(rule.popular_share):
            raise InvalidInput(
                f"limit has {len(rule.popular)} popular limits and {len(rule.popular_share)} "
                "shares; give one each."
            )

    def with_values(self, values: dict[str, Any]) -> Self:
        """A copy with some parameters changed, named "part.field".

        >>> CardBook().with_values({"arrears.partial": 0.1}).arrears.partial
        0.1

        Raises InvalidInput for a name that does not exist.
        """
        by_part: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            part, _, fieldname = name.partition(".")
            if fieldname not in self.to_dict().get(part, {}):
                raise InvalidInput(f"{name} is no parameter of a CardBook; use part.field.")
            by_part.setdefault(part, {})[fieldname] = value
        changed = {p: dataclasses.replace(getattr(self, p), **v) for p, v in by_part.items()}
        return dataclasses.replace(self, **changed)

    def value(self, name: str) -> Any:
        """The parameter named "part.field"."""
        part, _, fieldname = name.partition(".")
        return getattr(getattr(self, part), fieldname)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Parameters by part and name, of plain numbers and tuples."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, parts: dict[str, dict[str, Any]]) -> Self:
        """The book that `to_dict` described; lists, as JSON has them, become tuples.

        Raises InvalidInput for an unknown part or field.
        """
        names = [f"{part}.{name}" for part, values in parts.items() for name in values]
        values = [v for inner in parts.values() for v in inner.values()]
        plain = [tuple(v) if isinstance(v, list) else v for v in values]
        return cls().with_values(dict(zip(names, plain, strict=True)))


def _refuse_nonsense(name: str, value: float | tuple[float, ...]) -> None:
    """InvalidInput for what is not finite or outside its range."""
    for number in value if isinstance(value, tuple) else (value,):
        if not math.isfinite(number):
            raise InvalidInput(f"{name} is {number}; it has to be a finite number.")
    scale = MOVED.get(name)
    if scale == SHARE and not 0 <= float(value) <= 1:  # type: ignore[arg-type]
        raise InvalidInput(f"{name} is {value}; it is a share, within [0, 1].")
    if scale == POSITIVE and float(value) < 0:  # type: ignore[arg-type]
        raise InvalidInput(f"{name} is {value}; it has to be 0 or more.")
