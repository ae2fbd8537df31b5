"""Traced money as boxes and bands, and where they go on a page, in inches."""

from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

#: accounts drawn in a column, the largest; the others are one box together
MOST = 6
#: inches: a box's least height, least gap between boxes, room for heads and for the legend
LEAST, GAP, HEAD, FOOT = 0.44, 0.12, 0.30, 0.32
#: holders with whom money that was not seen to go on has found its end
_KEEPERS = ("merchant", "business")

#: hop and account; the account is "others" for those that are drawn together
Node = tuple[int, Any]


class Account(NamedTuple):
    """An account that the money reached at a hop."""

    holder: str
    #: who holds it, in words
    who: str
    #: RMB that came, and what of it was not seen to go on
    came: float
    kept: float

    @property
    def partly(self) -> bool:
        """Some went on and some did not."""
        return 0.005 < self.kept < self.came - 0.005

    @property
    def lost(self) -> bool:
        """Some went on, and it is not known whether the rest did: no shop keeps it."""
        return self.partly and (self.holder not in _KEEPERS or self.who == "borrower")


class Band(NamedTuple):
    """Transfers from one account to another at a hop."""

    source: Node
    target: Node
    traced: float
    #: hours after the disbursement of the first and the last of them
    first: float
    last: float


class Box(NamedTuple):
    """An account's place, in inches from the lower left corner."""

    x: float
    y: float
    width: float
    height: float


def accounts_and_bands(paths: pd.DataFrame) -> tuple[dict[Node, Account], list[Band]]:
    """Sums of the paths by account and hop, and by pair of accounts and hop."""
    start = paths.groupby("path_id")["event_time"].transform("first")
    rows = paths.assign(
        node=_largest(paths),
        hours=(paths["event_time"] - start) * 24,
        kept=paths["traced"].where(paths["path_id"].ne(paths["path_id"].shift(-1)), 0.0),
    )
    who = _words(rows)
    accounts: dict[Node, Account] = {}
    node: Any
    for node, part in rows.groupby(["hop", "node"], sort=False):
        holders = part["to_holder"].unique()
        name = who[part["to_account"].iloc[0]]
        if node[1] == "others":
            kind = str(holders[0]) if len(holders) == 1 else "other"
            name = f"{part['to_account'].nunique()} {kind}s"
        holder = str(holders[0]) if len(holders) == 1 else "several"
        accounts[node] = Account(
            holder, name, float(part["traced"].sum()), float(part["kept"].sum())
        )
    rows["before"] = rows.groupby("path_id")["node"].shift(1)
    moved = rows[rows["hop"] > 0]
    bands = list[Band]()
    way: Any
    for way, part in moved.groupby(["hop", "before", "node"], sort=False):
        hop, before, after = way
        hours = float(part["hours"].min()), float(part["hours"].max())
        bands.append(Band((hop - 1, before), (hop, after), float(part["traced"].sum()), *hours))
    return accounts, bands


def _largest(paths: pd.DataFrame) -> "pd.Series[Any]":
    """Each row's account, or "others" where it is beyond the largest of its hop."""
    came = paths.groupby(["hop", "to_account"])["traced"].sum()
    rank = came.groupby("hop").rank(method="first", ascending=False)
    crowded = came.groupby("hop").transform("size") > MOST
    small = came.index[(rank >= MOST) & crowded]
    at = pd.MultiIndex.from_frame(paths[["hop", "to_account"]])
    named: pd.Series[Any] = paths["to_account"].astype(object).mask(at.isin(small), "others")
    return named


def _words(rows: pd.DataFrame) -> dict[Any, str]:
    """Who holds each account, numbered where several accounts have holders of one kind."""
    first = rows.drop_duplicates("to_account").set_index("to_account")
    home = set(rows.loc[rows["hop"] == 0, "to_account"])
    said = {}
    for account, holder, kind in zip(first.index, first["to_holder"], first["kind"], strict=True):
        said[account] = str(holder)
        if account in home and holder in ("person", "business"):
            said[account] = "borrower"
        elif holder == "bank":
            words = {"withdrawal": "cash", "repayment": "bank, repaid"}
            said[account] = words.get(str(kind), "bank")
    alike: dict[str, list[Any]] = {}
    for account, word in said.items():
        alike.setdefault(word, []).append(account)
    for word, same in alike.items():
        if len(same) > 1:
            said |= {account: f"{word} {number}" for number, account in enumerate(same, 1)}
    return said


def inches_per_rmb(accounts: dict[Node, Account], height: float) -> float:
    """The largest scale at which the fullest column fits the height."""
    columns = [
        np.array([accounts[node].came for node in column])
        for _, column in groupby(sorted(accounts, key=_hop), key=_hop)
    ]
    spare = [height - HEAD - FOOT - (len(column) + 1) * GAP for column in columns]
    scale = min(room / column.sum() for room, column in zip(spare, columns, strict=True))
    for _ in range(40):  # small boxes are higher than their money, for the words in them
        high = [np.maximum(column * scale, LEAST).sum() for column in columns]
        scale *= min(1.0, *(room / used for room, used in zip(spare, high, strict=True)))
    return float(scale)


def _hop(node: Node) -> int:
    return node[0]


def places(
    accounts: dict[Node, Account], bands: list[Band], width: float, height: float, scale: float
) -> dict[Node, Box]:
    """A box for each account; in a column, in the order of where its money comes from."""
    columns = max(hop for hop, _ in accounts) + 1
    # hours need a third of an inch beside a box
    wide = min(1.25, 0.66 * width / columns if columns < 6 else width / columns - 0.36)
    step = (width - wide - 0.05) / max(columns - 1, 1)
    found: dict[Node, Box] = {}
    for hop in range(columns):
        column = [node for node in accounts if node[0] == hop]
        high = {node: max(accounts[node].came * scale, LEAST) for node in column}
        pull = {node: _pull(node, bands, found) for node in column}
        column.sort(key=lambda node: (-pull[node], -accounts[node].came))
        spare = height - HEAD - FOOT - sum(high.values())
        gap = min(spare / (len(column) + 1), 0.6)
        top = height - HEAD - (spare - gap * (len(column) - 1)) / 2
        for node in column:
            found[node] = Box(0.02 + hop * step, top - high[node], wide, high[node])
            top -= high[node] + gap
    return found


def _pull(node: Node, bands: list[Band], found: dict[Node, Box]) -> float:
    """Mean height of the accounts that the money comes from, by amount."""
    into = [(band.traced, found[band.source]) for band in bands if band.target == node]
    total = sum(traced for traced, _ in into)
    pulled = sum(traced * (box.y + box.height / 2) for traced, box in into)
    return round(pulled / total, 6) if total else 0.0  # equal pulls stay equal


def band_tops(
    accounts: dict[Node, Account], bands: list[Band], boxes: dict[Node, Box], scale: float
) -> tuple[dict[Band, float], dict[Band, float], dict[Node, float]]:
    """Upper ends of each band at its source and its target, and of what was not seen to go on.

    Bands stand in the middle of a box, ordered so that those of one box do not cross.
    """
    start = {
        node: box.y + box.height / 2 + accounts[node].came * scale / 2
        for node, box in boxes.items()
    }
    left, right = dict[Band, float](), dict[Band, float]()
    leaving, arriving = dict(start), dict(start)
    for band in sorted(bands, key=lambda band: -boxes[band.target].y):
        left[band] = leaving[band.source]
        leaving[band.source] -= band.traced * scale
    for band in sorted(bands, key=lambda band: -boxes[band.source].y):
        right[band] = arriving[band.target]
        arriving[band.target] -= band.traced * scale
    return left, right, leaving
