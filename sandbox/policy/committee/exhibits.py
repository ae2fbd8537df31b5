"""The exhibits of the page: each a figure and a table in words, from the tables beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sandbox.plots.svg import draw
from sandbox.policy.committee import figures_in_words as words
from sandbox.policy.committee.book import Book, mean
from sandbox.policy.committee.cut_offs import cut_off_ladder, plot_cut_off_ladder
from sandbox.policy.committee.distilling import strategy_tree
from sandbox.policy.committee.swaps import plot_swap_set, swap_set
from sandbox.policy.committee.tree_drawing import height, plot_strategy_tree
from sandbox.policy.committee.utilisation import (
    dormant_lines,
    plot_dormant_lines,
    plot_utilisation_ladder,
    utilisation_ladder,
)
from sandbox.policy.committee.waterfall import approval_waterfall, plot_approval_waterfall
from sandbox.policy.yardsticks import (
    IDLE,
)

#: inches of a figure in one of the three columns, over two of them
NARROW, BROAD = 4.5, 9.3
#: column, its title, and how its numbers are written; None for text
Spec = Sequence[tuple[str, str, Callable[[Any], str] | None]]


@dataclass(frozen=True)
class Exhibit:
    """A numbered place on the page."""

    title: str
    #: SVG, or "" where there is nothing to draw
    svg: str = ""
    heads: tuple[tuple[str, bool], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    #: columns of the page that it takes, of three; over all, the figure is beside the table
    span: int = 1
    #: why it is not shown; everything else is empty then
    gap: str = ""


def swaps(old: Book, new: Book) -> Exhibit:
    """Who is decided otherwise."""
    table = swap_set(old, new)
    shown = table[table["customers"] > 0]
    said = shown[["group", "customers", "change", "change_se"]].copy()
    pairs = {"limit": words.rmb, "bad_rate": words.share, "profit": words.rmb, "regret": words.rmb}
    for name, form in pairs.items():
        before, after = shown[f"{name}_old"], shown[f"{name}_new"]
        said[name] = [_pair(form(x), form(y)) for x, y in zip(before, after, strict=True)]
    spec: Spec = (
        ("group", "group", None), ("customers", "applications", words.count),
        ("limit", "mean limit", words.as_said), ("bad_rate", "bad rate", words.as_said),
        ("profit", "profit", words.as_said), ("regret", "true regret", words.as_said),
        ("change", "change of profit", words.change), ("change_se", "± 1 s.e.", words.rmb),
    )  # fmt: skip
    svg = draw("swap", 2.0, lambda ax: plot_swap_set(table, ax), width=NARROW)
    note = (
        f"{old.name} → {new.name}. Limits are of those approved, bad rates of accounts; profit "
        f"({_kinds(old, new)}) and true regret are RMB an application, the change is RMB in all."
    )
    note += _of_whom(old, new)
    title = "Swap set: who is decided otherwise, and what it is worth"
    return exhibit(title, svg, spec, said, note, span=3)


def _of_whom(old: Book, new: Book) -> str:
    """On how many the truth is known, if not on everybody or nobody, and how well."""
    known = int(np.isfinite(old.regrets + new.regrets).sum())
    said = ""
    if 0 < known < len(new.decisions):
        said = f" The truth is known for {known:,} of the {len(new.decisions):,} applications."
    if min(mean(old.regrets), mean(new.regrets)) < 0:
        said += " A true regret below 0: the oracle chose by too few replicas of noise."
    return said


def _pair(before: str, after: str) -> str:
    return words.NONE if before == after == words.NONE else f"{before} → {after}"


def _kinds(old: Book, new: Book) -> str:
    same = old.profit_is == new.profit_is
    return old.profit_is if same else f"{old.profit_is} → {new.profit_is}"


def ladder(old: Book, new: Book) -> Exhibit:
    """What each step of the cut-off lets in."""
    table = cut_off_ladder(new, old)
    spec: Spec = (
        ("cut_off", "pd to", words.share), ("accepted", "accepted", words.share),
        ("expected_bad_rate", "pd", words.share), ("bad_rate", "bad rate", words.share),
        ("step_bad_rate", "of the step", words.share), ("profit", "profit", words.rmb),
        ("step_profit", "of the step", words.rmb), ("seen", "seen", words.share),
    )  # fmt: skip
    svg = draw("cutoff", 2.2, lambda ax: plot_cut_off_ladder(table, ax), width=NARROW)
    note = (
        "Seen: share with an account, under the new policy or else the old; what nobody let in "
        "has no outcome. Profit is RMB an application, that of the step RMB in all."
    )
    return exhibit("Cut-off ladder", svg, spec, table, note)


def waterfall(new: Book) -> Exhibit:
    """From applications to accounts."""
    table = approval_waterfall(new)
    svg = draw(
        "waterfall", 0.4 + 0.29 * len(table), lambda ax: plot_approval_waterfall(table, ax),
        width=NARROW,
    )  # fmt: skip
    approved = pd.DataFrame({"reason": new.decisions["reason"][new.approve].astype(str)})
    bound = approved["reason"].value_counts().rename_axis("reason").reset_index(name="customers")
    bound["share"] = bound["customers"] / max(len(approved), 1)
    spec: Spec = (
        ("reason", "what bound the limit of those approved", None),
        ("customers", "applications", words.count), ("share", "share", words.share),
    )  # fmt: skip
    return exhibit("Approval waterfall with reasons", svg, spec, bound, "")


def utilisation(new: Book) -> Exhibit:
    """How lines are used."""
    title = "Utilisation ladder"
    if new.outcomes is None or "utilisation" not in new.outcomes:
        return Exhibit(title, gap="Not shown: no utilisation of the new policy's lines is known.")
    table = utilisation_ladder(new)
    spec: Spec = (
        ("band", "utilisation", None), ("accounts", "accounts", words.count),
        ("limit", "limit", words.rmb), ("bad_rate", "bad rate", words.share),
        ("profit", "profit", words.rmb), ("total_profit", "in all", words.rmb),
    )  # fmt: skip
    svg = draw("utilisation", 2.1, lambda ax: plot_utilisation_ladder(table, ax), width=NARROW)
    note = "By mean balance over limit, over the months on book; limits and profit are means, RMB."
    return exhibit(title, svg, spec, table, note)


def dormant(new: Book, cost: float | None = None) -> Exhibit:
    """Lines that nobody uses; `cost` as `dormant_lines` has it."""
    title = "Dormant and idle lines"
    if new.outcomes is None or "utilisation" not in new.outcomes:
        return Exhibit(title, gap="Not shown: no utilisation of the new policy's lines is known.")
    table = dormant_lines(new, cost=cost)
    said = table.assign(limit=[*map(words.rmb, table["limit"][:-1]), "all"])
    spec: Spec = (
        ("limit", "limit, RMB", None), ("lines", "lines", words.count),
        ("dormant", "dormant", words.count), ("idle", "idle", words.count),
        ("share", "share", words.share),
        ("undrawn", "undrawn", words.rmb), ("capital_cost", "capital a year", words.rmb),
    )  # fmt: skip
    svg = draw("dormant", 2.1, lambda ax: plot_dormant_lines(table, ax), width=NARROW)
    note = (
        f"Dormant: nothing drawn over the horizon; idle: at most {IDLE:.0%} of the limit, in all. "
        "Undrawn, and what it holds in capital, are of idle lines, RMB."
    )
    return exhibit(title, svg, spec, said, note)


def strategy(new: Book, features: pd.DataFrame | None, depth: int) -> Exhibit:
    """The policy as a few questions."""
    title = "Strategy tree: the new policy as a few questions"
    if features is None:
        return Exhibit(title, gap="Not shown: no features were given to put questions about.")
    tree = strategy_tree(new, features, depth)
    svg = draw("tree", height(tree), lambda ax: plot_strategy_tree(tree, ax), width=BROAD)
    note = (
        f"Fidelity, on applications that it was not grown on: the same limit for "
        f"{tree.fidelity:.0%} (the most frequent limit alone: {tree.baseline:.0%}), the same "
        f"answer on approval for {tree.approval_fidelity:.0%}. The policy decides, not the tree. "
        "Upper way: yes."
    )
    return Exhibit(title, svg, note=note, span=2)


def exhibit(
    title: str, svg: str, spec: Spec, table: pd.DataFrame, note: str, *, span: int = 1
) -> Exhibit:
    """An exhibit whose table is written out by `spec`."""
    heads = tuple((name, form is not None) for _, name, form in spec)
    rows = tuple(
        tuple(str(row[c]) if form is None else form(row[c]) for c, _, form in spec)
        for _, row in table.astype(object).iterrows()
    )
    return Exhibit(title, svg, heads, rows, note, span)
