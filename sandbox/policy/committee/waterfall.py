"""The approval waterfall: from applications to accounts, a step a reason to decline."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sandbox.plots.look import CHALLENGERS, CHAMPION, INK
from sandbox.policy.committee.book import Book

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: kinds of step: a level that is reached, or a fall to it
LEVEL, FALL = "level", "fall"


def approval_waterfall(book: Book) -> pd.DataFrame:
    """Columns `step`, `kind` ("level" or "fall"), `customers`, `share`, `left` (after the step).

    Applications, less those declined by each reason (the most frequent first), approved and,
    where outcomes are known, less offers not taken, accounts.
    """
    n, approve = len(book.decisions), book.approve
    left, rows = n, [("applications", LEVEL, n, n)]
    reasons = book.decisions["reason"].astype(str)[~approve].value_counts(sort=False)
    for reason, count in sorted(reasons.items(), key=lambda each: (-each[1], str(each[0]))):
        left -= int(count)
        rows.append((f"declined: {reason}", FALL, int(count), left))
    rows.append(("approved", LEVEL, left, left))
    if book.outcomes is not None:
        accounts = int((~np.isnan(book.default)).sum())
        if accounts < left:
            rows.append(("offer not taken", FALL, left - accounts, accounts))
        rows.append(("accounts", LEVEL, accounts, accounts))
    table = pd.DataFrame(rows, columns=["step", "kind", "customers", "left"])
    table.insert(3, "share", table["customers"] / n)
    return table


def plot_approval_waterfall(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """A bar a step, top to bottom, each with its count and share."""
    places = np.arange(len(table))[::-1]
    level = (table["kind"] == LEVEL).to_numpy()
    start = np.where(level, 0, table["left"])
    colours = np.where(level, CHAMPION, CHALLENGERS[0]).tolist()
    ax.barh(places, table["customers"], 0.66, left=start, color=colours)
    top = float(table["customers"].max())
    for place, end, count, share in zip(
        places, start + table["customers"], table["customers"], table["share"], strict=True
    ):
        ax.text(end + 0.01 * top, place, f"{count:,} · {share:.1%}", va="center", fontsize=7.5,
                color=INK)  # fmt: skip
    ax.set_yticks(places, table["step"])
    ax.set_xlim(0, 1.24 * top)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    ax.grid(visible=False)
    return ax
