"""A book of cards fitted to a bank's own table, and how closely it resembles it.

Latent traits, habits, an arrears ledger and the bank's coding make every row; the table is seen
through moments only, so no row of it comes out again. `Scenario.calibrated_to` is the door.

What is blind to held-out accounts is the fit, that is the numbers of a book. The structure (which
habits, moments and codings there are, and where the fit starts) was chosen by looking at the
whole file of Yeh (2009), held-out accounts included. On other tables it is untried.
"""

from data_generators.calibration.card_accounts import simulate, simulate_table
from data_generators.calibration.card_market import CardMarket
from data_generators.calibration.card_parameters import CardBook
from data_generators.calibration.fit import Fitted, fit, identification, moments_beside
from data_generators.calibration.panel import Panel, PanelMapping

__all__ = [
    "CardBook",
    "CardMarket",
    "Fitted",
    "Panel",
    "PanelMapping",
    "fit",
    "identification",
    "moments_beside",
    "simulate",
    "simulate_table",
]
