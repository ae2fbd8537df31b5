"""Government and court: social insurance, registration, tax, and enforcement records.

One source: where it does not answer, all of its columns are missing. Social insurance and the
housing fund are a person's, registration, tax grade and invoices a business's.
"""

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Flags, Traits, sigmoid
from data_generators.profiles.columns import Columns, money, silent, unless
from data_generators.profiles.court_texts import court_texts
from data_generators.profiles.demographics import working_months
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

#: by code: none, and the grades of the tax office; M is for the newly registered
TAX_GRADES = ("", "A", "B", "M", "C", "D")
#: upper edges of D, C and B, standard score (assumed: 4, 10, 55 and 31%)
_GRADE_EDGES = np.array([-2.1, -1.3, 0.6])
_GRADE_CODES = np.array([5, 4, 2, 1])
#: months from registration in which a business is graded M
_NEW = 12.0


def court_columns(scenario: Scenario, traits: Traits, streams: Streams) -> Columns:
    """Whether there is an enforcement record; NaN where the source did not answer."""
    record = streams.uniform("court") < sigmoid(-4.6 - 1.0 * traits.willingness)
    return {"court_enforcement": unless(silent(scenario, "government", streams), record)}


def government_details(
    scenario: Scenario, traits: Traits, seen: Columns, codes: Columns, streams: Streams
) -> Columns:
    """Insurance and fund of persons, registration and tax of businesses, and court texts.

    `codes` has the customer's region and education; `tax_grade` is a code too.
    """
    gap = np.isnan(seen["court_enforcement"].astype(float))
    return {
        **_person(scenario, traits, seen, codes["education"].astype(np.int64), gap, streams),
        **_business(scenario, traits, seen, gap, streams),
        "court_text": court_texts(scenario, traits, seen, codes["region"], streams),
    }


def _person(
    scenario: Scenario,
    traits: Traits,
    seen: Columns,
    education: NDArray[np.int64],
    gap: Flags,
    streams: Streams,
) -> Columns:
    c, size = scenario.coverage, streams.size
    if traits.business.all():
        return {name: np.full(size, np.nan) for name in ("insurance_months", "fund_months")}
    age: Floats = seen["age"].astype(float)
    at_work = working_months(age, education)
    paid = sigmoid(0.9 + 0.5 * traits.ability + 0.9 * streams.normal("insurance_paid"))
    months = np.floor(at_work * paid)
    outside = gap | traits.business | (streams.uniform("insured") < c.no_insurance)
    fund = np.floor(months * (0.3 + 0.7 * streams.uniform("fund_paid")))
    without = outside | (streams.uniform("fund") < c.no_fund)
    return {"insurance_months": unless(outside, months), "fund_months": unless(without, fund)}


def _business(
    scenario: Scenario, traits: Traits, seen: Columns, gap: Flags, streams: Streams
) -> Columns:
    c, size = scenario.coverage, streams.size
    if not traits.business.any():
        return {
            "registration_months": np.full(size, np.nan),
            "tax_grade": np.zeros(size, dtype=np.int64),
            "invoices_12m": np.full(size, np.nan),
        }
    # Some trade for a while before they register.
    traded = seen["employment_months"].astype(float)
    registered = np.floor(traded * (1.0 - 0.3 * streams.uniform("registered") ** 3))
    outside = gap | ~traits.business
    untaxed = outside | (streams.uniform("tax_record") < c.no_tax_record)
    year = np.minimum(registered, 12.0) * traits.turnover
    invoiced = c.invoiced_share * np.exp(0.25 * streams.normal("invoices"))
    return {
        "registration_months": unless(outside, registered),
        "tax_grade": np.where(untaxed, 0, _grade(traits, registered, streams)),
        "invoices_12m": unless(untaxed, money(year * invoiced)),
    }


def _grade(traits: Traits, registered: Floats, streams: Streams) -> NDArray[np.int64]:
    score = 0.5 * traits.willingness + 0.3 * traits.ability + streams.normal("tax_grade")
    graded = _GRADE_CODES[np.searchsorted(_GRADE_EDGES, score)]
    return np.where(registered < _NEW, TAX_GRADES.index("M"), graded)
