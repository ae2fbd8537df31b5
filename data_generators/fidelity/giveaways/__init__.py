"""What gives cases away: the best single column, and the best rule over one or two columns.

A world in which one column finds all fraud teaches nothing. These functions look at tables only,
and search as an analyst would; what they find is scored on rows that had no part in the search,
so that noise does not find anything.
"""

from data_generators.fidelity.giveaways.accounts import accounts_derived, ages_before
from data_generators.fidelity.giveaways.columns import derived
from data_generators.fidelity.giveaways.ranking import auc, single_columns
from data_generators.fidelity.giveaways.rules import RECALL, rules
from data_generators.fidelity.giveaways.transfers import transfers_derived

__all__ = [
    "RECALL", "accounts_derived", "ages_before", "auc", "derived", "rules", "single_columns",
    "transfers_derived",
]  # fmt: skip
