"""What rules are worth in service: hits, overlap, and precision on confirmed outcomes."""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.rules.batch import BatchHits

Floats = NDArray[np.float64]
#: standard normal quantile of 95% intervals
Z95: Final = 1.959963984540054


def rule_hits(batch: BatchHits, day: Floats | None = None) -> pd.DataFrame:
    """How often each rule is hit, and how often it alone.

    Columns: `rule`, `hits`, `share` (of all applications), `alone` (hits without any other rule),
    `alone_share` (of the rule's hits; NaN without any), and with `day` (n, days) `last_hit` (day
    of the latest one; NaN without any).
    """
    hits = batch.hits
    single = hits.sum(axis=1) == 1
    count = hits.sum(axis=0)
    alone = hits[single].sum(axis=0)
    table = pd.DataFrame(
        {
            "rule": list(batch.rules.ids),
            "hits": count,
            "share": count / max(len(hits), 1),
            "alone": alone,
            "alone_share": _ratio(alone, count),
        }
    )
    if day is not None:
        at = _vector(day, "day", len(hits))
        table["last_hit"] = [at[hit].max() if hit.any() else np.nan for hit in hits.T]
    return table


def overlap(batch: BatchHits) -> pd.DataFrame:
    """r × r: of the hits of the rule in the row, the share that the rule in the column hits, too.

    1 on the diagonal; a row of NaN for a rule without hits.
    """
    hits = batch.hits.astype(np.float32)
    together = (hits.T @ hits).astype(np.float64)
    count = np.diag(together)
    shares = np.divide(
        together,
        count[:, None],
        out=np.full_like(together, np.nan),
        where=count[:, None] > 0,
    )
    return pd.DataFrame(shares, index=list(batch.rules.ids), columns=list(batch.rules.ids))


def rule_outcomes(batch: BatchHits, outcome: Floats, money: Floats | None = None) -> pd.DataFrame:
    """Each rule on confirmed outcomes; a last row `any rule` for the whole set.

    `outcome` (n) is 1 for confirmed fraud, 0 for what turned out honest, NaN for what nobody
    knows; `money` (n, RMB) is what was asked for. Columns: `rule`, `hits`, `judged` (hits with an
    outcome), `fraud`, `precision` with its 95% Wilson interval `low` and `high`,
    `false_positive_ratio` (honest for each fraud), `recall` (of all confirmed fraud), `alone_fraud`
    (found by no other rule), and with `money` `money_stopped` (of confirmed fraud hit) and
    `money_alone` (of that which no other rule hits).
    """
    known = _vector(outcome, "outcome", len(batch.hits))
    if not np.isin(known[~np.isnan(known)], (0.0, 1.0)).all():
        raise BadInput("outcome has values besides 0, 1 and NaN; give 1 for confirmed fraud.")
    is_fraud, judged = known == 1.0, ~np.isnan(known)
    any_hit = batch.hits.any(axis=1)
    hits = np.column_stack([batch.hits, any_hit])
    single = batch.hits.sum(axis=1) == 1
    fraud = (hits & is_fraud[:, None]).sum(axis=0)
    seen = (hits & judged[:, None]).sum(axis=0)
    low, high = wilson(fraud, seen)
    caught_alone = hits & (is_fraud & single)[:, None]
    table = pd.DataFrame(
        {
            "rule": [*batch.rules.ids, "any rule"],
            "hits": hits.sum(axis=0),
            "judged": seen,
            "fraud": fraud,
            "precision": _ratio(fraud, seen),
            "low": low,
            "high": high,
            "false_positive_ratio": _ratio(seen - fraud, fraud),
            "recall": _ratio(fraud, np.full(len(fraud), is_fraud.sum())),
            "alone_fraud": caught_alone.sum(axis=0),
        }
    )
    if money is not None:
        amount = np.where(is_fraud, _vector(money, "money", len(batch.hits)), 0.0)
        table["money_stopped"] = amount @ hits
        table["money_alone"] = amount @ caught_alone
    return table


def wilson(successes: NDArray[np.int64], trials: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """95% intervals of shares, by Wilson (1927); 0 to 1 where nothing was tried.

    >>> low, high = wilson(np.array([5]), np.array([10]))
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.2366, 0.7634)
    """
    n = np.maximum(np.asarray(trials, dtype=np.float64), 1.0)
    share = np.asarray(successes, dtype=np.float64) / n
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * np.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    none = np.asarray(trials) == 0
    low = np.where(none, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(none, 1.0, np.minimum(centre + half, 1.0))
    return low, high


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    """part / whole, NaN where whole is 0."""
    ratio = np.full(len(part), np.nan)
    np.divide(part, whole, out=ratio, where=np.asarray(whole) > 0)
    return ratio


def _vector(values: Floats, name: str, rows: int) -> Floats:
    vector = np.asarray(values, dtype=np.float64)
    if vector.shape != (rows,):
        raise BadInput(f"{name} has the shape {vector.shape}; give one value a row, {rows:,}.")
    return vector
