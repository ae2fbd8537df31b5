"""The cut-off ladder: what each step of the PD cut-off lets in, and what that step earns."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.plots.look import CHALLENGERS, CHAMPION, DASHES
from sandbox.policy.committee.book import Book, mean, same_applications
from sandbox.policy.yardsticks import RUNGS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: accounts below which the bad rate of a step is not drawn
FEW = 20
#: bars that are not the best
PALE = "#8fb0d0"


def cut_off_ladder(
    book: Book, other: Book | None = None, rungs: Sequence[float] = RUNGS
) -> pd.DataFrame:
    """A row a cut-off on the policy's pd, lowest first.

    Columns: `cut_off`, `accepted` (share of applications with a pd up to it), `expected_bad_rate`
    (mean pd of those), `bad_rate` (of their accounts), `seen` (share of those accepted that have
    an account), `step_bad_rate` and `step_accounts` (of accounts let in by this step alone),
    `profit` (RMB an application, declined ones with 0) and `step_profit` (RMB in all, of this
    step alone).
    Outcomes are those under `book`, and under `other`'s decisions where it alone has an account:
    so rungs above the policy's own cut-off are judged by what another policy let in.
    Raises BadInput for cut-offs that do not rise.
    """
    if len(rungs) == 0 or not np.all(np.diff(rungs) > 0) or not 0 < rungs[0] <= rungs[-1] <= 1:
        raise BadInput(f"rungs are {list(rungs)}; give rising cut-offs above 0, up to 1.")
    default, profit = book.default, np.where(book.approve, book.profit, np.nan)
    if other is not None:
        same_applications(book, other)
        default = np.where(np.isnan(default), other.default, default)
        elsewhere = np.where(other.approve, other.profit, np.nan)
        profit = np.where(np.isnan(profit), elsewhere, profit)
    risk = book.decisions["pd"].to_numpy(dtype=float)
    earned = np.nan_to_num(profit)
    unknown = bool(np.isnan(profit).all())
    rows, below = [], -np.inf
    for rung in rungs:
        inside, step = risk <= rung, (risk <= rung) & (risk > below)
        rows.append(
            {
                "cut_off": rung,
                "accepted": inside.mean(),
                "expected_bad_rate": mean(risk[inside]),
                "bad_rate": mean(default[inside]),
                "seen": mean((~np.isnan(default[inside])).astype(float)),
                "step_bad_rate": mean(default[step]),
                "step_accounts": int((~np.isnan(default[step])).sum()),
                "profit": np.nan if unknown else float(earned[inside].sum() / len(risk)),
                "step_profit": np.nan if unknown else float(earned[step].sum()),
            }
        )
        below = rung
    return pd.DataFrame(rows)


def plot_cut_off_ladder(table: pd.DataFrame, ax: "Axes") -> "Axes":
    """Profit with each cut-off as bars, the bad rate of each step as a line.

    Steps of fewer than `FEW` accounts have no mark: their rate says nothing.
    """
    places = np.arange(len(table))
    profit = table["profit"].to_numpy(dtype=float)
    best = -1 if np.isnan(profit).all() else int(np.nanargmax(profit))
    colours = [CHAMPION if place == best else PALE for place in places]
    bars = ax.bar(places, profit, 0.62, color=colours)
    ax.set_xticks(places, [f"{100 * rung:.3g}%" for rung in table["cut_off"]])
    ax.set(xlabel="cut-off on pd", ylabel="profit, RMB an application")
    ax.grid(visible=False, axis="x")
    right = ax.twinx()
    right.spines["right"].set_visible(True)
    right.grid(visible=False)
    right.set_ylabel("bad rate of the step")
    rate = table["step_bad_rate"].where(table["step_accounts"] >= FEW)
    line = right.plot(places, rate, "o", color=CHALLENGERS[0], linestyle=DASHES[1], markersize=3.5)
    percent(right.yaxis)
    ax.margins(y=0.36)
    right.margins(y=0.36)
    right.set_ylim(0, None)
    names = ["profit (left; best dark)", "bad rate of the step (right)"]
    ax.legend([bars[max(best, 0)], *line], names, loc="upper left", fontsize=7.5)
    return ax


def percent(axis: Any) -> None:
    """Shares of an axis as per cent, with the digits that they need."""
    axis.set_major_formatter(lambda share, _: f"{100 * share:.3g}%")
