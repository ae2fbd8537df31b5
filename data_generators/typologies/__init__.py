"""Fraud typologies, one file each, one contract."""

from data_generators.typologies.bust_out import BustOut
from data_generators.typologies.cash_out import CashOut
from data_generators.typologies.contract import Typology
from data_generators.typologies.identity_theft import IdentityTheft
from data_generators.typologies.inflated_price import InflatedPrice
from data_generators.typologies.loan_stacking import LoanStacking
from data_generators.typologies.never_pay import NeverPay
from data_generators.typologies.purpose_misuse import PurposeMisuse
from data_generators.typologies.ring import Ring
from data_generators.typologies.synthetic_identity import SyntheticIdentity

RING = Ring()
#: by application; the order is the code in the truth table, from 1
TYPOLOGIES: tuple[Typology, ...] = (
    RING,
    IdentityTheft(),
    NeverPay(),
    SyntheticIdentity(),
    InflatedPrice(),
    CashOut(),
    PurposeMisuse(),
    LoanStacking(),
)
#: by account
BUST_OUT = BustOut()

__all__ = ["BUST_OUT", "RING", "TYPOLOGIES", "BustOut", "Ring", "Typology"]
