"""Each figure beside a world's own value, and where that value stands."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from data_generators.fidelity import shapes
from data_generators.fidelity.applicability import Setting, applies
from data_generators.fidelity.figures import Figure, Number, figures
from data_generators.fidelity.reading import Reading

#: default rate at 90-100% utilisation over that at 5% or less: "about ten-fold"
FOLD = (5.0, 20.0)
#: of one default rate to the next, for noise
TOLERANCE = 0.01


class Standing(StrEnum):
    """How a world's value stands to a published figure."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    #: without a band: the groups stand to each other as published
    ALIKE = "same shape"
    UNLIKE = "other shape"
    #: without a band and without groups: printed side by side
    BESIDE = "no band"
    NOT_YET = "not in this world yet"
    NOT_HERE = "not applicable to this scenario"


@dataclass(frozen=True)
class Line:
    """One figure of the comparison."""

    figure: Figure
    #: the world's own value; None when there is none
    value: Number | None
    standing: Standing
    #: circumstances of the value, or why there is none
    note: str


def compare(setting: Setting, readings: Mapping[str, Reading]) -> tuple[Line, ...]:
    """Every figure, in the order of the file, beside the readings of a world of this setting.

    A figure that applies but was not read counts as not in this world yet.
    """
    return tuple(_line(figure, setting, readings) for figure in figures())


def gates_outside(lines: Iterable[Line]) -> int:
    """How many gates that apply the world does not meet."""
    return sum(line.figure.gate and line.standing is Standing.OUTSIDE for line in lines)


def _line(figure: Figure, setting: Setting, readings: Mapping[str, Reading]) -> Line:
    if not applies(figure, setting):
        return Line(figure, None, Standing.NOT_HERE, f"applies to: {figure.applies_to}")
    reading = readings.get(figure.id, Reading(None, missing="a measure of it"))
    value = reading.value
    if value is None or not any(map(math.isfinite, _numbers(value))):
        return Line(figure, None, Standing.NOT_YET, reading.missing or "accounts to measure it on")
    note = "; ".join(part for part in (reading.note, _lacking(reading)) if part)
    return Line(figure, value, _standing(figure, value, readings), note)


def _lacking(reading: Reading) -> str:
    return f"not in this world yet: {reading.missing}" if reading.missing else ""


def _standing(figure: Figure, value: Number, readings: Mapping[str, Reading]) -> Standing:
    if figure.band is not None and isinstance(value, float):
        return Standing.INSIDE if figure.holds(value) else Standing.OUTSIDE
    is_alike = _alike(figure, value, readings)
    if is_alike is None:
        return Standing.BESIDE
    return Standing.ALIKE if is_alike else Standing.UNLIKE


def _alike(figure: Figure, value: Number, readings: Mapping[str, Reading]) -> bool | None:
    """Whether the groups stand to each other as published; None where that is not defined."""
    family = "gmsc.default_by_utilisation."
    if figure.id.startswith(family):
        names = [f"{family}{name}" for name, *_ in shapes.UTILISATION_BANDS]
        rates = [number for n in names for number in _numbers(readings[n].value)]
        return utilisation_shape(rates)
    numbers = _numbers(value)
    if figure.id == "gmsc.default_by_age.young_old" and all(map(math.isfinite, numbers)):
        return numbers[0] > numbers[1]
    if figure.id == "gmsc.prior_90_plus" and all(map(math.isfinite, numbers)):
        return shapes.rises(numbers, TOLERANCE)
    return None


def utilisation_shape(rates: list[float]) -> bool:
    """Whether default rises with utilisation (five bands), five- to twenty-fold up to 100%.

    Bands that nobody is in (NaN) are passed over in the rise.

    >>> utilisation_shape([0.018, 0.031, 0.096, 0.194, 0.372])
    True
    """
    present = [rate for rate in rates if math.isfinite(rate)]
    fold = rates[3] / rates[0] if rates[0] else math.inf
    return shapes.rises(present, TOLERANCE) and FOLD[0] <= fold <= FOLD[1]


def _numbers(value: Number | None) -> tuple[float, ...]:
    if value is None:
        return ()
    return tuple(map(float, value)) if isinstance(value, tuple) else (float(value),)
