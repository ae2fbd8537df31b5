"""What became of the money of earlier loans: at the applicant's partner, and of neighbours.

A loan counts once its tracing is known: after the window in which its money was followed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.families import PURPOSES
from sandbox.features.neighbours import Asked, Pairs
from sandbox.features.numbering import Floats, Ints, positions

#: columns of the table of traced loans: RMB that left the borrower's account, and of it the share
#: that ended where the stated purpose speaks against it, and the share that came back
TRACED = ("customer_id", "known_at", "traced", "against", "back")


@dataclass(frozen=True)
class Tracings:
    """Traced loans, the earliest known first; money in cents."""

    customer_id: Ints
    known: Floats
    traced: Ints
    against: Ints
    back: Ints

    @classmethod
    def of(cls, table: pd.DataFrame | None) -> "Tracings":
        """From a table with the columns `TRACED`; None: no loan.

        Raises BadInput for missing columns, a loan that stands twice, times or amounts that are
        no numbers, and shares that are not from 0 to 1. A share of no money may be NaN.
        """
        if table is None:
            table = pd.DataFrame({name: np.empty(0) for name in TRACED})
        missing = [name for name in TRACED if name not in table]
        if missing:
            raise BadInput(f"The traced loans lack {', '.join(missing)}; make them by tracing.")
        table = table.sort_values(["known_at", "customer_id"], kind="stable")
        ids = table["customer_id"]
        if not ids.is_unique:
            raise BadInput(f"The loan of customer {ids[ids.duplicated()].iloc[0]} is traced twice.")
        known, money = (table[name].to_numpy(dtype=np.float64) for name in ("known_at", "traced"))
        if not (np.isfinite(known).all() and np.isfinite(money).all() and (money >= 0).all()):
            raise BadInput("A traced loan has no time or no amount from 0; give days and RMB.")
        parts = [cents_of(money, table[name].to_numpy(np.float64)) for name in ("against", "back")]
        whole = np.rint(money * 100).astype(np.int64)
        return cls(ids.to_numpy(dtype=np.int64), known, whole, *parts)


def cents_of(money: Floats, share: Floats) -> Ints:
    """A share of RMB in cents, 0 where it is NaN; BadInput unless shares are from 0 to 1.

    >>> cents_of(np.array([80.0]), np.array([0.25])).tolist()
    [2000]
    """
    wrong = (share < 0) | (share > 1)
    if wrong.any():
        raise BadInput(f"A share of a traced loan is {share[wrong][0]}; shares are from 0 to 1.")
    return np.rint(money * np.nan_to_num(share) * 100).astype(np.int64)


def shares(loans: Ints, traced: Ints, against: Ints, back: Ints) -> tuple[Floats, Floats, Floats]:
    """Columns of sums in cents: how many loans, and shares of their money, NaN where none."""
    whole = np.where(traced > 0, traced, 1)
    one, other = (np.where(traced > 0, part / whole, np.nan) for part in (against, back))
    return loans.astype(np.float64), one, other


def purpose_columns(asked: Asked, pairs: Pairs, tracings: Tracings) -> dict[str, Floats]:
    """The columns `families.PURPOSES`, a value each row asked for."""
    found = (*_of_partners(asked, tracings), *_of_neighbours(asked, pairs, tracings))
    return dict(zip(PURPOSES, found, strict=True))


def _of_partners(asked: Asked, tracings: Tracings) -> tuple[Floats, Floats, Floats]:
    """Loans of the applicant's partner; the partner of a loan is where its borrower applied."""
    partner = asked.code("partner_id")
    who = positions(tracings.customer_id, asked.sightings.customers)
    at = np.where(who >= 0, np.append(partner, -1)[who], -1)
    order = np.flatnonzero(at >= 0)
    order = order[np.argsort(at[order], kind="stable")]
    moments = np.unique(tracings.known)
    several = len(moments) + 1
    key = at[order] * several + np.searchsorted(moments, tracings.known[order])
    mine = partner[asked.customer] * several
    start = np.searchsorted(key, mine)
    stop = np.searchsorted(key, mine + np.searchsorted(moments, asked.time, side="right"))
    sums = []
    for cents in (tracings.traced, tracings.against, tracings.back):
        total = np.concatenate([[0], np.cumsum(cents[order])])
        sums.append(total[stop] - total[start])
    return shares(stop - start, *sums)


def _of_neighbours(asked: Asked, pairs: Pairs, tracings: Tracings) -> tuple[Floats, Floats, Floats]:
    row_of = np.full(len(asked.sightings.customers) + 1, -1, dtype=np.int64)
    row_of[positions(tracings.customer_id, asked.sightings.customers)] = np.arange(
        len(tracings.known)
    )
    row_of[-1] = -1  # where customers that nobody knows were written
    loan = row_of[pairs.other]
    there = np.flatnonzero(loan >= 0)
    there = there[tracings.known[loan[there]] <= asked.time[pairs.row[there]]]
    row, loan, rows = pairs.row[there], loan[there], len(asked.customer)
    sums = [
        # sums of whole cents below 2**53 are exact
        np.bincount(row, cents[loan], minlength=rows).astype(np.int64)
        for cents in (tracings.traced, tracings.against, tracings.back)
    ]
    return shares(np.bincount(row, minlength=rows).astype(np.int64), *sums)
