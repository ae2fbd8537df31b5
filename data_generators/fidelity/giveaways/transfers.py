"""Columns that an analyst would derive from transfers to find fraud with."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY, WEEK = 1.0, 7.0
#: days of a month, on average
_MONTH = 365 / 12


@dataclass(frozen=True)
class _Timeline:
    """Events of each key in time: `times` (days) by dense `keys`, as one sorted array."""

    ordered: Floats
    order: NDArray[np.intp]
    span: float

    @classmethod
    def of(cls, keys: Ints, times: Floats) -> "_Timeline":
        span = float(times.max(initial=0.0)) + 2.0 * WEEK + 1.0
        marks = keys * span + times
        order = np.argsort(marks, kind="stable")
        return cls(marks[order], order, span)

    def count(self, keys: Ints, start: Floats, stop: Floats) -> Floats:
        """Events of `keys` from `start` up to and without `stop`."""
        low = np.searchsorted(self.ordered, keys * self.span + np.maximum(start, 0.0))
        high = np.searchsorted(self.ordered, keys * self.span + stop)
        counts: Floats = np.maximum(high - low, 0).astype(float)
        return counts

    def last(self, keys: Ints, times: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Row of the last event of each key before a time, and days since; NaN for none."""
        at = keys * self.span + times
        place = np.searchsorted(self.ordered, at) - 1
        since = at - self.ordered[np.maximum(place, 0)]
        known = (place >= 0) & (since <= times)
        return self.order[np.maximum(place, 0)], np.where(known, since, np.nan)


def transfers_derived(transfers: pd.DataFrame) -> pd.DataFrame:
    """The columns of `transfers` (20, in any order of rows), and what can be derived from them.

    Cents and roundness of the amount; hour, weekday, day of the month; ratios to the mean amount
    that the sender sends and the receiver receives; partners of both accounts, in and out; how
    many left the one and reached the other in the day and the week before; minutes since the
    sender was last paid, and the amount over what came then; whether it is the first between the
    two, and whether money went the other way within a week before or after.
    """
    time = transfers["event_time"].to_numpy(dtype=np.float64)
    amount = transfers["amount"].to_numpy(dtype=np.float64)
    ends = pd.concat([transfers["from_account"], transfers["to_account"]])
    codes, accounts = pd.factorize(ends)
    sender, receiver = np.split(codes.astype(np.int64), 2)
    columns = {
        **_amounts(amount),
        **_times(time),
        **_habits(sender, receiver, amount, len(accounts)),
        **_speed(sender, receiver, time, amount),
        **_pairs(sender, receiver, time, len(accounts)),
    }
    return pd.concat([transfers.reset_index(drop=True), pd.DataFrame(columns)], axis=1)


def _amounts(amount: Floats) -> dict[str, Floats]:
    cents = np.rint(100.0 * amount)
    round_to = np.zeros(len(amount))
    for power in range(1, 7):
        round_to[cents % 10**power == 0] = power
    return {
        "amount cents": cents % 100,
        "amount last digits": np.floor(amount) % 100,
        "amount roundness": round_to,
        "amount under a round one": -amount % 1_000,
    }


def _times(time: Floats) -> dict[str, Floats]:
    hour = (time % 1.0) * 24.0
    return {
        "hour": np.floor(hour),
        "hours from midnight": np.minimum(hour, 24.0 - hour),
        "minute": np.floor(hour % 1.0 * 60.0),
        "second": np.floor(time * 86_400.0) % 60,
        "weekday": np.floor(time) % 7,
        "day of the month": np.floor(time % _MONTH),
        "position in the file": np.arange(len(time), dtype=float),
    }


def _habits(sender: Ints, receiver: Ints, amount: Floats, accounts: int) -> dict[str, Floats]:
    """Amounts beside the means of either side, and how many partners both have."""
    columns = {}
    for side, key in (("from", sender), ("to", receiver)):
        count = np.bincount(key, minlength=accounts)
        mean = np.bincount(key, amount, accounts) / np.maximum(count, 1)
        columns[f"amount / mean {side}"] = amount / mean[key]
    pairs = np.unique(sender * accounts + receiver)
    out = np.bincount(pairs // accounts, minlength=accounts).astype(float)
    into = np.bincount(pairs % accounts, minlength=accounts).astype(float)
    for side, key in (("from", sender), ("to", receiver)):
        columns[f"{side} partners out"] = out[key]
        columns[f"{side} partners in"] = into[key]
    return columns


def _speed(sender: Ints, receiver: Ints, time: Floats, amount: Floats) -> dict[str, Floats]:
    sent, received = _Timeline.of(sender, time), _Timeline.of(receiver, time)
    columns = {}
    for words, days in (("day", DAY), ("week", WEEK)):
        columns[f"from: sent in the {words} before"] = sent.count(sender, time - days, time)
        columns[f"from: received in the {words} before"] = received.count(sender, time - days, time)
        columns[f"to: received in the {words} before"] = received.count(receiver, time - days, time)
        columns[f"to: sent in the {words} after"] = sent.count(receiver, time, time + days)
    row, since = received.last(sender, time)
    columns["minutes since the sender was paid"] = since * 1_440.0
    columns["amount / last received"] = np.where(np.isnan(since), np.nan, amount / amount[row])
    row, since = sent.last(sender, time)
    columns["minutes since the sender sent"] = since * 1_440.0
    columns["amount / last sent"] = np.where(np.isnan(since), np.nan, amount / amount[row])
    return columns


def _pairs(sender: Ints, receiver: Ints, time: Floats, accounts: int) -> dict[str, Floats]:
    """How often the two dealt before, and whether money went the other way."""
    codes, _ = pd.factorize(
        np.concatenate([sender * accounts + receiver, receiver * accounts + sender])
    )
    there, back = np.split(codes.astype(np.int64), 2)
    pairs = _Timeline.of(there, time)
    before = pairs.count(there, np.zeros(len(time)), time)
    return {
        "earlier between the two": before,
        "first between the two": (before == 0).astype(float),
        "back in the week before": pairs.count(back, time - WEEK, time),
        "back in the week after": pairs.count(back, time, time + WEEK),
    }
