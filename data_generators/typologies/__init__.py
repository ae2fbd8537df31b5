"""Fraud typologies, one file each, one contract."""

from data_generators.typologies.contract import Typology
from data_generators.typologies.identity_theft import IdentityTheft
from data_generators.typologies.never_pay import NeverPay
from data_generators.typologies.ring import Ring

RING = Ring()
#: the order is the code in the truth table, from 1
TYPOLOGIES: tuple[Typology, ...] = (RING, IdentityTheft(), NeverPay())

__all__ = ["RING", "TYPOLOGIES", "IdentityTheft", "NeverPay", "Ring", "Typology"]
