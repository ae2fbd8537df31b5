"""Was everything known when the decision was taken?"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sandbox.errors import BadInput
from sandbox.validation.data import feature_ranks
from sandbox.validation.grades import holm
from sandbox.validation.inputs import Vector, observed, vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import delong
from sandbox.validation.slicing import benjamini_hochberg

#: how much of its AUC a feature may lose in the later half
MARGIN = 0.05
KNOWN, LEAKAGE = "data.point_in_time", "data.leakage_by_time"


def point_in_time_table(known_at: pd.DataFrame, decided_at: pd.Series) -> pd.DataFrame:
    """What became known after the decision, a row a column, most first.

    `known_at` holds, for each of n rows, when the value of the column of that name became known;
    `decided_at` when the decision was taken. Both are dates, or numbers of one unit (months). A
    date that is missing is unknown, and neither early nor late. Columns: `feature`, `late` (share
    of dated values), `undated` (share of rows), `latest` (longest delay after the decision, days or
    the unit; NaN if none).
    """
    if len(known_at) != len(decided_at):
        raise BadInput(
            f"known_at has {len(known_at)} and decided_at {len(decided_at)} rows; give as many."
        )
    decided = _times("decided_at", decided_at)
    rows = []
    for name in known_at.columns:
        known = _times(str(name), known_at[name])
        if pd.api.types.is_datetime64_any_dtype(known_at[name]) != (
            pd.api.types.is_datetime64_any_dtype(decided_at)
        ):
            raise BadInput(f"{name} and decided_at are not both dates; give one kind of time.")
        dated = ~np.isnan(known) & ~np.isnan(decided)
        delay = (known - decided)[dated]
        late = float((delay > 0).mean()) if len(delay) else float("nan")
        latest = float(delay.max()) if (delay > 0).any() else float("nan")
        rows.append((str(name), late, float(1 - dated.mean()), latest))
    table = pd.DataFrame(rows, columns=["feature", "late", "undated", "latest"])
    return table.sort_values("late", ascending=False, ignore_index=True, kind="stable")


def _times(name: str, column: pd.Series) -> Vector:
    """Days since 1970 in UTC, or the numbers as they are; NaN where unknown."""
    if pd.api.types.is_datetime64_any_dtype(column):
        dates = column if column.dt.tz is None else column.dt.tz_convert("UTC").dt.tz_localize(None)
        days = dates.to_numpy(dtype="datetime64[us]").astype(np.float64) / 86_400e6
        return np.where(column.isna(), np.nan, days)
    if not pd.api.types.is_numeric_dtype(column):
        raise BadInput(f"{name} is {column.dtype}; give dates (pandas.to_datetime) or numbers.")
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def validate_point_in_time(
    known_at: pd.DataFrame | None, decided_at: pd.Series | None, policy: Policy
) -> ValidationResult:
    """The column with the largest share of values known too late."""
    n = 0 if known_at is None else len(known_at)
    if known_at is None or decided_at is None or not len(known_at.columns) or not n:
        reason = "when values became known was not given"
        return not_evaluated(KNOWN, reason, n=n, policy=policy)
    table = point_in_time_table(known_at, decided_at)
    if table["late"].isna().all():
        return not_evaluated(KNOWN, "no value has a date", n=n, policy=policy)
    worst = table.iloc[0]
    undated = table.loc[table["undated"] == 1, "feature"].tolist()
    note = f"most in {worst['feature']}" if worst["late"] > 0 else "nothing was known too late"
    if undated:
        note += f"; without any date: {', '.join(undated[:5])}"
    return judge(KNOWN, float(worst["late"]), n=n, policy=policy, note=note, table=table)


def leakage_by_time_table(
    features: pd.DataFrame,
    target: npt.ArrayLike,
    time: pd.Series,
    margin: float = MARGIN,
    least: int = 10,
) -> pd.DataFrame:
    """Separation of each feature alone, in the earlier and the later half of the cases.

    A column that is filled in after the outcome separates old cases, whose outcomes are long known,
    and not the newest. Columns: `feature`, `auc_earlier` (0.5 to 1), `auc_later` (in the direction
    of the earlier half), `lost`, `p_value` (one-sided, of a loss of at most `margin`, by DeLong's
    variances), `p_holm`, `p_bh`. Words are ordered by their rate in both. Empty where a
    half has fewer than `least` cases of a class. Raises BadInput for lengths that differ.
    """
    y = vector("target", target)
    if not len(y) == len(features) == len(time):
        raise BadInput(
            f"target has {len(y)}, features have {len(features)} and time has {len(time)} rows; "
            "give one value a row in each."
        )
    when = _times("time", time)
    seen = ~np.isnan(y) & ~np.isnan(when)
    columns = ["feature", "auc_earlier", "auc_later", "lost", "p_value", "p_holm", "p_bh"]
    if not seen.any():
        return pd.DataFrame(columns=columns)
    early = when[seen] <= np.median(when[seen])
    halves = [y[seen][early], y[seen][~early]]
    if min(min(h.sum(), len(h) - h.sum()) if len(h) else 0 for h in halves) < max(least, 2):
        return pd.DataFrame(columns=columns)
    rows = []
    for name in features.columns:
        column = features.loc[seen, name].reset_index(drop=True)
        ranks = feature_ranks(column, y[seen])
        if ranks is None:
            continue
        (one, v), (other, w) = (
            delong(h, ranks[side]) for h, side in zip(halves, (early, ~early), strict=True)
        )
        sign = 1.0 if one >= 0.5 else -1.0
        lost = sign * (one - other)
        error = float(np.sqrt(v + w))
        p_value = float(norm.sf((lost - margin) / error)) if error > 0 else float(lost <= margin)
        rows.append((str(name), max(one, 1 - one), 0.5 + sign * (other - 0.5), lost, p_value))
    table = pd.DataFrame(rows, columns=columns[:5])
    table["p_holm"] = holm(table["p_value"])
    table["p_bh"] = benjamini_hochberg(table["p_value"])
    return table.sort_values("p_value", ignore_index=True, kind="stable")


def validate_leakage_by_time(
    features: pd.DataFrame | None,
    target: npt.ArrayLike,
    time: pd.Series | None,
    policy: Policy,
) -> ValidationResult:
    """The feature that loses most of its separation in the later half of the cases."""
    y = vector("target", target)
    seen = y[~np.isnan(y)]
    reason = observed(seen, np.zeros(len(seen))).shortfall(policy)
    if features is None or not len(features.columns) or time is None:
        reason = "features and the times of their cases were not both given"
    if reason or features is None or time is None:
        return not_evaluated(LEAKAGE, reason, n=len(seen), policy=policy)
    table = leakage_by_time_table(features, y, time, least=policy.minimum_events)
    if table.empty:
        reason = f"half of the cases has fewer than {policy.minimum_events} of a class"
        return not_evaluated(LEAKAGE, reason, n=len(seen), policy=policy)
    row = table.iloc[0]
    return judge(
        LEAKAGE,
        float(row["lost"]),
        n=len(seen),
        policy=policy,
        p_value=float(row["p_holm"]),
        note=f"{row['feature']}: AUC {row['auc_earlier']:.3f} in the earlier half, "
        f"{row['auc_later']:.3f} in the later; Holm over {len(table)} features, "
        f"{MARGIN:g} allowed",
        table=table,
    )
