"""The bank's own books: tenure, inflow, savings, products and past loans of its customers.

Customers of other banks have no such columns. A business's account takes in its turnover, a
person's its income.
"""

import numpy as np

from data_generators.customers import Flags, Traits, sigmoid
from data_generators.profiles.columns import Columns, count_within, money, months_within, unless
from data_generators.profiles.demographics import ACCOUNT_AGE
from data_generators.streams import Floats, Streams

#: mean tenure of a customer, months (assumed)
_TENURE = 48.0
#: share of the income that comes in where the salary goes elsewhere, from and to (assumed)
_PART = (0.05, 0.60)
#: months of tenure in which a customer takes one more product, and one loan (assumed)
_PRODUCT_EVERY, _LOAN_EVERY = 60.0, 80.0


def bank_columns(traits: Traits, age: Floats, own: Flags, streams: Streams) -> Columns:
    """Tenure (0 for customers of other banks), inflow and savings."""
    since = 12.0 * np.maximum(age - ACCOUNT_AGE, 0.0)
    tenure = months_within(streams.uniform("tenure"), _TENURE, since)
    comes_in = np.where(traits.business, traits.turnover, traits.income)
    inflow = comes_in * np.exp(0.30 * streams.normal("inflow"))
    # Without the salary, what arrives is a part of it, from another account of the customer's.
    part = _PART[0] + (_PART[1] - _PART[0]) * streams.uniform("inflow_part")
    inflow = money(np.where(traits.business | _salaried(traits, streams), inflow, part * inflow))
    savings = money(traits.buffer * np.exp(-0.1 + 0.45 * streams.normal("savings")))
    return {
        "bank_tenure_months": np.where(own, tenure, 0.0),
        "bank_inflow": unless(~own, inflow),
        "bank_savings": unless(~own, savings),
    }


def bank_details(traits: Traits, seen: Columns, streams: Streams) -> Columns:
    """Products, past loans and their worst arrears (NaN without a loan), regular salary."""
    other = np.isnan(seen["bank_inflow"].astype(float))
    tenure: Floats = seen["bank_tenure_months"].astype(float)
    held = count_within(streams.uniform("bank_products"), 0.4 + tenure / _PRODUCT_EVERY, 12)
    loans = count_within(streams.uniform("bank_loans"), tenure / _LOAN_EVERY, 12)
    lean = -1.7 + 0.25 * np.minimum(loans, 4) - 0.8 * traits.willingness - 0.35 * traits.ability
    u, worse = streams.uniform("bank_late"), sigmoid(lean)
    # Of those once late, ever fewer went on: the uniform under the threshold says how far.
    left = np.maximum(1.0 - u / worse, 0.0)
    return {
        "bank_products": unless(other, 1 + held),
        "bank_past_loans": unless(other, loans),
        "bank_past_worst_dpd": unless(other | (loans == 0), np.ceil(120.0 * left * left * left)),
        "bank_salary_regular": unless(other | traits.business, _salaried(traits, streams)),
    }


def _salaried(traits: Traits, streams: Streams) -> Flags:
    """Whose salary comes in each month, of persons."""
    salaried: Flags = streams.uniform("salary") < sigmoid(1.4 + 0.5 * traits.ability)
    return salaried
