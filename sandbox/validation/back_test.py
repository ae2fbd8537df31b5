"""Back-test by month on book: cumulative defaults expected and observed, by MOB and vintage."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.grades import holm, jeffreys, jeffreys_interval, jeffreys_power
from sandbox.validation.inputs import finite, probabilities, same_length, vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.pd_by_grade import binomial
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

TESTS = ("outcomes.back_test_mob", "outcomes.back_test_vintage")
COLUMNS = ("vintage", "mob", "accounts", "defaults", "expected_rate")


def expected_by_mob(pd_: npt.ArrayLike, hazard_share: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Mean cumulative PD of n accounts at the end of each of k months on book.

    `pd_` n PDs over the whole window, `hazard_share` k shares of the window's cumulative hazard
    that have passed by each month, rising to 1. An account's PD by month m is
    1 − (1 − PD)^share(m): hazards proportional between accounts.

    >>> expected_by_mob([0.1, 0.3], [0.0, 1.0]).round(3).tolist()
    [0.0, 0.2]
    """
    p, share = probabilities("pd", pd_), probabilities("hazard_share", hazard_share)
    if not len(p) or not len(share) or (np.diff(share) < 0).any():
        raise BadInput(f"{len(p)} PDs and shares {share.tolist()[:5]}; give PDs and rising shares.")
    survival = np.log1p(-np.minimum(p, 1 - 1e-12))
    return np.array([1.0 - float(np.exp(survival * each).mean()) for each in share])


def cumulative_defaults(
    vintage: npt.ArrayLike,
    followed: npt.ArrayLike,
    default_month: npt.ArrayLike,
    pd_: npt.ArrayLike,
    hazard_share: npt.ArrayLike,
) -> pd.DataFrame:
    """Columns `vintage`, `mob`, `accounts`, `defaults`, `expected_rate`: a row each pair.

    `vintage` n labels, `followed` n months on book seen, `default_month` n months on book of the
    default (NaN when there was none), `pd_` n PDs, `hazard_share` as in `expected_by_mob`, from
    month 1. A month counts for a vintage when all its accounts were followed through it.
    """
    seen, month = finite("followed", followed), vector("default_month", default_month)
    p, share = probabilities("pd", pd_), probabilities("hazard_share", hazard_share)
    same_length(followed=seen, default_month=month, pd=p)
    labels, place = np.unique(np.asarray(vintage), return_inverse=True)
    if len(place) != len(p):
        raise BadInput(f"{len(place)} vintages and {len(p)} PDs; give one of each an account.")
    parts = []
    for i, label in enumerate(labels):
        of = place == i
        last = min(int(seen[of].min()), len(share))
        mobs = np.arange(1, last + 1)
        when = month[of][~np.isnan(month[of])]
        part = pd.DataFrame({"vintage": [label] * last, "mob": mobs, "accounts": int(of.sum())})
        part["defaults"] = np.searchsorted(np.sort(when), mobs, side="right")
        part["expected_rate"] = expected_by_mob(p[of], share[:last]) if last else []
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def back_test_table(table: pd.DataFrame) -> pd.DataFrame:
    """`table` (see `cumulative_defaults`) with tests of each row.

    Adds `expected` (defaults), `observed_rate`, `low`, `high` (95% Jeffreys), `ratio` (observed
    over expected), `p_binomial` and `p_jeffreys` (small when more defaulted than expected),
    `p_holm` (of the Jeffreys p-values, over all rows: holds however they depend on each other).

    >>> rows = pd.DataFrame([("a", 1, 100, 3, 0.02)], columns=list(COLUMNS))
    >>> float(back_test_table(rows)["ratio"].iloc[0])
    1.5
    """
    _check_columns(table)
    n, d = (finite(c, table[c].to_numpy()) for c in ("accounts", "defaults"))
    rate = probabilities("expected_rate", table["expected_rate"].to_numpy())
    if (n < 1).any() or (d < 0).any() or (d > n).any():
        raise BadInput("A row has no account, or more defaults than accounts; correct the table.")
    found = table.assign(expected=n * rate, observed_rate=d / n)
    found["low"], found["high"] = jeffreys_interval(d, n)
    found["ratio"] = np.divide(d, n * rate, out=np.full(len(n), np.nan), where=n * rate > 0)
    found["p_binomial"] = binomial(d, n, rate)
    found["p_jeffreys"] = jeffreys(d, n, rate)
    found["p_holm"] = holm(found["p_jeffreys"])
    return found


def _check_columns(table: pd.DataFrame) -> None:
    missing = [c for c in COLUMNS if c not in table]
    if missing:
        raise BadInput(f"The table has no column {', '.join(missing)}; see cumulative_defaults.")


def by_mob(table: pd.DataFrame) -> pd.DataFrame:
    """Vintages taken together at each month on book, tested as `back_test_table` does.

    Later months have fewer vintages. `vintage` says how many.
    """
    _check_columns(table)
    weighted = table.assign(expected=table["accounts"] * table["expected_rate"])
    sums = weighted.groupby("mob")[["accounts", "defaults", "expected"]].sum()
    counts = table.groupby("mob")["vintage"].nunique()
    rows = pd.DataFrame(
        {
            "vintage": [f"{k} vintages" for k in counts],
            "mob": sums.index,
            "accounts": sums["accounts"].to_numpy(),
            "defaults": sums["defaults"].to_numpy(),
            "expected_rate": (sums["expected"] / sums["accounts"]).to_numpy(),
        }
    )
    return back_test_table(rows)


def by_vintage(table: pd.DataFrame) -> pd.DataFrame:
    """Each vintage at its last month on book, tested as `back_test_table` does."""
    _check_columns(table)
    last = table.loc[table.groupby("vintage")["mob"].idxmax()]
    return back_test_table(last.reset_index(drop=True))


def validate_back_test(table: pd.DataFrame | None, policy: Policy) -> tuple[ValidationResult, ...]:
    """Whether defaults ran ahead of PDs at some month on book, and in some vintage.

    `table` has the columns of `cumulative_defaults`, of whatever source. Where defaults are
    independent, counts of unlike accounts vary less than a binomial of their mean PD, and p-values
    err on the large side; where they go together, as when a partner falls, they are far too small
    (benchmarks/back_test_size.py).
    """
    if table is None:
        reason = "no table of defaults by vintage and month on book was given"
        return tuple(not_evaluated(t, reason, n=0, policy=policy) for t in TESTS)
    if table.empty:
        reason = "no month on book was seen by a whole vintage"
        return tuple(not_evaluated(t, reason, n=0, policy=policy) for t in TESTS)
    return (
        _judged(TESTS[0], by_mob(table), "month on book", "mob", policy),
        _judged(TESTS[1], by_vintage(table), "vintage", "vintage", policy),
    )


def _judged(
    test: str, table: pd.DataFrame, what: str, column: str, policy: Policy
) -> ValidationResult:
    # nothing is to be seen in months in which nobody can have defaulted yet
    something = (table["expected"] > 0) | (table["defaults"] > 0)
    enough = table["accounts"] >= policy.minimum_rows
    kept = table[enough & something].reset_index(drop=True)
    events = np.maximum(kept["defaults"], kept["expected"])
    if kept.empty or events.max() < policy.minimum_events:
        reason = (
            f"no {what} has {policy.minimum_rows} accounts and {policy.minimum_events} defaults, "
            "observed or expected"
        )
        return not_evaluated(test, reason, n=int(table["accounts"].max()), policy=policy)
    kept["p_holm"] = holm(kept["p_jeffreys"])
    worst = int(np.argmin(kept["p_jeffreys"]))
    row = kept.iloc[worst]
    level = 0.05 / len(kept)
    return judge(
        test,
        float(row["ratio"]),
        n=int(row["accounts"]),
        policy=policy,
        p_value=float(row["p_holm"]),
        interval=(_over(row["low"], row), _over(row["high"], row)),
        power=jeffreys_power(int(row["accounts"]), float(row["expected_rate"]), level),
        note=f"worst of {len(kept)}: {what} {kept[column].iloc[worst]}, "
        f"{row['defaults']:,.0f} defaults where {row['expected']:,.1f} were expected; "
        "Holm-adjusted; defaults are taken as independent",
        table=kept,
    )


def _over(rate: float, row: "pd.Series[float]") -> float:
    return float(rate / row["expected_rate"]) if row["expected_rate"] > 0 else float("nan")
