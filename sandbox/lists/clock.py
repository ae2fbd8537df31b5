"""Times: aware datetimes outside, whole microseconds since 1970 in UTC inside the store.

Whole numbers are compared alike by every database and lose nothing on the way.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from sandbox.errors import BadInput

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
#: the time of day 0 of a simulated world
WORLD_START = datetime(2024, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"\d{4}([-/])\d{1,2}\1\d{1,2}")
_TIME = re.compile(
    rf"{_DATE.pattern}[T ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d{{1,6}})?)?(Z|[+-]\d\d:?\d\d)?"
)
FORMATS = "2026-03-31, or 2026-03-31T18:00:00+08:00"


def now() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


def microseconds(when: datetime) -> int:
    """Microseconds from 1970-01-01 UTC; BadInput for a time without a zone.

    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    if when.tzinfo is None:
        raise BadInput(
            f"{when.isoformat()} has no time zone; give one, as in "
            "datetime(2026, 3, 31, tzinfo=timezone.utc)."
        )
    return (when - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(count: int) -> datetime:
    """The time in UTC.

    >>> from_microseconds(86_400_000_000).isoformat()
    '1970-01-02T00:00:00+00:00'
    """
    return _EPOCH + timedelta(microseconds=count)


def world_time(day: float) -> datetime:
    """The time of a day of a simulated world.

    >>> world_time(1.5).isoformat()
    '2024-01-02T12:00:00+00:00'
    """
    return WORLD_START + timedelta(days=day)


@lru_cache(maxsize=8192)
def read_time(text: str, is_end: bool = False) -> datetime:
    """A date or a time as it is written in files; ValueError for anything else.

    Without a zone it is UTC. A day alone is its first moment; as an end (`is_end`) it counts to
    its last, so that "until 31 March" has 31 March in it.

    >>> read_time("2026-03-31", is_end=True).isoformat()
    '2026-04-01T00:00:00+00:00'
    >>> read_time("2026/3/31 18:00+0800").isoformat()
    '2026-03-31T10:00:00+00:00'
    """
    is_day = _DATE.fullmatch(text) is not None
    if not is_day and not _TIME.fullmatch(text):
        raise ValueError(text)
    day, between, clock = re.split(r"([T ])", text, maxsplit=1) if not is_day else (text, "", "")
    year, month, date = re.split("[-/]", day)
    read = datetime.fromisoformat(f"{year}-{month:0>2}-{date:0>2}{between}{clock}")
    zoned = read if read.tzinfo else read.replace(tzinfo=UTC)
    try:
        return zoned.astimezone(UTC) + timedelta(days=is_day and is_end)
    except OverflowError:  # the last day there is, which stands for "for ever" in many files
        return _LAST
