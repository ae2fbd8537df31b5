"""Does the score put frauds where analysts look first?"""

from sandbox.validation.discrimination import (
    precision_at,
    recall_at_fpr,
    wilson,
)
from sandbox.validation.fraud_metrics import auprc
from sandbox.validation.inputs import Scored
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import precision_recall_table

#: false-positive rates at which recall is read, per cent
RATES = (1, 2, 5)
#: cases an analyst opens first
OPENED = 100


def validate_fraud(scored: Scored, policy: Policy) -> tuple[ValidationResult, ...]:
    """Average precision, recall at 1, 2 and 5% false positives, card precision at 100.

    Intervals of recall and precision are Wilson's: they hold the threshold fixed; that of average
    precision is as in `auprc`.
    """
    recalls = tuple(f"fraud.recall_at_fpr_{rate}pct" for rate in RATES)
    tests = ("fraud.auprc", *recalls, "fraud.cp_at_100")
    n = scored.n
    reason = scored.shortfall(policy) or (f"all {n} scores are the same" if scored.constant else "")
    if reason:
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in tests)
    y, s = scored.target, scored.score
    average = auprc(y, s)
    found = [
        judge(
            "fraud.auprc",
            average.value,
            n=n,
            policy=policy,
            interval=(average.low, average.high),
            note=f"a score that knows nothing gives {scored.events / n:.4f}",
            table=precision_recall_table(y, s),
        )
    ]
    for test, rate in zip(recalls, RATES, strict=True):
        recall = recall_at_fpr(y, s, rate / 100)
        interval = wilson(recall * scored.events, scored.events)
        found.append(judge(test, recall, n=n, policy=policy, interval=interval))
    if n < OPENED:
        reason = f"{n} rows; at least {OPENED} needed"
        return (*found, not_evaluated("fraud.cp_at_100", reason, n=n, policy=policy))
    precision = precision_at(y, s, OPENED)
    interval = wilson(precision * OPENED, OPENED)
    note = "over the whole evaluation table, not per day"
    return (
        *found,
        judge("fraud.cp_at_100", precision, n=n, policy=policy, interval=interval, note=note),
    )
