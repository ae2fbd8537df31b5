"""Which contributions may be reasons: the catalogue's verdict on each, and the codes' sums."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.explanation.attribution import Attribution
from sandbox.explanation.reason_catalogue import Catalogue, Claim

if TYPE_CHECKING:
    import shap

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.intp]

#: contributions up to this share of a row's largest (or of 1) are rounding, as additivity has it
ROUNDING = 1e-6


def as_attribution(found: "Attribution | shap.Explanation") -> Attribution:
    """An attribution itself, or one made of what `explain` returns.

    Raises BadInput for anything else, and for an explanation of one row or of several classes.
    """
    if isinstance(found, Attribution):
        return found
    values = np.asarray(getattr(found, "values", None))
    data = np.asarray(getattr(found, "data", None))
    if values.ndim != 2 or data.shape != values.shape:
        raise BadInput(
            f"A {type(found).__name__} with values of shape {values.shape} has no reasons; give an "
            "Attribution or what sandbox.explanation.explain returns, n rows by d features."
        )
    base = np.broadcast_to(np.asarray(found.base_values, dtype=np.float64), (len(data),))
    features = pd.DataFrame(data, columns=list(found.feature_names))
    return Attribution(values, base, features, str(found.output_names), "shap")


@dataclass(frozen=True)
class Weighed:
    """Codes by what their features push, row by row."""

    #: the k codes that the columns can give, in alphabetical order
    codes: list[str]
    #: the d columns
    names: list[str]
    #: n × k, what the usable features of the code add, at least 0
    total: Floats
    #: n × k, the column that adds most to it
    strongest: Ints

    @classmethod
    def of(
        cls,
        attribution: "Attribution | shap.Explanation",
        catalogue: Catalogue,
        usual: pd.DataFrame | None,
    ) -> "Weighed":
        """Add up, code by code, what may be given as a reason."""
        cells = Cells.of(attribution, catalogue, usual)
        codes = sorted({c for claim in cells.claims for c in (claim.code, claim.missing) if c})
        total = np.zeros((len(codes), len(cells.values)))
        most = np.zeros_like(total)
        strongest = np.zeros(total.shape, dtype=np.intp)
        # by name, so that neither sums nor ties depend on the order of the columns
        for j in sorted(range(len(cells.names)), key=cells.names.__getitem__):
            for code, where in cells.usable(j):
                k = codes.index(code)
                push = np.where(where, cells.values[:, j], 0.0)
                total[k] += push
                strongest[k] = np.where(push > most[k], j, strongest[k])
                np.maximum(most[k], push, out=most[k])
        return cls(codes, cells.names, total.T, strongest.T)

    def top(self, most: int) -> Ints:
        """n × `most`: positions in `codes`, strongest first, -1 where there are no more."""
        if most < 1:
            raise BadInput(f"top is {most}; a row has 1 reason or more.")
        picked = np.full((len(self.total), most), -1, dtype=np.intp)
        if not self.codes:
            return picked
        left, rows = self.total.copy(), np.arange(len(self.total))
        for rank in range(min(most, len(self.codes))):
            # the first of equals, and codes stand in order
            best = left.argmax(axis=1)
            picked[:, rank] = np.where(left[rows, best] > 0, best, -1)
            left[rows, best] = 0.0
        return picked


@dataclass(frozen=True)
class Cells:
    """Each contribution, n × d, with what the catalogue says about its column."""

    values: Floats
    names: list[str]
    claims: list[Claim]
    #: contributions towards the bad outcome that are more than rounding
    pushing: Flags
    missing: Flags
    #: values on the side that speaks against the applicant
    against: Flags

    @classmethod
    def of(
        cls,
        attribution: "Attribution | shap.Explanation",
        catalogue: Catalogue,
        usual: pd.DataFrame | None,
    ) -> "Cells":
        """Judge every contribution; BadInput for tables that do not fit together."""
        given = as_attribution(attribution)
        features, values = given.features, np.asarray(given.values, dtype=np.float64)
        names = [str(name) for name in features.columns]
        if values.shape != features.shape:
            raise BadInput(
                f"Contributions have shape {values.shape} and features {features.shape}; give one "
                "contribution a feature."
            )
        claims = catalogue.claims(names)
        largest = np.abs(values).max(axis=1, initial=1.0, keepdims=True)
        against, missing = _sides(features, claims, _usual(features, usual))
        return cls(values, names, claims, values > ROUNDING * largest, missing, against)

    def usable(self, j: int) -> list[tuple[str, Flags]]:
        """The codes of a column, and the rows in which it gives them."""
        claim, pushing = self.claims[j], self.pushing[:, j]
        found = []
        if claim.code:
            found.append((claim.code, pushing & self.against[:, j]))
        if claim.missing:
            found.append((claim.missing, pushing & self.missing[:, j]))
        return found

    def set_aside(self, j: int) -> list[tuple[str, Flags]]:
        """Why a column that pushes gives no code, and the rows in which it does not."""
        claim, pushing, missing = self.claims[j], self.pushing[:, j], self.missing[:, j]
        if not claim.code:
            return [(claim.silent, pushing & ~missing if claim.missing else pushing)]
        found = [("runs against its direction", pushing & ~missing & ~self.against[:, j])]
        if not claim.missing:
            found.append(("value is missing", pushing & missing))
        return found


def _usual(features: pd.DataFrame, usual: pd.DataFrame | None) -> pd.DataFrame:
    if usual is None:
        if len(features) == 1:
            raise BadInput(
                "One row alone does not say what is usual; give usual=, such as the background."
            )
        return features
    lacking = [str(name) for name in features.columns if name not in usual.columns]
    if lacking or not len(usual):
        said = f"lack the column {lacking[0]}" if lacking else "are none"
        raise BadInput(f"The rows that say what is usual {said}; give rows with the same columns.")
    return usual


def _sides(features: pd.DataFrame, claims: list[Claim], usual: pd.DataFrame) -> tuple[Flags, Flags]:
    """n × d: whether a value lies on its column's bad side, and whether it is missing."""
    against = np.zeros(features.shape, dtype=bool)
    missing = np.zeros(features.shape, dtype=bool)
    for j, claim in enumerate(claims):
        column = features.iloc[:, j]
        missing[:, j] = column.isna().to_numpy()
        if not claim.code or not pd.api.types.is_numeric_dtype(column):
            continue  # words have no order
        value = column.to_numpy(dtype=np.float64, na_value=np.nan)
        seen = usual[features.columns[j]].to_numpy(dtype=np.float64, na_value=np.nan)
        # the low side is the high side of what is turned round
        sign = 1.0 if claim.against == "high" else -1.0
        against[:, j] = _is_high(sign * value, sign * seen)
    return against, missing


def _is_high(value: Floats, seen: Floats) -> Flags:
    """Whether half of what was seen or more lies below a value; not where it is NaN.

    >>> _is_high(np.array([0.0, 1.0, np.nan]), np.array([0.0, 0.0, 1.0, 1.0])).tolist()
    [False, True, False]
    """
    known = np.sort(seen[~np.isnan(seen)])
    if not len(known):
        return np.zeros(len(value), dtype=bool)
    high: Flags = value > known[(len(known) - 1) // 2]
    return high
