"""The tests of champion against challenger, made from the cases that both judged."""

from sandbox.report.comparison import same_cases
from sandbox.report.standing import Contender, Judged, Standing
from sandbox.report.wording import HEADLINE, LESS_IS_BETTER
from sandbox.validation.comparison import TESTS, validate_comparison
from sandbox.validation.judge import not_evaluated
from sandbox.validation.policy import Policy


def compared(standing: Standing, policy: Policy) -> tuple[Judged, ...]:
    """Against the strongest challenger on the headline; nothing without a challenger.

    Where the two judged other cases the tests are not evaluated, and say so. Results that the
    study made itself stand, and are not made a second time.
    """
    rival = strongest(standing)
    champion = standing.champion
    made = any(r.family == "comparison" for c in champion.finished for r in c.results)
    if rival is None or made or not champion.finished:
        return ()
    pair = same_cases(champion, rival)
    seed = champion.reference.cell.seed
    if pair is None:
        reason = f"{champion.name} and {rival.name} did not judge the same cases"
        n = len(champion.reference.tables.get("scored", ()))
        results = tuple(not_evaluated(t, reason, n=n, policy=policy) for t in TESTS)
    else:
        seed, target, ours, theirs = pair
        results = validate_comparison(
            target, ours, theirs, policy, probabilities=standing.role != "fraud"
        )
    return tuple(Judged(result, {seed: result.verdict}) for result in results)


def strongest(standing: Standing) -> Contender | None:
    """The challenger with the best headline; None where none finished."""
    name = HEADLINE.get(standing.role, "perf/auc")
    sign = -1 if name in LESS_IS_BETTER else 1
    there = [c for c in standing.challengers if c.finished]
    known = [c for c in there if c.spread(name).seeds]
    return (
        max(known, key=lambda c: sign * c.spread(name).mean) if known else next(iter(there), None)
    )
