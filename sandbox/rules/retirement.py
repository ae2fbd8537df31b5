"""Dead rules: which ones to retire, and why."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.rules.batch import BatchHits, Bools
from sandbox.rules.operations import rule_hits, rule_outcomes
from sandbox.rules.rule import Rule

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Retirement:
    """A proposal to retire a rule; people decide."""

    rule: str
    #: "silent", "redundant" or "imprecise"
    kind: str
    #: one sentence with the evidence
    reason: str


@dataclass(frozen=True)
class DeathSigns:
    """From when on a rule is taken for dead. All figures are assumed.

    >>> round(DeathSigns().unlikely, 2)
    4.61
    """

    #: days without a hit, at least
    silent_days: float = 90.0
    #: chance of so long a silence, at the rule's own rate, below which it is a sign
    chance: float = 0.01
    #: hits a day of a rule at least worth having: one a month; a rule with fewer than two hits has
    #: no rate of its own and is measured by this one
    least_rate: float = 1 / 30
    #: a rule is good, and silence no sign, when the lower end of its precision's interval is above
    #: so many times the share of fraud among all known outcomes
    good_factor: float = 2.0
    #: share of confirmed outcomes among the hits that has to be fraud
    least_precision: float = 0.05
    #: hits with an outcome before precision says anything
    least_judged: int = 30

    def __post_init__(self) -> None:
        if not self.silent_days > 0:
            raise BadInput(f"silent_days is {self.silent_days}; give more than 0 days.")
        for name in ("chance", "least_precision"):
            if not 0 < getattr(self, name) < 1:
                raise BadInput(f"{name} is {getattr(self, name)}; it lies between 0 and 1.")
        if not 0 < self.least_rate < math.inf:
            raise BadInput(f"least_rate is {self.least_rate}; give more than 0 hits a day.")
        if not 1 <= self.good_factor < math.inf:
            raise BadInput(f"good_factor is {self.good_factor}; give 1 or more.")
        if self.least_judged < 1:
            raise BadInput(f"least_judged is {self.least_judged}; give 1 or more.")

    @property
    def unlikely(self) -> float:
        """Hits that were to be expected in a silence (Poisson) from which on it is a sign."""
        return -math.log(self.chance)


def dead_rules(
    batch: BatchHits,
    day: Floats,
    outcome: Floats,
    now: float,
    signs: DeathSigns = DeathSigns(),
) -> tuple[Retirement, ...]:
    """Proposals of retirement, at most one a rule, in the order of the table.

    `day` (n) is when each application came in, `outcome` (n) what is known of it at `now` (1
    confirmed fraud, 0 honest, NaN unknown); later applications do not count. Evaluate
    the batch without days, so that a new rule is judged on all that it would have hit.

    - silent: no hit for `silent_days`, and for so long that at the rate at which it hit before the
      chance of it is below `chance`; without two hits, at `least_rate`. A rule whose precision is
      good (`good_factor`) is not proposed for silence: the sharp ones hit seldom;
    - imprecise: even the upper end of its precision's interval is below `least_precision`, so that
      bad luck is no reason;
    - redundant: the rules that stay hit all that it hits, and its hits are not clearly more often
      fraud than theirs. Of two that hit the same, the one with fewer points is proposed, or the
      later one.

    Rules with a verdict of their own, and those that speak for the applicant (points below 0),
    are proposed for silence only: the first work beside others, the second among the honest.
    """
    told = np.asarray(day, dtype=np.float64)
    if told.shape != (len(batch.hits),):
        raise BadInput(f"day has the shape {told.shape}; give one day a row.")
    past = told <= now
    if not past.any():
        raise BadInput(f"No application came in by day {now:g}; nothing can be said of the rules.")
    seen = BatchHits(batch.rules, batch.hits[past], batch.points[past])
    known = np.asarray(outcome, dtype=np.float64)[past]
    hits, worth = rule_hits(seen, told[past]), rule_outcomes(seen, known)
    found = _by_their_own_hits(seen, hits, worth, known, float(told[past].min()), now, signs)
    found |= _covered_by_others(seen, worth, known, found, signs)
    return tuple(found[place] for place in sorted(found))


def _by_their_own_hits(
    seen: BatchHits,
    hits: pd.DataFrame,
    worth: pd.DataFrame,
    known: Floats,
    start: float,
    now: float,
    signs: DeathSigns,
) -> dict[int, Retirement]:
    """The silent and the imprecise, by place in the table; `start` is the first day."""
    found: dict[int, Retirement] = {}
    judged = known[~np.isnan(known)]
    good = signs.good_factor * judged.mean() if judged.size else np.inf
    for place, rule in enumerate(seen.rules.rules):
        count, last = int(hits["hits"].iloc[place]), float(hits["last_hit"].iloc[place])
        silence = None
        if not worth["low"].iloc[place] > good:
            silence = _silence(rule, count, last - start, now - start, signs)
        if silence is not None:
            found[place] = silence
        elif _is_judged(rule, worth, place, signs) and _imprecise(worth, place, signs):
            found[place] = _of_precision(rule, worth, place, signs)
    return found


def _covered_by_others(
    seen: BatchHits,
    worth: pd.DataFrame,
    known: Floats,
    proposed: Mapping[int, Retirement],
    signs: DeathSigns,
) -> dict[int, Retirement]:
    """The redundant among those that are not proposed yet, by place in the table."""
    found: dict[int, Retirement] = {}
    rules = seen.rules.rules
    stay = [p for p in range(len(rules)) if p not in proposed]
    for place in sorted(stay, key=lambda p: (rules[p].points, -p)):
        rule, others = rules[place], [p for p in stay if p != place]
        if _is_judged(rule, worth, place, signs):
            theirs = _covering(seen.hits[:, place], seen.hits[:, others], known)
            if worth["low"].iloc[place] <= theirs:
                found[place] = _redundant(rule, worth, place, theirs)
                stay.remove(place)
    return found


def _is_judged(rule: Rule, worth: pd.DataFrame, place: int, signs: DeathSigns) -> bool:
    """Whether the rule is one of points alone, with outcomes enough to say anything."""
    enough = int(worth["judged"].iloc[place]) >= signs.least_judged
    return enough and not rule.verdict and rule.points >= 0


def _imprecise(worth: pd.DataFrame, place: int, signs: DeathSigns) -> bool:
    return float(worth["high"].iloc[place]) < signs.least_precision


def _covering(hit: Bools, others: Bools, known: Floats) -> float:
    """The best precision of what covers a rule's hits: another rule, or all others together.

    -inf where nothing covers them.
    """
    together = np.column_stack([others, others.any(axis=1)])
    covers = ~(hit[:, None] & ~together).any(axis=0)
    return max(
        (float(np.nanmean(known[together[:, p]])) for p in np.flatnonzero(covers)), default=-np.inf
    )


def _silence(
    rule: Rule, count: int, until: float, reach: float, signs: DeathSigns
) -> Retirement | None:
    """The proposal of a rule that is silent for too long, if it is.

    `until` is from the first application to the rule's latest hit (NaN without any), `reach` from
    the first application to now, days.
    """
    quiet = reach - until if count else reach
    # the time ends with a hit, so that one is no evidence of the rate
    own = count > 1 and until > 0
    rate = (count - 1) / until if own else signs.least_rate
    if quiet < signs.silent_days or rate * quiet <= signs.unlikely:
        return None
    of = "it had hit" if own else "a rule at least worth having hits"
    hit = f"{count} before" if count else "none before"
    why = (
        f"No hit in {quiet:.0f} days ({hit}); at the rate at which {of}, {rate * quiet:.1f} were "
        "to be expected."
    )
    return Retirement(rule.id, "silent", why)


def _of_precision(rule: Rule, worth: pd.DataFrame, place: int, signs: DeathSigns) -> Retirement:
    why = f"{_said(worth, place)}, all of it below {signs.least_precision:.1%}."
    return Retirement(rule.id, "imprecise", why)


def _redundant(rule: Rule, worth: pd.DataFrame, place: int, theirs: float) -> Retirement:
    hits = int(worth["hits"].iloc[place])
    why = (
        f"Rules that stay hit all of its {hits:,} hits, and {theirs:.1%} of their own were fraud; "
        f"of these, {_said(worth, place)}."
    )
    return Retirement(rule.id, "redundant", why)


def _said(worth: pd.DataFrame, place: int) -> str:
    row = worth.iloc[place]
    return (
        f"{row['fraud']:,.0f} of {row['judged']:,.0f} hits with an outcome were fraud, "
        f"{row['precision']:.1%} ({row['low']:.1%} to {row['high']:.1%})"
    )
