"""From lists, rules and score to what is wanted, before anybody asks whether there is room.

In this order, the first that applies:

    lists or rules say decline              decline
    lists say review, or there is no score  review, which must be: it never passes for want of room
    declining is expected to cost least     decline
    reviewing is, or rules say review       review, if there is room; else the cheaper of the others
    passing is                              pass
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.lists.precedence import Settled
from sandbox.rules import RuleSet
from sandbox.rules.rule import VERDICTS
from sandbox.screening.budget import MUST, UNASKED, Grant
from sandbox.screening.costs import ScreeningCosts
from sandbox.screening.verdict import Reason

CLEAR = Reason("clear", "Neither lists, rules nor score ask for a review.")


@dataclass(frozen=True)
class Wanted:
    """What would be decided with room for every review."""

    decision: str
    #: what a review saves, RMB; `UNASKED` or `MUST`
    rank: float
    #: what is decided in place of a review
    otherwise: str
    #: what decided first
    reasons: tuple[Reason, ...]


def rule_reasons(rules: RuleSet, hits: Sequence[str]) -> tuple[Reason, ...]:
    """A reason for each rule hit, those with a stricter verdict and more points first."""
    hit = [rules.rule(id) for id in hits]
    hit.sort(key=lambda rule: (-VERDICTS.index(rule.verdict), -rule.points))
    return tuple(Reason(f"rule:{rule.id}", f"{rule.text}.") for rule in hit)


def wanted(
    lists: Settled,
    verdict: str,
    by_rules: tuple[Reason, ...],
    score: float | None,
    amount: float,
    costs: ScreeningCosts,
    absent: str = "",
) -> Wanted:
    """What is wanted of an application for `amount` RMB.

    `verdict` and `by_rules` are the rules'; `absent` says why there is no score.
    """
    by_lists = (Reason(f"lists:{lists.outcome}", lists.reason),) if lists.decisive else ()
    if lists.outcome == "decline":
        return Wanted("decline", UNASKED, "decline", (*by_lists, *by_rules))
    if verdict == "decline":
        return Wanted("decline", UNASKED, "decline", (*by_rules, *by_lists))
    if lists.outcome == "review":
        return Wanted("review", MUST, "decline", (*by_lists, *by_rules))
    if score is None:
        why = f"The model is unavailable ({absent}), so a person decides."
        return Wanted("review", MUST, "decline", (Reason("model_unavailable", why), *by_rules))
    return _by_cost(verdict, (*by_rules, *by_lists), score, amount, costs)


def settle(what: Wanted, grant: Grant, today: int) -> tuple[str, tuple[Reason, ...]]:
    """The decision with the room there is, and its reasons."""
    if what.decision != "review":
        return what.decision, what.reasons
    if grant.day == today:
        return "review", what.reasons
    if grant.day is not None:
        held = f"Today's alerts are spent; held for review in {grant.day - today} days."
        return "review", (*what.reasons, Reason("held", held))
    if what.rank == MUST:
        full = "It must be reviewed, and all days that it could be held for are full."
    elif what.otherwise == "decline":
        full = "No alert is left for it today, and declining is expected to cost less than passing."
    else:
        full = "No alert is left for it today, and passing is expected to cost less than declining."
    code = "no_capacity_declined" if what.otherwise == "decline" else "no_capacity_passed"
    return what.otherwise, (Reason(code, full), *what.reasons)


def _by_cost(
    verdict: str, said: tuple[Reason, ...], score: float, amount: float, costs: ScreeningCosts
) -> Wanted:
    passed, reviewed, declined = costs.expected(score, amount).tolist()
    otherwise = "pass" if passed <= declined else "decline"
    if declined < min(passed, reviewed):
        from_ = costs.band(amount).decline_from
        why = f"Score {score:.3f}; for this amount declining costs least from {from_:.3f} on."
        return Wanted("decline", UNASKED, "decline", (Reason("score_decline", why), *said))
    saved = min(passed, declined) - reviewed
    if saved > 0:
        why = f"Score {score:.3f}; a review is expected to save {saved:,.0f} RMB."
        return Wanted("review", saved, otherwise, (Reason("score_review", why), *said))
    if verdict == "review":
        return Wanted("review", saved, otherwise, said)
    # points alone decide nothing: what they came from is told after what did
    return Wanted("pass", UNASKED, "pass", (CLEAR, *said))
