"""Loan products, one file each, one contract."""

from data_generators.repayment.products.contract import Bill, Product, Terms
from data_generators.repayment.products.instalment import Instalment
from data_generators.repayment.products.revolving import Revolving
from data_generators.repayment.products.working_capital import WorkingCapital

#: in the order of `customers.PRODUCTS`
ALL: tuple[Product, ...] = (Instalment(), Revolving(), WorkingCapital())

__all__ = ["ALL", "Bill", "Instalment", "Product", "Revolving", "Terms", "WorkingCapital"]
