"""The evidence on one application: what is unusual in it, against honest ones known so far."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.rules import RuleSet
from sandbox.screening.evidence_words import Words, told, words_for

#: columns of the table
COLUMNS = ("column", "what", "value", "usual", "rarer_than", "because", "why")
#: rows of the table, and the share of the honest that are at least so far out for a row without
#: a rule
MOST, UNUSUAL = 14, 0.05
#: honest applications needed before anything is called usual
LEAST = 50


def evidence(
    row: "pd.Series[float]", honest: pd.DataFrame, rules: RuleSet, hit: Sequence[str]
) -> pd.DataFrame:
    """What speaks for fraud in one application, the rarest first; `COLUMNS`.

    `row` (d) are its features, `honest` (n × d) those of applications approved and not found out
    by then. Shown are columns that a rule hit reads, and those in which at most 5% of the honest
    are as far out to the bad side; of windows of different length that tell the same, one. `value`
    is as a person reads it, `usual` the median and the middle nine tenths of the honest,
    `rarer_than` the share of the honest that is less far out, `because` the rules that read it.
    BadInput with fewer than 50 honest applications, and for columns that differ.
    """
    if len(honest) < LEAST:
        raise BadInput(
            f"Only {len(honest)} honest applications are known; with fewer than {LEAST} nothing "
            "can be called usual."
        )
    if list(row.index) != list(honest.columns):
        raise BadInput("The application and the honest ones have different columns; pass the same.")
    because: dict[str, list[str]] = {}
    for id in hit:
        for field in rules.rule(id).fields:
            because.setdefault(field, []).append(id)
    found = []
    for name in row.index:
        words = words_for(name) or (Words(name, "count", True, "") if name in because else None)
        if words is None:
            continue
        values = honest[name].to_numpy(dtype=np.float64)
        value = float(row[name])
        rarer = _rarer(value, values, words.high_is_bad)
        if name in because or rarer >= 1 - UNUSUAL:
            found.append((name, words, value, values, rarer))
    found.sort(key=lambda each: (each[0] not in because, -each[4], each[0]))
    rows = [
        (name, words.label, told(value, words.unit), _usual(values, words.unit), rarer,
         ", ".join(because.get(name, ())), words.why)
        for name, words, value, values, rarer in _one_of_each(found, because)
    ]  # fmt: skip
    return pd.DataFrame(rows[:MOST], columns=list(COLUMNS))


def _rarer(value: float, honest: NDArray[np.float64], high_is_bad: bool) -> float:
    """The share of the honest that is less far out to the bad side; 0 where it is not known."""
    known = honest[~np.isnan(honest)]
    if value != value or not len(known):
        return 0.0
    less = known < value if high_is_bad else known > value
    return float(less.mean())


def _usual(honest: NDArray[np.float64], unit: str) -> str:
    known = honest[~np.isnan(honest)]
    if not len(known):
        return "not known"
    low, middle, high = (told(float(q), unit) for q in np.quantile(known, [0.05, 0.5, 0.95]))
    return middle if low == high else f"{middle} ({low} to {high})"


def _one_of_each(
    found: list[tuple[str, Words, float, NDArray[np.float64], float]], because: dict[str, list[str]]
) -> list[tuple[str, Words, float, NDArray[np.float64], float]]:
    """Without windows that tell of one identifier what another row tells."""
    kept, seen = [], set[tuple[str, str, float]]()
    for each in found:
        name, words, value, *_ = each
        stem = name.split("_")[0]
        key = (stem, words.unit, value)
        if name in because or words.unit not in ("count", "RMB") or key not in seen:
            kept.append(each)
        seen.add(key)
    return kept
