"""Does a key stand for one row, and on one side of the split?"""

from collections.abc import Sequence

import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult

DUPLICATES, OVERLAP = "data.duplicate_keys", "data.key_overlap"
#: keys shown at the most
SHOWN = 50


def duplicate_keys(table: pd.DataFrame, key: Sequence[str], target: str = "") -> pd.DataFrame:
    """Keys that stand for more than one row, the most frequent first.

    Columns: those of `key`, `rows`, and, where `target` names a column, `outcomes`: how many
    different known outcomes the key has. Rows whose key is missing in part are left out.
    """
    _check(table, [*key, *([target] if target else [])])
    keyed = table[table[list(key)].notna().all(axis=1)]
    groups = keyed.groupby(list(key), sort=True)
    found = groups.size().rename("rows").to_frame()
    if target:
        found["outcomes"] = groups[target].nunique()
    found = found[found["rows"] > 1].reset_index()
    return found.sort_values("rows", ascending=False, ignore_index=True, kind="stable")


def _check(table: pd.DataFrame, names: Sequence[str]) -> None:
    if not names:
        raise BadInput("No key was given; name at least one column.")
    for name in names:
        if name not in table.columns:
            raise BadInput(
                f"There is no column {name!r}; there are {', '.join(map(str, table.columns))}."
            )


def validate_keys(
    evaluation: pd.DataFrame | None,
    key: Sequence[str],
    policy: Policy,
    *,
    training: pd.DataFrame | None = None,
    target: str = "",
) -> tuple[ValidationResult, ...]:
    """Rows whose key came before, and evaluation rows whose key was in training.

    Both tables hold the columns named in `key`; `target` may name the outcome's column.
    """
    n = 0 if evaluation is None else len(evaluation)
    if evaluation is None or not len(key) or not n:
        reason = "no key was given" if evaluation is None or n else "there are no rows"
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in (DUPLICATES, OVERLAP))
    return _duplicates(evaluation, key, target, policy), _overlap(evaluation, training, key, policy)


def _duplicates(
    table: pd.DataFrame, key: Sequence[str], target: str, policy: Policy
) -> ValidationResult:
    found = duplicate_keys(table, key, target)
    n = len(table)
    unkeyed = int(table[list(key)].isna().any(axis=1).sum())
    if unkeyed == n:
        return not_evaluated(DUPLICATES, "the key is missing in every row", n=n, policy=policy)
    extra = int((found["rows"] - 1).sum())
    notes = [f"{len(found):,} keys stand for several rows"] if len(found) else []
    if target and len(found) and (contrary := int((found["outcomes"] > 1).sum())):
        notes.append(f"{contrary:,} of them with contrary outcomes")
    if unkeyed:
        notes.append(f"{unkeyed:,} rows without a key left out")
    share = extra / (n - unkeyed)
    shown = found.head(SHOWN)
    return judge(DUPLICATES, share, n=n, policy=policy, note="; ".join(notes), table=shown)


def _overlap(
    table: pd.DataFrame, training: pd.DataFrame | None, key: Sequence[str], policy: Policy
) -> ValidationResult:
    n = len(table)
    if training is None or not len(training):
        return not_evaluated(OVERLAP, "training keys were not given", n=n, policy=policy)
    _check(training, key)
    columns = list(key)
    known = table[columns].dropna()
    if known.empty:
        return not_evaluated(OVERLAP, "the key is missing in every row", n=n, policy=policy)
    learnt = training[columns].dropna()
    if learnt.empty:
        reason = "the key is missing in every row of training"
        return not_evaluated(OVERLAP, reason, n=n, policy=policy)
    for name in columns:
        # 17 and "17" never match, which would pass
        if pd.api.types.is_numeric_dtype(known[name]) != pd.api.types.is_numeric_dtype(
            learnt[name]
        ):
            reason = f"{name} is a number on one side and not on the other"
            return not_evaluated(OVERLAP, reason, n=n, policy=policy)
    before = pd.MultiIndex.from_frame(learnt)
    shared = pd.MultiIndex.from_frame(known).isin(before)
    note = f"{int(shared.sum()):,} of {len(known):,} rows"
    return judge(OVERLAP, float(shared.mean()), n=n, policy=policy, note=note)
