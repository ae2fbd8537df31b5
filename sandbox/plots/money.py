"""One loan's money as it flowed, from the disbursement on the left to where it was last seen."""

from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from sandbox.errors import BadInput
from sandbox.plots.flow import (
    Account,
    Band,
    Box,
    Node,
    accounts_and_bands,
    band_tops,
    inches_per_rmb,
    places,
)
from sandbox.plots.look import INK, MUTED, fitted_legend, inches, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PERSON, TRADE, SPECIAL, OTHER = "#0072b2", "#009e73", "#d55e00", "#8b95a3"
#: colour of a holder (Okabe and Ito); one that is not here is drawn as `OTHER`
COLOURS = {
    "person": PERSON,
    **dict.fromkeys(("broker", "property", "lender"), SPECIAL),
    **dict.fromkeys(("merchant", "platform", "business", "landlord", "employer", "public"), TRADE),
}
#: what the legend says of each colour
LEGEND = {
    PERSON: "person",
    TRADE: "shop, platform, rent, public",
    SPECIAL: "broker, property, lender",
    OTHER: "bank, cash, several",
}
#: inches of a legend of one row
ONE_ROW = 0.14
_DASHED = (0, (2.5, 2))


class OneLoan(Protocol):
    """What is drawn: a loan that was traced, such as `data_generators` gives it."""

    @property
    def paths(self) -> pd.DataFrame:
        """A row a hop of a path."""
        ...

    @property
    def disbursed(self) -> "pd.Series[float]":
        """By loan_id: RMB."""
        ...

    @property
    def hours(self) -> float:
        """Hours through which it was followed."""
        ...

    @property
    def method(self) -> str:
        """The rule by which it was followed."""
        ...


def plot_money(traced: OneLoan, ax: "Axes | None" = None) -> "Axes":
    """A column a hop, a box an account, a band a transfer as wide as the RMB traced on it.

    Each box says whose account it is and how much came, at the end of the way also as a share of
    the loan; a band when it left, in hours after the disbursement. Dashed: money that was not
    seen to go on while other money was. Beyond the largest of a column, accounts are one box.
    Made for 8 × 5 inches. Raises BadInput unless `traced` holds exactly one loan with money.
    """
    if len(traced.disbursed) != 1 or traced.paths.empty:
        raise BadInput(
            f"traced holds {len(traced.disbursed)} loans; draw one that was disbursed: "
            "traced.of(loan)."
        )
    axes = new_axes(8, 5) if ax is None else ax
    loan, given = traced.disbursed.index[0], float(traced.disbursed.iloc[0])
    method = traced.method.replace("_", " ")
    said = f"Loan {loan}: {_rmb(given)} RMB, followed for {traced.hours:g} hours ({method})"
    axes.set_title(said, loc="left")
    width, height = inches(axes)
    accounts, bands = accounts_and_bands(traced.paths)
    # a legend of one row has its room below the boxes; more rows push them up
    more = max(_draw_legend(axes, accounts) - ONE_ROW, 0.0)
    height -= more
    axes.set_ylim(-more, height)
    scale = inches_per_rmb(accounts, height)
    boxes = places(accounts, bands, width, height, scale)
    left, right, rest = band_tops(accounts, bands, boxes, scale)
    for band in bands:
        _draw_band(axes, band, accounts, boxes, (left[band], right[band]), scale)
    _draw_hours(axes, bands, boxes, right, scale)
    for node, account in accounts.items():
        _draw_box(axes, node, account, boxes[node], given)
        if account.lost:
            _draw_rest(axes, boxes[node], rest[node], account.kept * scale)
    for hop, x in {hop: box.x for (hop, _), box in boxes.items()}.items():
        head = "disbursed" if hop == 0 else f"hop {hop}"
        axes.text(x, height - 0.06, head, va="top", ha="left", fontsize=8, color=MUTED)
    return axes


def _rmb(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 or amount == round(amount) else f"{amount:,.2f}"


def _draw_band(
    axes: "Axes",
    band: Band,
    accounts: dict[Node, Account],
    boxes: dict[Node, Box],
    tops: tuple[float, float],
    scale: float,
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    (y0, y1), wide = tops, band.traced * scale
    x0, x1 = boxes[band.source].x + boxes[band.source].width, boxes[band.target].x
    bend = (x1 - x0) / 2
    corners = [(x0, y0), (x0 + bend, y0), (x1 - bend, y1), (x1, y1)]
    corners += [(x1, y1 - wide), (x1 - bend, y1 - wide), (x0 + bend, y0 - wide), (x0, y0 - wide)]
    curve = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    colour = _colour(accounts[band.target])
    patch = PathPatch(
        Path([*corners, corners[0]], curve), facecolor=colour, alpha=0.38, linewidth=0, zorder=1
    )
    patch.set_gid(f"band {band.traced:.2f}")
    axes.add_patch(patch)


def _colour(account: Account) -> str:
    return COLOURS.get(account.holder, OTHER)


def _draw_hours(
    axes: "Axes",
    bands: list[Band],
    boxes: dict[Node, Box],
    right: dict[Band, float],
    scale: float,
) -> None:
    """When each band left, at its right end; those of one box keep apart from each other."""
    for node, box in boxes.items():
        into = sorted((band for band in bands if band.target == node), key=lambda b: -right[b])
        wanted = [right[band] - band.traced * scale / 2 for band in into]
        heights = list(wanted)
        for above, below in pairwise(range(len(into))):
            heights[below] = min(heights[below], heights[above] - 0.16)
        shift = (sum(wanted) - sum(heights)) / max(len(into), 1)
        for band, y in zip(into, heights, strict=True):
            axes.text(
                box.x - 0.05, y + shift, _hours(band.first, band.last), ha="right", va="center",
                fontsize=7, color=INK, zorder=4,
                bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip


def _hours(first: float, last: float) -> str:
    one, other = (f"{each:.1f}" if each < 9.95 else f"{each:.0f}" for each in (first, last))
    return f"{one} h" if one == other else f"{one}–{other} h"


def _draw_box(axes: "Axes", node: Node, account: Account, box: Box, given: float) -> None:
    from matplotlib.patches import Rectangle

    colour = _colour(account)
    frame = Rectangle(
        (box.x, box.y), box.width, box.height, facecolor="white", edgecolor=colour, zorder=2
    )
    frame.set_gid(f"box {node[0]} {node[1]}")
    edge = Rectangle((box.x, box.y), 0.06, box.height, facecolor=colour, linewidth=0, zorder=3)
    axes.add_patch(frame)
    axes.add_patch(edge)
    said = [account.who, _rmb(account.came)]
    if account.partly:
        said.append(f"{_rmb(account.kept)} {'unseen' if account.lost else 'kept'}")
    elif account.kept > 0:
        share = f"{account.kept / given:.0%}"
        said = [said[0], f"{said[1]} · {share}"] if box.width > 0.95 else [*said, share]
    # a letter is about 0.6 of its height wide
    fits = 72 * (box.width - 0.13) / (0.6 * max(map(len, said)))
    axes.text(
        box.x + 0.10, box.y + box.height / 2, "\n".join(said), va="center", ha="left",
        fontsize=min(7.5, fits), color=INK, zorder=4, linespacing=1.1,
    )  # fmt: skip


def _draw_rest(axes: "Axes", box: Box, top: float, wide: float) -> None:
    """Money that was not seen to go on: a short dashed band at a box's right."""
    from matplotlib.patches import Rectangle

    stub = Rectangle(
        (box.x + box.width, top - wide), 0.16, wide, facecolor="none", edgecolor=INK,
        linestyle=_DASHED, linewidth=0.9, zorder=1.5,
    )  # fmt: skip
    stub.set_gid("unseen")
    axes.add_patch(stub)


def _draw_legend(axes: "Axes", accounts: dict[Node, Account]) -> float:
    """The legend at the bottom, and its height in inches."""
    from matplotlib.patches import Patch

    there = {_colour(account) for account in accounts.values()}
    handles = [
        Patch(facecolor=colour, label=said) for colour, said in LEGEND.items() if colour in there
    ]
    if any(account.lost for account in accounts.values()):
        said = "unseen: stays, or goes unseen"
        handles.append(Patch(fill=False, edgecolor=INK, linestyle=_DASHED, label=said))
    return fitted_legend(
        axes, handles, loc="lower left", fontsize=7, handlelength=1.4, columnspacing=1.2,
        handletextpad=0.5,
    )  # fmt: skip
