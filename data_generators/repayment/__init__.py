"""How loans are repaid: months that happen anyway, products, and the ledger of arrears."""

from data_generators.repayment.lives import Group, Offer, groups, lived
from data_generators.repayment.months import CENTS, Months, draw_months
from data_generators.repayment.state import Happened, Ledger
from data_generators.repayment.take_up import take_up_probability, takes

__all__ = [
    "CENTS", "Group", "Happened", "Ledger", "Months", "Offer", "draw_months", "groups", "lived",
    "take_up_probability", "takes",
]  # fmt: skip
