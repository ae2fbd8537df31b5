"""The application and the profile as numbers: amounts, counts, and flags of categories."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.features.credit import FLAG, NOT_FEATURES
from sandbox.features.numbering import Floats, positions

#: columns with a few values each, and what their flags begin with; other text never becomes a
#: feature. The region does not, either: a score should not lean on where somebody lives, and
#: recall was the same without it
CATEGORIES = {
    "product": FLAG,
    "kind": "kind_",
    "education": "education_",
    "tax_grade": "tax_grade_",
}
_NO_NUMBERS = frozenset((*NOT_FEATURES, *CATEGORIES))


def flag_of(column: str) -> tuple[str, str] | None:
    """The category and the value that a flag stands for; None for what is no flag.

    >>> flag_of("tax_grade_A"), flag_of("is_revolving"), flag_of("age")
    (('tax_grade', 'A'), ('product', 'revolving'), None)
    """
    for category, begins in CATEGORIES.items():
        if column.startswith(begins):
            return category, column.removeprefix(begins)
    return None


def application_names(applications: pd.DataFrame, profiles: pd.DataFrame) -> list[str]:
    """Columns that tell something: numbers that are not 0 or NaN throughout, flags that occur."""
    names, flags = [], []
    for table in (applications, profiles):
        for column in map(str, table.columns):
            if column in CATEGORIES:
                present = [str(v) for v in table[column].dropna().unique()]
                flags += [CATEGORIES[column] + v for v in sorted(present) if v]
            elif column not in _NO_NUMBERS and _is_number(table[column]):
                values = table[column].to_numpy()
                if _says_something(values[:1_000]) or _says_something(values):
                    names.append(column)
    return list(dict.fromkeys([*names, *flags]))


def _is_number(column: "pd.Series[float]") -> bool:
    return column.dtype.kind in "fiub"


def _says_something(values: NDArray[np.generic]) -> bool:
    return bool(np.any((values != 0) & (values == values)))


def application_columns(
    applications: pd.DataFrame, profiles: pd.DataFrame, names: Sequence[str]
) -> Iterator[tuple[str, Floats]]:
    """Each name and its column, n; NaN, or 0 in a flag, where the profile was not known yet.

    Names that neither table has are left out.
    """
    row = _rows_of_profiles(applications, profiles)
    codes: dict[str, tuple[NDArray[np.generic], list[str]]] = {}
    for name in names:
        flag = flag_of(name) if name not in applications and name not in profiles else None
        column, value = flag or (name, "")
        table, of = (applications, None) if column in applications else (profiles, row)
        if column not in table:
            if flag:
                yield name, np.zeros(len(applications))
            continue
        if flag is None:
            yield name, _taken(table[column].to_numpy(dtype=np.float64), of)
            continue
        if column not in codes:
            category = table[column].astype("category").cat
            codes[column] = category.codes.to_numpy(), [str(v) for v in category.categories]
        code, values = codes[column]
        place = values.index(value) if value in values else -2
        found = (code == place).astype(np.float64)
        yield name, found if of is None else np.where(of >= 0, found[of], 0.0)


def _rows_of_profiles(
    applications: pd.DataFrame, profiles: pd.DataFrame
) -> NDArray[np.int64] | None:
    """The row of each applicant's profile, -1 where none was known by then; None: row by row."""
    mine = applications["customer_id"].to_numpy(dtype=np.int64)
    theirs = profiles["customer_id"].to_numpy(dtype=np.int64)
    time = applications["event_time"].to_numpy(dtype=np.float64)
    known = profiles["known_at"].to_numpy(dtype=np.float64)
    if len(mine) == len(theirs) and (mine == theirs).all() and (known <= time).all():
        return None
    if not len(theirs):
        return np.full(len(mine), -1, dtype=np.int64)
    order = np.argsort(theirs, kind="stable")
    place = positions(mine, theirs[order])
    row = np.where(place >= 0, order[place], -1)
    return np.where((row >= 0) & (known[row] <= time), row, -1)


def _taken(values: Floats, row: NDArray[np.int64] | None) -> Floats:
    if row is None:
        return values
    return np.where(row >= 0, values[row] if len(values) else np.nan, np.nan)
