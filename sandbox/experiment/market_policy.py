"""Which policy decides from what a model says of every limit: a market's terms under chosen caps.

Price, costs and joint lending are those of the market; in a blend, costs and joint lending are
those of the market it began with, and the judge asks everyone's own market's price. The law is that
of `LAW_OF`.
"""

from collections.abc import Iterable
from typing import Literal

from data_generators.scenarios import Scenario
from sandbox.policy import LimitPolicy
from sandbox.policy.caps import HouseCaps, LoanTerms
from sandbox.policy.economics import Economics, ExpectedProfit
from sandbox.policy.joint_lending import JointLending
from sandbox.policy.profit_policy import ProfitPolicy
from sandbox.policy.regulation import Regulation

#: what stands between expected profit and a decision: rules of the house and the law; the law,
#: without which no decision may be issued; or nothing, to see what caps are worth
Caps = Literal["house and law", "law", "none"]

#: the day whose law holds
LAW_OF = "2026-01-01"


def speaks_of_limits(outputs: Iterable[str]) -> bool:
    """Whether a model says something of every limit, and not one pd or one limit alone.

    >>> speaks_of_limits(("pd", "pd_at_2000")), speaks_of_limits(("pd", "limit"))
    (True, False)
    """
    return any(name.startswith("pd_at_") for name in outputs)


def loan_terms(market: Scenario) -> LoanTerms:
    """What kind of loan a market's is, for the law.

    >>> from data_generators import scenarios
    >>> loan_terms(scenarios.car_purchase).secured, loan_terms(scenarios.micro_business).purpose
    (True, 'business')
    """
    only_businesses = market.population.business_share >= 1
    return LoanTerms(
        purpose="business" if only_businesses else "consumer", secured=_is_secured(market)
    )


def profit_policy(
    market: Scenario, months: int, house: LimitPolicy, caps: Caps = "house and law"
) -> ProfitPolicy:
    """The policy by expected profit over `months` that matches a house's `LimitPolicy`.

    It has that policy's pd cut-off, DTI cap, largest income multiple and price. A loan secured on
    a car, which costs several incomes, has no income multiple: its instalment is what counts.

    >>> from data_generators import scenarios
    >>> policy = profit_policy(scenarios.travel, 24, LimitPolicy())
    >>> policy.profit.joint.bank_share, policy.house.pd_cutoff, policy.profit.economics.months
    (0.7, 0.12, 24)
    """
    rules = HouseCaps(
        pd_cutoff=house.pd_bands[-1],
        dti_cap=house.dti_cap,
        income_multiple=None if _is_secured(market) else max(house.income_multiples),
        other_debt_share=house.other_debt_share,
        minimum_due=house.minimum_due,
    )
    economics = Economics.from_terms(market.economics, months)
    return ProfitPolicy(
        profit=ExpectedProfit(economics, JointLending.from_terms(market.joint)),
        house=rules if caps == "house and law" else None,
        law=None if caps == "none" else Regulation.load().as_of(LAW_OF),
        terms=loan_terms(market),
        price=house.price,
    )


def _is_secured(market: Scenario) -> bool:
    return market.partners.kind == "dealer"
