"""How rules read numbers: 15 significant digits, 18 decimals, nothing beyond 1e15.

zen-engine computes in decimals and reads a float to 15 significant digits, so that to it
0.1 + 0.2 is 0.3. Rules take that reading as theirs. A batch keeps to it without rounding a
single value: a bound is widened once, to the outermost floats that are read as the bound.
"""

import math
import re
from decimal import Decimal
from functools import lru_cache

from sandbox.errors import BadInput

#: significant digits and decimals that are read
DIGITS, DECIMALS = 15, 18
#: values beyond it, and infinite ones, are read as this; what rules compare with is smaller
LARGEST = 1e15
#: a number as it is written in a cell
NUMBER = r"[+-]?\s?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"


def as_read(value: float) -> float:
    """The number that a rule sees in place of `value`; NaN stays.

    >>> as_read(0.1 + 0.2), as_read(float("inf"))
    (0.3, 1000000000000000.0)
    """
    if not -LARGEST < value < LARGEST:
        return value if math.isnan(value) else math.copysign(LARGEST, value)
    # + 0.0 makes 0.0 of -0.0
    return round(float(f"{value:.{DIGITS}g}"), DECIMALS) + 0.0


def bound(text: str) -> float:
    """A number as written in a cell; BadInput where rules cannot tell it from its neighbours.

    >>> bound("- 2.50")
    -2.5
    """
    exact = Decimal(re.sub(r"\s", "", text))
    digits = exact.normalize().as_tuple()
    places = -int(digits.exponent) if exact else 0
    if abs(exact) >= Decimal("1e15") or len(digits.digits) > DIGITS or places > DECIMALS:
        raise BadInput(
            f"{text} cannot be compared with; a number has at most {DIGITS} significant digits "
            f"and {DECIMALS} decimals and lies within {LARGEST:g}."
        )
    return float(exact) + 0.0


def written(number: float) -> str:
    """A bound as zen-engine reads it back without loss: plain digits, no exponent.

    >>> written(1e16), written(-0.5)
    ('10000000000000000', '-0.5')
    """
    return format(Decimal(f"{number:.{DIGITS}g}"), "f")


@lru_cache(maxsize=4096)
def read_as(number: float) -> tuple[float, float]:
    """The smallest and the largest float that are read as `number`, a bound.

    >>> low, high = read_as(0.3)
    >>> low < 0.1 + 0.2 <= high
    True
    """
    gap = max(abs(number) * 1e-14, 10.0**-DECIMALS)
    return _last(number, number - gap), _last(number, number + gap)


def _last(inside: float, outside: float) -> float:
    """The last float towards `outside` that is read as `inside` is."""
    number = inside
    while True:
        middle = (inside + outside) / 2
        if middle in (inside, outside):
            return inside
        if as_read(middle) == number:
            inside = middle
        else:
            outside = middle
