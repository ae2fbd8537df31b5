"""Who customers are, for tests between groups: attributes that no limit model is shown, and age."""

from itertools import pairwise

import numpy as np
import pandas as pd

from data_generators.observation import Observed
from sandbox.portfolio import Portfolio

#: parts of the country, as the first digit of a province's code has them (GB/T 2260), by the
#: position of the province in that order: each begins with the one named
_PARTS = (
    ("北京市", "north"),
    ("辽宁省", "northeast"),
    ("上海市", "east"),
    ("河南省", "central and south"),
    ("重庆市", "southwest"),
    ("陕西省", "northwest"),
)
#: upper edges of age bands, years
_AGES = (25.0, 35.0, 45.0, 55.0)
#: attributes that groups are made by; the other columns say where the exposure lies
ATTRIBUTES = ("part_of_country", "education", "kind", "age_band")
#: more different numbers than this are put into quarters
_DIFFERENT = 12


def monitored(seen: Observed, rows: np.ndarray[tuple[int], np.dtype[np.intp]]) -> pd.DataFrame:
    """Attributes of the applicants at `rows`, in that order.

    Columns: `part_of_country` (of six), `education`, `kind` (person or business), `age_band`,
    `partner` (opaque id, text) and `region` (province). Models see age, and none of the others.
    """
    profile, applied = seen.profiles.iloc[rows], seen.applications.iloc[rows]
    return pd.DataFrame(
        {
            "part_of_country": _part(profile["region"]),
            "education": profile["education"].astype(str).to_numpy(),
            "kind": profile["kind"].astype(str).to_numpy(),
            "age_band": _band(applied["age"].to_numpy(dtype=float)),
            "partner": applied["partner_id"].astype(str).to_numpy(),
            "region": profile["region"].astype(str).to_numpy(),
        }
    )


def _part(region: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The part of the country of each province; provinces are in the order of their codes."""
    provinces = [str(name) for name in region.cat.categories]
    starts = [provinces.index(name) for name, _ in _PARTS]
    names = np.array([name for _, name in _PARTS], dtype=object)
    return names[np.searchsorted(starts, region.cat.codes.to_numpy(), side="right") - 1]


def _band(age: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    names = [f"under {_AGES[0]:g}"]
    names += [f"{low:g} to {high:g}" for low, high in pairwise(_AGES)]
    names.append(f"{_AGES[-1]:g} and over")
    return [names[i] for i in np.searchsorted(_AGES, age, side="right")]


def portfolio_groups(
    portfolio: Portfolio, rows: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> pd.DataFrame:
    """The withheld attributes of a portfolio's accounts at `rows`, as labels; NaN stays missing.

    Words where the mapping has them; numbers of many values in quarters.
    """
    table = portfolio.monitored.iloc[rows].reset_index(drop=True)
    return pd.DataFrame(
        {
            str(name): _labels(table[name], portfolio.levels.get(str(name), ()))
            for name in table.columns
        },
        index=table.index,
    )


def _labels(column: pd.Series, levels: tuple[str, ...]) -> pd.Series:
    known = column.notna()
    if levels:
        words = [levels[int(v)] if k else np.nan for v, k in zip(column, known, strict=True)]
        return pd.Series(words, index=column.index, dtype=object)
    if column.nunique() <= _DIFFERENT:
        return column.map(lambda v: f"{v:g}", na_action="ignore").astype(object)
    quarter = pd.qcut(column, 4, labels=False, duplicates="drop")
    # an edge belongs to the quarter below it: the words say what is in each
    spans = {
        code: f"{column[quarter == code].min():g} to {column[quarter == code].max():g}"
        for code in sorted(quarter.dropna().unique())
    }
    named = [spans.get(code, np.nan) for code in quarter]
    return pd.Series(named, index=column.index, dtype=object)
