"""Birth dates that give exactly the age asked for."""

from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from data_generators.errors import InvalidInput
from data_generators.streams import Floats, Ints

#: oldest age, years
OLDEST = 120
_YEARS = (2000, 2099)
#: the earliest birth date there can be, days since 1970-01-01
FIRST_BIRTH = (date(_YEARS[0] - OLDEST, 1, 1) - date(1970, 1, 1)).days


def birth_days(age: Floats, on: str) -> Ints:
    """Days from 1970-01-01 to the birth of people who are `age` years old `on` that day.

    Completed years are exact; the fraction says how far the next birthday is.

    >>> birth_days(np.array([30.0, 30.999]), "2024-06-30").astype("M8[D]").astype(str).tolist()
    ['1994-06-30', '1993-07-01']
    """
    day = _day(on)
    if not bool(np.all((age >= 0) & (age < OLDEST))):
        wrong = age[~((age >= 0) & (age < OLDEST))][0]
        raise InvalidInput(f"age {wrong} is not from 0 to under {OLDEST} years; correct it.")
    whole = age.astype(np.int64)
    birthdays = _birthdays(day)
    latest = birthdays[whole]
    return latest - ((age - whole) * (latest - birthdays[whole + 1])).astype(np.int64)


@cache
def dates() -> NDArray[np.bytes_]:
    """Every possible birth date as YYYYMMDD, from `FIRST_BIRTH` on."""
    days = np.arange(FIRST_BIRTH, (date(_YEARS[1] + 1, 1, 1) - date(1970, 1, 1)).days)
    return np.char.replace(days.astype("M8[D]").astype("S10"), b"-", b"").astype("S8")


def _day(on: str) -> date:
    try:
        day = date.fromisoformat(on)
    except (TypeError, ValueError):
        raise InvalidInput(f"on={on!r} is no day; write it as YYYY-MM-DD.") from None
    if not _YEARS[0] <= day.year <= _YEARS[1]:
        raise InvalidInput(
            f"on={on!r} is not within {_YEARS[0]} to {_YEARS[1]}; choose a day there."
        )
    return day


@cache
def _birthdays(day: date) -> Ints:
    """The last day of birth on which one is at least 0, 1, 2, ... years old."""

    def years_before(years: int) -> date:
        try:
            return day.replace(year=day.year - years)
        except ValueError:  # 29 February; who was born on 1 March has not had the birthday yet
            return date(day.year - years, 2, 28)

    return np.array([(years_before(y) - date(1970, 1, 1)).days for y in range(OLDEST + 1)])
