"""One column of raw cells as float64: numbers, ordered steps or codes of a category."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.portfolio.mapping import Code, Feature, Target
from sandbox.portfolio.reading import RawTable

Vector = NDArray[np.float64]

#: a column with more names than this is an identifier or free text
MOST_LEVELS = 100


class Column:
    """Cells of one column, read both as numbers and as labels; None and blanks are missing."""

    def __init__(
        self,
        raw: RawTable,
        name: str,
        missing: Iterable[Code] = (),
        if_empty: str = "ignore it",
    ) -> None:
        self.raw, self.name = raw, name
        cells = raw.cells[name]
        if pd.api.types.infer_dtype(cells, skipna=True) == "boolean":
            cells = cells.astype("boolean").astype("Float64")
        if pd.api.types.is_datetime64_any_dtype(cells):
            raise BadInput(
                f"Column {name!r} of {raw.file} holds dates; turn them into a number, such as "
                "months since opening, or ignore the column."
            )
        if pd.api.types.is_numeric_dtype(cells):
            self.numbers = cells.to_numpy(dtype=np.float64, na_value=np.nan)
            self.text = np.full(len(cells), "", dtype=object)
        else:
            stripped = cells.astype("str").str.strip()
            self.numbers = pd.to_numeric(stripped, errors="coerce").to_numpy(dtype=np.float64)
            filled = (cells.notna() & (stripped != "")).to_numpy(dtype=bool)
            is_text = np.isnan(self.numbers) & filled
            self.text = np.where(is_text, stripped.to_numpy(dtype=object), "")
        gone = self.among(missing)
        self.numbers, self.text = self.numbers.copy(), self.text.copy()
        self.numbers[gone], self.text[gone] = np.nan, ""
        if self.missing.all():
            raise BadInput(
                f"Column {name!r} of {raw.file} has no value in any of its {len(cells):,} rows; "
                f"{if_empty}."
            )

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which of the n cells hold nothing."""
        nothing: NDArray[np.bool_] = np.isnan(self.numbers) & (self.text == "")
        return nothing

    def among(self, codes: Iterable[Code]) -> NDArray[np.bool_]:
        """Which of the n cells hold one of `codes`."""
        hit = np.zeros(len(self.numbers), dtype=bool)
        for code in codes:
            number, words = _readings(code)
            hit |= self.numbers == number
            hit |= np.isin(np.char.lower(self.text.astype(str)), words) & (self.text != "")
        return hit

    def labels(self) -> NDArray[Any]:
        """The n cells as words, "" where missing: 2.0 is "2"."""
        numeric = ~np.isnan(self.numbers)
        words = self.text.copy()
        values, positions = np.unique(self.numbers[numeric], return_inverse=True)
        words[numeric] = np.array([f"{v:.15g}" for v in values], dtype=object)[positions]
        return words

    def refuse(self, bad: NDArray[np.bool_], why: Callable[[str], str]) -> None:
        """BadInput for the first cell of `bad`, `why` given its value."""
        if bad.any():
            first = int(np.argmax(bad))
            value = self.labels()[first]
            more = f" ({int(bad.sum()):,} such rows)" if bad.sum() > 1 else ""
            raise BadInput(
                f"Column {self.name!r} of {self.raw.file}, row {self.raw.row(first)}{more}: "
                f"{why(value)}."
            )


def feature(raw: RawTable, said: Feature) -> tuple[Vector, tuple[str, ...]]:
    """The n values of a feature and, for a category or an ordinal in words, its levels.

    Numbers stay as they are. A category becomes the position of its name among the sorted
    names, an ordinal in words its position in `order`; missing is NaN throughout.
    """
    column = Column(raw, said.column, said.missing)
    if said.kind == "category":
        return _coded(column)
    if said.order:
        return _stepped(column, said.order)
    return _numeric(column), ()


def score(raw: RawTable, name: str) -> Vector:
    """The n probabilities of default that the bank gave."""
    column = Column(raw, name, if_empty="name the column that holds the scores")
    column.refuse(
        (column.text != "") | np.isinf(column.numbers),
        lambda value: (
            f"the score is {value!r}; a probability of default, a number within [0, 1], is needed"
        ),
    )
    values = column.numbers
    largest = np.nanmax(values)
    percent = " or divide percentages by 100" if 1 < largest <= 100 else ""
    column.refuse(
        (values < 0) | (values > 1),
        lambda value: (
            f"the score is {value}, a probability of default is within [0, 1]; "
            f"turn points into a pd first{percent}"
        ),
    )
    return values


def target(raw: RawTable, said: Target) -> Vector:
    """The n outcomes: 1 default, 0 none, NaN not observed."""
    column = Column(
        raw, said.column, said.missing, if_empty="name the column that holds the outcomes"
    )
    positive = column.among([said.positive])
    words = sorted(set(column.labels()[~column.missing & ~positive]))
    where = f"Column {said.column!r} of {raw.file}"
    if not positive.any():
        raise BadInput(
            f"{where} never holds {said.positive!r}, which the mapping says means default; it "
            f"holds {_some(words)}: correct target.positive there, or give a file with accounts "
            "that defaulted."
        )
    if not words:
        raise BadInput(
            f"{where} holds one class only, {said.positive!r}, in every row; give a file that has "
            "accounts that did not default as well."
        )
    negative = column.among([words[0]] if said.negative is None else [said.negative])
    if said.negative is None and len(words) > 1:
        raise BadInput(
            f"{where} holds {_some(words)} besides {said.positive!r}; say in the mapping which one "
            "means no default (negative:) and which mean not observed (missing:)."
        )
    if not negative.any():
        raise BadInput(
            f"{where} never holds {said.negative!r}, which the mapping says means no default; it "
            f"holds {_some(words)} besides {said.positive!r}: correct target.negative there."
        )
    column.refuse(
        ~column.missing & ~positive & ~negative,
        lambda value: (
            f"the target is {value}; {said.positive!r} and {said.negative!r} are expected, and "
            "values that mean not observed are listed under missing:"
        ),
    )
    return np.where(positive, 1.0, np.where(negative, 0.0, np.nan))


def _numeric(column: Column) -> Vector:
    column.refuse(
        (column.text != "") | np.isinf(column.numbers),
        lambda value: (
            f"{value!r} is not a number; correct it, list it under missing:, or say "
            "kind: category in the mapping"
        ),
    )
    return column.numbers


def _coded(column: Column) -> tuple[Vector, tuple[str, ...]]:
    labels, missing = column.labels(), column.missing
    numbers = dict(zip(labels, column.numbers, strict=True))
    # numbers in their order before words in theirs (a NaN would sort anywhere)
    levels = sorted(
        set(labels[~missing]),
        key=lambda w: (np.isnan(numbers[w]), 0.0 if np.isnan(numbers[w]) else numbers[w], w),
    )
    if len(levels) > MOST_LEVELS:
        raise BadInput(
            f"Column {column.name!r} of {column.raw.file} has {len(levels):,} different values; a "
            f"category has at most {MOST_LEVELS}: group them, or say kind: number, or ignore it."
        )
    position = {word: float(i) for i, word in enumerate(levels)}
    return np.array([position.get(w, np.nan) for w in labels]), tuple(levels)


def _stepped(column: Column, order: tuple[Code, ...]) -> tuple[Vector, tuple[str, ...]]:
    values = np.full(len(column.numbers), np.nan)
    for position, step in enumerate(order):
        values[column.among([step])] = position
    steps = tuple(str(step) for step in order)
    column.refuse(
        np.isnan(values) & ~column.missing,
        lambda value: f"{value!r} is not in the order the mapping gives ({', '.join(steps)})",
    )
    return values, steps


def _readings(code: Code) -> tuple[float, list[str]]:
    """A code as a number (NaN if it is none) and as lower-case words.

    YAML reads yes and no as booleans, so these stand for the words as well.
    """
    if isinstance(code, bool):
        return float(code), ["true", "yes", "on"] if code else ["false", "no", "off"]
    try:
        number = float(code)
    except ValueError:
        return np.nan, [str(code).strip().lower()]
    return number, [str(code).strip().lower()]


def _some(words: list[str]) -> str:
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
