"""Who shares something with an applicant, and what was known of them at the time."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.features.numbering import Floats, Ints
from sandbox.features.sightings import TIES, Sightings, ranges

Flags = NDArray[np.bool_]

#: neighbours looked at on one node, the latest; those before are counted, but not looked at
LOOKED_AT = 100
#: columns of applications of which neighbours' means are taken, where there are such columns
OF_NEIGHBOURS = (
    "device_age_days", "email_age_days", "session_seconds", "requested_amount", "declared_income",
    "bureau_inquiries_6m",
)  # fmt: skip
#: bits of ties in a mask
_BIT = {kind: 1 << code for code, kind in enumerate(TIES)}
#: ties in a mask, by mask
_TIES_IN = np.array([mask.bit_count() for mask in range(1 << len(TIES))])


@dataclass(frozen=True)
class Asked:
    """The applications whose features are asked for, and what is known of all customers."""

    sightings: Sightings
    #: of the m rows asked for: customer, as position in `sightings.customers`, and time in days
    customer: Ints
    time: Floats
    #: all applications, and by customer the row of theirs, -1 for none
    applications: pd.DataFrame
    row_of: Ints
    #: by customer: when fraud was confirmed, and when the application was declined, or infinity
    confirmed: Floats
    declined: Floats

    @cached_property
    def in_order(self) -> bool:
        """Whether customers are the applicants, in order of the applications."""
        rows = len(self.applications)
        return len(self.row_of) == rows and bool((self.row_of == np.arange(rows)).all())

    def column(self, name: str) -> Floats:
        """A column of applications, by customer; NaN for those without one."""
        values = self.applications[name].to_numpy(dtype=np.float64)
        if self.in_order:
            return values
        return np.where(self.row_of >= 0, np.append(values, np.nan)[self.row_of], np.nan)

    def code(self, name: str) -> Ints:
        """A column of ids as codes, by customer; -1 for those without an application."""
        codes = pd.factorize(self.applications[name])[0].astype(np.int64)
        if self.in_order:
            return codes
        return np.where(self.row_of >= 0, np.append(codes, -1)[self.row_of], -1)


@dataclass(frozen=True)
class Pairs:
    """Applications and their neighbours, each pair once, in order of application."""

    #: row asked for
    row: Ints
    #: the neighbour, position in `Sightings.customers`
    other: Ints
    #: what they share, bits of `_BIT`
    shared: Ints
    #: when the latest of it was known of the neighbour, days
    since: Floats


def neighbours_of(asked: Asked, row: Ints, pair: Ints) -> Pairs:
    """Everybody known by then on one of the applicants' own nodes (`row`, `pair`)."""
    seen = asked.sightings
    shared_node = seen.size[pair] > 1
    row, pair = row[shared_node], pair[shared_node]
    stop = seen.until(pair, asked.time[row])
    place, other = ranges(np.maximum(seen.start[pair], stop - LOOKED_AT), stop)
    row, who = row[place], seen.customer[other]
    strangers = who != asked.customer[row]
    row, who, other = row[strangers], who[strangers], other[strangers]
    order = np.argsort(row * len(seen.customers) + who, kind="stable")
    row, who, other = row[order], who[order], other[order]
    new = np.ones(len(row), dtype=bool)
    new[1:] = (row[1:] != row[:-1]) | (who[1:] != who[:-1])
    first = np.flatnonzero(new)
    if not len(first):
        return Pairs(row, who, row, seen.known[other])
    shared = np.bitwise_or.reduceat(1 << seen.kind[other], first)
    since = np.maximum.reduceat(seen.known[other], first)
    return Pairs(row[first], who[first], shared, since)


def neighbour_columns(asked: Asked, pairs: Pairs, windows: tuple[int, ...]) -> dict[str, Floats]:
    """Counts, shares and means over the neighbours of each row asked for."""
    rows, time = len(asked.customer), asked.time[pairs.row]

    def count(which: Flags) -> Floats:
        return np.bincount(pairs.row[which], minlength=rows).astype(np.float64)

    every = count(np.ones(len(pairs.row), dtype=bool))
    some = np.where(every > 0, every, np.nan)
    device = (pairs.shared & _BIT["device"]) > 0
    elsewhere = device & ((pairs.shared & _BIT["address"]) == 0)
    merchant = asked.code("partner_id")
    applied = asked.column("event_time")[pairs.other] <= time
    same = applied & (merchant[pairs.other] == merchant[asked.customer][pairs.row])
    confirmed = count(asked.confirmed[pairs.other] <= time)
    declined = count(asked.declined[pairs.other] <= time)
    recent = {f"neighbours_{days}d": count(pairs.since > time - days) for days in windows}
    return {
        "neighbours": every,
        **recent,
        "neighbours_two_ties": count(_TIES_IN[pairs.shared] > 1),
        "device_elsewhere": count(elsewhere),
        "device_addresses": _addresses(asked, pairs, device),
        "same_merchant_share": count(same) / some,
        "confirmed_neighbours": confirmed,
        "confirmed_share": confirmed / some,
        "declined_neighbours": declined,
        "declined_share": declined / some,
        **_times(asked, pairs),
        **_means(asked, pairs),
    }


def _addresses(asked: Asked, pairs: Pairs, device: Flags) -> Floats:
    """How many different addresses, not the own, those on the device applied from."""
    address = asked.code("address_id")
    row, theirs = pairs.row[device], address[pairs.other[device]]
    applied = asked.column("event_time")[pairs.other[device]] <= asked.time[row]
    other = applied & (theirs != address[asked.customer][row])
    key = row[other] * (len(asked.applications) + 1) + theirs[other]
    different = np.unique(key) // (len(asked.applications) + 1)
    return np.bincount(different, minlength=len(asked.customer)).astype(np.float64)


def _times(asked: Asked, pairs: Pairs) -> dict[str, Floats]:
    """How long ago neighbours were first and last seen, days."""
    first, last = (np.full(len(asked.customer), fill) for fill in (np.inf, -np.inf))
    np.minimum.at(first, pairs.row, pairs.since)
    np.maximum.at(last, pairs.row, pairs.since)
    none = np.isinf(first)
    nearest = np.where(none, np.nan, asked.time - np.where(none, 0.0, last))
    span = np.where(none, np.nan, asked.time - np.where(none, 0.0, first))
    return {"nearest_days": nearest, "span_days": span}


def _means(asked: Asked, pairs: Pairs) -> dict[str, Floats]:
    """Means of neighbours' columns, over those who had applied by then and have a value."""
    applied = asked.column("event_time")[pairs.other] <= asked.time[pairs.row]
    columns = {}
    for name in OF_NEIGHBOURS:
        if name not in asked.applications:
            continue
        value = asked.column(name)[pairs.other]
        there = applied & ~np.isnan(value)
        rows = len(asked.customer)
        count = np.bincount(pairs.row[there], minlength=rows)
        total = np.bincount(pairs.row[there], value[there], minlength=rows)
        columns[f"neighbours_{name}"] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return columns
