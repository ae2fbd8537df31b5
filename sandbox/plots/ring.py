"""One ring as a graph: who shares what with whom."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.plots.look import INK, fitted_legend, inches, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: marker of each kind of node, in the legend's order
SHAPES = {"customer": "o", "device": "s", "phone": "^", "address": "p", "account": "D",
          "merchant": "h"}  # fmt: skip
#: letter before a node's number
LETTERS = {"customer": "", "device": "D", "phone": "P", "address": "A", "account": "K",
           "merchant": "M"}  # fmt: skip
#: members, honest customers, and what several customers share (Okabe and Ito)
MEMBER, HONEST, SHARED = "#d55e00", "#56b4e9", "#f0e442"
#: the one customer that the picture is about
APPLICANT = "#cc79a7"
#: nodes drawn at most; more make a ball of wool
MOST = 150
_COLUMNS = ("source_kind", "source_id", "target_kind", "target_id")

Nodes = list[tuple[str, Any]]


def plot_ring(
    edges: pd.DataFrame,
    ax: "Axes | None" = None,
    *,
    members: Iterable[int] | None = None,
    title: str | None = None,
    applicant: int | None = None,
    words: tuple[str, str] = ("ring member", "honest customer"),
) -> "Axes":
    """Customers and the devices, phones, addresses, accounts and merchants they use.

    `edges` is a part of the table `links`, a row an edge: `source_kind`, `source_id`,
    `target_kind`, `target_id`; the same edge several times is drawn once. What two customers or
    more share is filled and numbered (D1 a device, K1 an account, ...), what one has alone is
    small. With `members` (customer ids) other customers are drawn as honest, in another colour
    and with a thin outline; `words` name both in the legend. `applicant` (customer id) has a colour
    of its own, whether a member or not. Raises BadInput for missing columns, unknown kinds, an
    empty table, more than 150 nodes, and for members and an applicant that are not there.
    """
    nodes, links = _graph(edges)
    ring = _ring(nodes, members)
    _ring(nodes, None if applicant is None else [applicant])
    axes = new_axes(8, 5) if ax is None else ax
    if title is not None:
        axes.set_title(title, loc="left")  # before the axes are measured: it takes room
    width, height = inches(axes)
    used = np.bincount(links.ravel(), minlength=len(nodes))
    big = np.array([kind == "customer" for kind, _ in nodes]) | (used > 1)
    room = np.where(big, 0.30, 0.13) * min(1.0, (60 / max(int(big.sum()), 1)) ** 0.5)
    top = _legend(axes, nodes, big, ring, applicant, words)
    place = _place(links, room, width, height - top - 0.15)
    _draw_edges(axes, place, links, used)
    _draw_nodes(axes, place, nodes, big, room, ring, applicant)
    return axes


def _graph(edges: pd.DataFrame) -> tuple[Nodes, NDArray[np.int64]]:
    """Nodes in order of kind and first appearance, and pairs of their places."""
    missing = [name for name in _COLUMNS if name not in edges.columns]
    if missing:
        raise BadInput(f"edges lack {', '.join(missing)}; pass rows of the table links.")
    ends = [
        list(zip(edges[f"{end}_kind"].astype(str), edges[f"{end}_id"], strict=True))
        for end in ("source", "target")
    ]
    nodes = list(dict.fromkeys(node for pair in zip(*ends, strict=True) for node in pair))
    unknown = {kind for kind, _ in nodes} - set(SHAPES)
    if unknown:
        raise BadInput(f"kind {min(unknown)!r} is unknown; it is one of {', '.join(SHAPES)}.")
    if not 1 <= len(nodes) <= MOST:
        raise BadInput(
            f"edges join {len(nodes)} nodes; pass from 1 to {MOST}, such as those of one ring."
        )
    nodes.sort(key=lambda node: list(SHAPES).index(node[0]))
    number = {node: place for place, node in enumerate(nodes)}
    pairs = {tuple(sorted((number[a], number[b]))) for a, b in zip(*ends, strict=True)}
    return nodes, np.array(sorted(pairs), dtype=np.int64)


def _ring(nodes: Nodes, members: Iterable[int] | None) -> set[int] | None:
    if members is None:
        return None
    ring = set(members)
    absent = ring - {name for kind, name in nodes if kind == "customer"}
    if absent:
        raise BadInput(f"member {min(absent)} is on no edge; name customers of the edges.")
    return ring


def _place(
    links: NDArray[np.int64], room: NDArray[np.float64], width: float, height: float
) -> NDArray[np.float64]:
    """Places in inches: distances as in the graph (stress majorisation), nothing on another."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import shortest_path

    n = len(room)
    graph = coo_matrix((np.ones(len(links)), links.T), shape=(n, n))
    far = shortest_path(graph, directed=False, unweighted=True)
    reach = np.where(np.isfinite(far), far, 0).max(axis=1)
    # parts without a common edge stand side by side
    far = np.where(np.isfinite(far), far, (reach[:, None] + reach[None]) / 2 + 1)
    turn = np.arange(n) * 2.399963  # a sunflower's angle: a start without symmetries
    place = np.sqrt(np.arange(n) + 0.5)[:, None] * np.column_stack([np.cos(turn), np.sin(turn)])
    weight = 1 / np.maximum(far, 1) ** 2
    np.fill_diagonal(weight, 0)
    laplacian = np.diag(weight.sum(axis=1)) - weight
    inverse = np.linalg.pinv(laplacian)
    for _ in range(300):
        place = inverse @ (_pull(place, weight * far) @ place)
    place = _turned(place - place.mean(axis=0))
    size = np.array([width - 0.5, height - 0.5])
    span = np.maximum(np.ptp(place, axis=0), 1e-9)
    # as wide and as high as there is room, yet never out of all proportion
    scale = np.minimum(size / span, 2.0 * (size / span).min())
    return _apart((place - place.min(axis=0) - span / 2) * scale, room, size) + size / 2 + 0.25


def _pull(place: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix of Guttman's transform for wanted distances times weights."""
    gap = np.linalg.norm(place[:, None] - place[None], axis=2)
    pull = -target / np.where(gap > 1e-9, gap, np.inf)
    np.fill_diagonal(pull, 0)
    np.fill_diagonal(pull, -pull.sum(axis=1))
    return pull


def _turned(place: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turned so that the longest extent lies across the page."""
    _, _, axes = np.linalg.svd(place, full_matrices=False)
    turned: NDArray[np.float64] = place @ axes.T if len(place) > 1 else place
    return turned


def _apart(
    place: NDArray[np.float64], room: NDArray[np.float64], size: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Push apart what overlaps, within the page."""
    wanted = (room[:, None] + room[None]) / 2 * 1.25
    for _ in range(400):
        gap = place[:, None] - place[None]
        distance = np.linalg.norm(gap, axis=2)
        np.fill_diagonal(distance, np.inf)
        short = np.clip(wanted - distance, 0, None)
        if not short.any():
            break
        step = gap / np.maximum(distance, 1e-6)[..., None] * short[..., None]
        place = np.clip(place + 0.3 * step.sum(axis=1), -size / 2, size / 2)
    return place


def _draw_edges(
    axes: "Axes", place: NDArray[np.float64], links: NDArray[np.int64], used: NDArray[np.int64]
) -> None:
    from matplotlib.collections import LineCollection

    # what joins two customers stands out from what one has alone
    joins: NDArray[np.bool_] = np.all(used[links] > 1, axis=1)
    axes.add_collection(
        LineCollection(
            list(place[links]),
            colors=np.where(joins, INK, "#b4bcc6").tolist(),
            linewidths=np.where(joins, 0.9, 0.6),
            zorder=1,
        )
    )


def _look(kind: str, name: Any, ring: set[int] | None, applicant: int | None) -> dict[str, Any]:
    if kind != "customer":
        return {"facecolor": SHARED, "linewidth": 0.9}
    if name == applicant:
        return {"facecolor": APPLICANT, "linewidth": 1.8}
    member = ring is not None and name in ring
    return {"facecolor": MEMBER if member else HONEST, "linewidth": 1.2 if member else 0.6}


def _draw_nodes(
    axes: "Axes",
    place: NDArray[np.float64],
    nodes: Nodes,
    big: Any,
    room: NDArray[np.float64],
    ring: set[int] | None,
    applicant: int | None,
) -> None:
    count = dict.fromkeys(SHAPES, 0)
    for (x, y), (kind, name), large, wide in zip(place, nodes, big, room, strict=True):
        look = (
            _look(kind, name, ring, applicant)
            if large
            else {"facecolor": "white", "linewidth": 0.7}
        )
        # a diamond's corners stand out
        across = wide * (0.8 if kind == "account" else 1.0)
        marks = axes.scatter(
            [x], [y], s=(across * 72) ** 2, marker=SHAPES[kind], edgecolor=INK, zorder=2, **look
        )
        marks.set_gid(f"{kind} {name}")
        if large:
            count[kind] += 1
            said = f"{LETTERS[kind]}{count[kind]}"
            down = 0.03 if kind == "phone" else 0  # a triangle's room is below its middle
            axes.text(
                x, y - down, said, ha="center", va="center", color="black", zorder=3,
                fontsize=7.5 * min(1.0, wide / 0.27),
            )  # fmt: skip


def _legend(
    axes: "Axes",
    nodes: Nodes,
    big: Any,
    ring: set[int] | None,
    applicant: int | None,
    words: tuple[str, str],
) -> float:
    """The legend at the top, and its height in inches."""
    from matplotlib.lines import Line2D

    there = {kind for kind, _ in nodes}
    others = {name for kind, name in nodes if kind == "customer"} - {applicant}
    entries = {} if applicant is None else {"applicant": ("o", APPLICANT)}
    if ring is None and others:
        entries["customer"] = ("o", HONEST)
    if ring is not None and ring & others:
        entries[words[0]] = ("o", MEMBER)
    if ring is not None and others - ring:
        entries[words[1]] = ("o", HONEST)
    shared = {kind for (kind, _), large in zip(nodes, big, strict=True) if large}
    for kind in SHAPES:
        if kind in there and kind != "customer":
            said = kind if kind in shared else f"{kind} (not shared)"
            entries[said] = (SHAPES[kind], SHARED if kind in shared else "white")
    handles = [
        Line2D(
            [], [], linestyle="", marker=shape, markerfacecolor=colour, markeredgecolor=INK,
            markeredgewidth=0.8, markersize=7, label=said,
        )
        for said, (shape, colour) in entries.items()
    ]  # fmt: skip
    return fitted_legend(
        axes, handles, loc="upper center", fontsize=8, handletextpad=0.1, columnspacing=1.2
    )
