"""The first lines of the page: what changes, by how much, and how sure that is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox.policy.committee import figures_in_words as words
from sandbox.policy.committee.book import Book, Floats, mean, same_applications

#: how a figure is written, and its change
_WORDS = {
    "share": (words.share, words.points),
    "RMB": (words.rmb, words.change),
}


@dataclass(frozen=True)
class Tile:
    """One figure of both policies, written out."""

    name: str
    old: str
    new: str
    change: str


def headline(old: Book, new: Book) -> pd.DataFrame:
    """A row a figure: `figure`, `unit` ("share" or "RMB"), `old`, `new`, `change`, `change_se`.

    Rates are of applications (approval) or accounts (bad rate); profit and regret are RMB an
    application. `change_se` is the paired standard error of a mean over applications, NaN where
    the figure is not one, or where profits are of different kinds (observed and expected).
    """
    same_applications(old, new)
    alike = old.profit_is == new.profit_is
    rows = [
        ("approval rate", "share", old.approve.mean(), new.approve.mean(), np.nan),
        ("bad rate of accounts", "share", mean(old.default), mean(new.default), np.nan),
        ("limits granted", "RMB", old.limit.sum(), new.limit.sum(), np.nan),
        ("profit an application", "RMB", mean(old.profit), mean(new.profit),
         _error(new.profit - old.profit) if alike else np.nan),
        ("true regret an application", "RMB", mean(old.regrets), mean(new.regrets),
         _error(new.regrets - old.regrets)),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["figure", "unit", "old", "new", "change_se"])
    table.insert(4, "change", table["new"] - table["old"])
    if not alike:
        table.loc[table["figure"] == "profit an application", "change"] = np.nan
    return table


def tiles(table: pd.DataFrame) -> list[Tile]:
    """The rows of `headline` in words, with 95% intervals where there are."""
    written = []
    for name, unit, old, new, change, error in table.itertuples(index=False):
        value, difference = _WORDS[unit]
        said = difference(change)
        if not np.isnan(error):
            half = 1.96 * error
            low, high = words.change(change - half), words.change(change + half)
            said = f"{said} (95%: {low} to {high})"
        written.append(Tile(name, value(old), value(new), said))
    return written


def verdict(old: Book, new: Book) -> str:
    """One sentence on the profit of the change, which the data may not decide."""
    table = headline(old, new)
    row = table[table["figure"] == "profit an application"]
    change, half = row["change"].to_numpy()[0], 1.96 * row["change_se"].to_numpy()[0]
    if np.isnan(change):
        return (
            f"Profits cannot be compared: that of {old.name} is {old.profit_is}, that of "
            f"{new.name} {new.profit_is}."
        )
    amount = f"{abs(change):,.0f} RMB an application"
    kind = "observed" if new.profit_is == "observed" else "expected"
    if np.isnan(half):
        return f"{new.name}: {words.change(change)} RMB of {kind} profit an application."
    if abs(change) <= half:
        return (
            f"The {kind} profit of {new.name} differs from that of {old.name} by {amount}, which "
            "is within the noise (95% interval, paired)."
        )
    more = "more" if change > 0 else "less"
    return (
        f"{new.name} earns {amount} {more} than {old.name} ({kind}, paired; the 95% interval "
        "leaves out 0)."
    )


def _error(values: Floats) -> float:
    known = values[~np.isnan(values)]
    if len(known) < 2:
        return float("nan")
    return float(known.std(ddof=1) / np.sqrt(len(known)))
