"""The strategy tree drawn from left to right: questions, answers, limits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.plots.look import CHALLENGERS, CHAMPION, INK, MUTED
from sandbox.policy.committee.distilling import Leaf, Node, StrategyTree

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def height(tree: StrategyTree) -> float:
    """Inches that the drawing needs."""
    return 0.44 * len(tree.rules) + 0.2


def plot_strategy_tree(tree: StrategyTree, ax: "Axes") -> "Axes":
    """Questions as boxes, the upper way is yes; each leaf with its limit, share and agreement."""
    ax.set_axis_off()
    ax.grid(visible=False)
    rows = len(tree.rules)
    deep = max(_depth(tree.root), 1)
    ax.set(xlim=(0, deep + 1.05), ylim=(rows - 0.4, -0.6))
    places = iter(range(rows))
    _draw(tree, tree.root, 0, places, ax)
    return ax


def _depth(node: Node) -> int:
    return 0 if isinstance(node, Leaf) else 1 + max(_depth(node.yes), _depth(node.no))


def _draw(tree: StrategyTree, node: Node, depth: int, places: Iterator[int], ax: "Axes") -> float:
    """Draw a node and what is below it; its height on the axes."""
    if isinstance(node, Leaf):
        place = next(places)
        row = tree.rules.iloc[place]
        said = "decline" if node.limit == 0 else f"{node.limit:,.0f} RMB"
        colour = CHALLENGERS[0] if node.limit == 0 else CHAMPION
        ax.text(depth + 0.03, place - 0.16, said, fontsize=8.5, weight="bold", color=colour,
                va="center")  # fmt: skip
        below = f"{row['share']:.0%} of applications, {row['agreement']:.0%} agree"
        ax.text(depth + 0.03, place + 0.18, below, fontsize=7, color=MUTED, va="center")
        return float(place)
    yes = _draw(tree, node.yes, depth + 1, places, ax)
    no = _draw(tree, node.no, depth + 1, places, ax)
    middle = (yes + no) / 2
    turn = depth + 0.86
    for y, answer in ((yes, "yes"), (no, "no")):
        ax.plot([turn, turn, depth + 1.0], [middle, y, y], color=MUTED, linewidth=0.9, zorder=1)
        ax.text(depth + 0.93, y - 0.06, answer, fontsize=7, color=MUTED, ha="center", va="bottom")
    start = depth + (0.42 if depth == 0 else 0.0)
    ax.plot([start, turn], [middle, middle], color=MUTED, linewidth=0.9, zorder=1)
    box = {"facecolor": "white", "edgecolor": MUTED, "linewidth": 0.7, "pad": 3}
    ax.text(depth + 0.42, middle, node.text(), fontsize=8, color=INK, ha="center", va="center",
            zorder=3, bbox=box)  # fmt: skip
    return middle
