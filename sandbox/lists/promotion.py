"""Entries that follow from confirmed outcomes by rules, with their expiry and their withdrawal.

    list   rule        what is entered                  because                          for
    black  confirmed   device, phone, account, address  a confirmed fraud used it        365 days
    grey   suspected   device, phone, account, address  an analyst found fraud there      90 days
    grey   neighbour   device, phone, account           its user shares two kinds of      90 days
                                                        tie with a confirmed fraud
    white  hub         device, address                  eight customers or more who are  180 days
                                                        honest so far were known there

An identifier is neither black nor grey while more honest customers than `honest_at_most` are
known on it, and what stands is withdrawn when they become more: dormitories and terminals are
never black for one who used them. A neighbour whom a review clears is a ground no longer. A hub
is white while there are twenty honest customers to each confirmed fraud. Honest so far are those
whom a review cleared, and those approved whom nothing was found out about in 120 days.

Each ground lasts its days from when it became known; an entry stands while any of its grounds
does. Everything depends on what was known at the time and on nothing later. Customers themselves
and partners are not promoted. The numbers are assumed; `Promotion` has them all.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.lists.clock import world_time
from sandbox.lists.entries import LISTS, NewEntry
from sandbox.lists.grounds import RULES, Grounds, Promotion, grounds_of
from sandbox.lists.ties import TIES, Ints, Known, Observed, Ties

if TYPE_CHECKING:
    from sandbox.lists.store import ListStore

__all__ = ["SOURCE", "Promotion", "Synchronised", "new_entries", "promote", "synchronise"]

#: the source of entries made here
SOURCE = "promotion"
#: customers named in the evidence of an entry, the earliest
_NAMED = 5
_WORDS = tuple(RULES)


class _Row(NamedTuple):
    """The columns of `promote`."""

    list: str
    kind: str
    value: str
    reason: str
    source: str
    evidence: str
    #: days
    valid_from: float
    valid_until: float


def promote(observed: Observed, when: float, rules: Promotion | None = None) -> pd.DataFrame:
    """The entries in force at `when` (days) by what was known then, one row an identifier.

    Columns: list, kind, value (text), reason, source ("promotion"), evidence (JSON: rule, how many
    grounds, the first customers), valid_from and valid_until (days). `observed` as in
    `sandbox.lists.hits.list_hits_as_of`; it may hold more than was known at `when`. BadInput for
    missing columns and a time that is not finite.
    """
    if not np.isfinite(when):
        raise BadInput(f"when is {when}; pass a day of the world, such as 365.0.")
    known, ties, grounds = grounds_of(observed, rules or Promotion())
    rows = np.flatnonzero((grounds.start <= when) & (when < grounds.end))
    order = np.lexsort(
        (grounds.rule[rows], grounds.start[rows], grounds.node[rows], grounds.list_code[rows])
    )
    rows = rows[order]
    same = np.stack([grounds.list_code[rows], grounds.node[rows]])
    begins = np.append(len(rows) > 0, (same[:, 1:] != same[:, :-1]).any(axis=0))
    first = np.flatnonzero(begins)
    until = np.maximum.reduceat(grounds.until[rows], first) if len(rows) else grounds.until[rows]
    return _table(known, ties, grounds, np.split(rows, first[1:]) if len(rows) else []).assign(
        valid_from=grounds.start[rows[first]], valid_until=until
    )


def _table(known: Known, ties: Ties, grounds: Grounds, entries: Sequence[Ints]) -> pd.DataFrame:
    found = []
    for rows in entries:
        node, rule = grounds.node[rows[0]], _WORDS[grounds.rule[rows[0]]]
        customers = list(dict.fromkeys(known.ids[grounds.customer[rows]].tolist()))
        evidence = {
            "rules": sorted({_WORDS[code] for code in grounds.rule[rows]}),
            "grounds": len(rows),
            "customers": customers[:_NAMED],
        }
        found.append(
            {
                "list": LISTS[grounds.list_code[rows[0]]],
                "kind": TIES[ties.kind[node]],
                "value": str(ties.target[node]),
                "reason": RULES[rule],
                "source": SOURCE,
                "evidence": json.dumps(evidence),
            }
        )
    return pd.DataFrame(found, columns=list(_Row._fields[:6]))


def new_entries(promoted: pd.DataFrame) -> list[NewEntry]:
    """The rows of `promote` as entries for `ListStore.add_many`; days become world times."""
    return [
        NewEntry(
            row.list, row.kind, row.value, row.reason, row.source,
            world_time(row.valid_from), world_time(row.valid_until), row.evidence,
        )
        for row in map(_Row._make, promoted[list(_Row._fields)].itertuples(index=False))
    ]  # fmt: skip


@dataclass(frozen=True)
class Synchronised:
    """What became of promoted entries in a store."""

    added: int
    prolonged: int
    withdrawn: int


def synchronise(store: "ListStore", promoted: pd.DataFrame, by: str) -> Synchronised:
    """Make a store's promoted entries those of `promote`; all other entries stay as they are.

    Adds what is new, changes `valid_until` where it is another, and withdraws what rests on no
    ground any more. The store's own clock says when. An identifier that stands on the same list
    for another reason is left alone.
    """
    standing = store.as_of(columns=("entry_id", "list", "kind", "value", "source", "valid_until"))
    standing = standing[standing["source"] == SOURCE]
    keys = zip(standing["list"], standing["kind"], standing["value"], strict=True)
    held = zip(map(int, standing["entry_id"]), standing["valid_until"], strict=True)
    mine = dict(zip(keys, held, strict=True))
    wanted = {(new.list, new.kind, new.normal): new for new in new_entries(promoted)}
    gone = [entry for key, (entry, _) in mine.items() if key not in wanted]
    if gone:
        store.withdraw_many(gone, by, "no ground is left")
    prolonged = 0
    for key, new in wanted.items():
        if key in mine and mine[key][1] != new.valid_until:
            store.change(
                mine[key][0], by, "its grounds changed", valid_until=new.valid_until,
                evidence=new.evidence,
            )  # fmt: skip
            prolonged += 1
    fresh = [new for key, new in wanted.items() if key not in mine]
    added = store.add_many(fresh, by).added if fresh else 0
    return Synchronised(added, prolonged, len(gone))
