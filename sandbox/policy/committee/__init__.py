"""What a credit committee decides on: exhibits as tables and figures, and one page of them.

    page = CommitteePage(Book("incumbent", old, lived), Book("causal pair", new, expected))
    page.html("committee.html")

Every exhibit is a function from tables to a table, with a `plot_*(table, ax)` beside it.
"""

from sandbox.policy.committee.book import Book, Possible, regret_of
from sandbox.policy.committee.by_hand import override_reasons, overrides, plot_overrides
from sandbox.policy.committee.cut_offs import cut_off_ladder, plot_cut_off_ladder
from sandbox.policy.committee.distilling import StrategyTree, strategy_tree
from sandbox.policy.committee.exposure import (
    customer_exposure,
    largest_exposures,
    over_the_cap,
    plot_exposures,
)
from sandbox.policy.committee.headlines import headline
from sandbox.policy.committee.page import CommitteePage
from sandbox.policy.committee.swaps import plot_swap_set, swap_set
from sandbox.policy.committee.tree_drawing import plot_strategy_tree
from sandbox.policy.committee.utilisation import (
    dormant_lines,
    plot_dormant_lines,
    plot_utilisation_ladder,
    utilisation_ladder,
)
from sandbox.policy.committee.waterfall import approval_waterfall, plot_approval_waterfall

__all__ = [
    "Book", "CommitteePage", "Possible", "StrategyTree", "approval_waterfall",
    "customer_exposure", "cut_off_ladder", "dormant_lines", "headline", "largest_exposures",
    "over_the_cap", "override_reasons", "overrides", "plot_approval_waterfall",
    "plot_cut_off_ladder", "plot_dormant_lines", "plot_exposures", "plot_overrides",
    "plot_strategy_tree", "plot_swap_set", "plot_utilisation_ladder", "regret_of",
    "strategy_tree", "swap_set", "utilisation_ladder",
]  # fmt: skip
