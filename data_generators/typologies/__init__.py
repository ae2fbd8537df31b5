"""Fraud typologies, one file each, one contract."""

from data_generators.typologies.contract import Typology
from data_generators.typologies.identity_theft import IdentityTheft
from data_generators.typologies.never_pay import NeverPay
from data_generators.typologies.ring import Ring

#: the order is the code in the truth table, from 1
TYPOLOGIES: tuple[Typology, ...] = (Ring(), IdentityTheft(), NeverPay())

__all__ = ["TYPOLOGIES", "IdentityTheft", "NeverPay", "Ring", "Typology"]
