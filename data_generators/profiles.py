"""What a bank sees of an applicant: noisy proxies by source, each with its own gaps.

Every column is named for its source: bank, bureau (credit bureau), shop (e-commerce), social,
court. Missing is NaN: customers of other banks have no bank columns, thin files no bureau.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from data_generators.customers import Flags, Traits, sigmoid
from data_generators.partners import Partners
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

Columns = dict[str, NDArray[np.generic]]


def draw_profile(
    scenario: Scenario, traits: Traits, partners: Partners, streams: Streams
) -> tuple[Columns, Flags]:
    """Profile columns of customers as of their application, and whose were tampered with."""
    own = streams.uniform("own_customer") < scenario.population.own_customer_share
    overstated = np.exp(0.08 + 0.25 * streams.normal("declared_income"))
    columns: Columns = {
        "age": _age(scenario, traits, streams),
        "declared_income": _money(traits.income * overstated),
        "declared_turnover": _money(traits.turnover * overstated),
        "rent_monthly": _money(_rent(scenario, traits, streams)),
        **_bank(traits, own, streams),
        **_bureau(traits, own, streams),
        **_shop(traits, streams),
        **_social(traits, streams),
        "court_enforcement": (
            streams.uniform("court") < sigmoid(-4.6 - 1.0 * traits.willingness)
        ).astype(float),
    }
    return columns, np.zeros(streams.size, dtype=bool)


def _age(scenario: Scenario, traits: Traits, streams: Streams) -> Floats:
    """Age in whole years; the older are the more able and the more willing."""
    p = scenario.population
    rest = np.sqrt(max(1 - p.age_ability**2 - p.age_willingness**2, 0.0))
    score = p.age_ability * traits.ability + p.age_willingness * traits.willingness
    rank = ndtr(score + rest * streams.normal("age"))
    age: Floats = np.floor(p.youngest + (p.oldest + 1 - p.youngest) * rank**p.age_power)
    return age


def _rent(scenario: Scenario, traits: Traits, streams: Streams) -> Floats:
    """Monthly rent: what is financed in online rental, a share of income elsewhere."""
    if scenario.need.is_rent:
        return traits.need
    rent: Floats = traits.income * np.exp(-1.25 + 0.25 * streams.normal("rent"))
    return rent


def _bank(traits: Traits, own: NDArray[np.bool_], streams: Streams) -> Columns:
    tenure = np.floor(-48.0 * np.log1p(-streams.uniform("tenure")))
    inflow = _money(traits.income * np.exp(0.12 * streams.normal("inflow")))
    savings = _money(traits.buffer * np.exp(-0.1 + 0.45 * streams.normal("savings")))
    return {
        "bank_tenure_months": np.where(own, tenure, 0.0),
        "bank_inflow": np.where(own, inflow, np.nan),
        "bank_savings": np.where(own, savings, np.nan),
    }


def _bureau(traits: Traits, own: NDArray[np.bool_], streams: Streams) -> Columns:
    thin = streams.uniform("thin_file") < np.where(own, 0.05, 0.18)
    a, w, theta = traits.ability, traits.willingness, traits.impatience
    unreported = streams.uniform("unreported") < 0.20
    inquiries = streams.poisson("inquiries", np.exp(0.1 + 0.45 * theta - 0.1 * a))
    overdue = streams.poisson("overdue", np.exp(-1.0 - 0.75 * w - 0.35 * a))
    load = sigmoid(-0.4 + 0.8 * theta - 0.3 * a + 0.5 * streams.normal("bureau_load"))
    return {
        "bureau_lenders": np.where(thin, np.nan, np.maximum(traits.n_lenders - unreported, 0)),
        "bureau_inquiries_6m": np.where(thin, np.nan, inquiries),
        "bureau_overdue_24m": np.where(thin, np.nan, overdue),
        "bureau_utilisation": np.where(thin, np.nan, np.round(load, 3)),
    }


def _shop(traits: Traits, streams: Streams) -> Columns:
    absent = streams.uniform("no_shop") < 0.10
    orders = streams.poisson("orders", np.exp(2.6 + 0.25 * traits.ability))
    late = streams.poisson("late_orders", np.exp(-0.9 - 0.6 * traits.willingness))
    returns = sigmoid(-2.0 - 0.25 * traits.willingness + 0.6 * streams.normal("returns"))
    return {
        "shop_orders_12m": np.where(absent, np.nan, orders),
        "shop_late_payments_12m": np.where(absent, np.nan, late),
        "shop_return_rate": np.where(absent, np.nan, np.round(returns, 3)),
    }


def _social(traits: Traits, streams: Streams) -> Columns:
    degree = streams.poisson("contacts", np.full(streams.size, 22.0))
    lean = -2.2 - 0.4 * traits.willingness - 0.3 * traits.ability
    risky = sigmoid(lean + 0.5 * streams.normal("risky"))
    return {
        "social_contacts": degree.astype(float),
        "social_risky_share": np.round(risky, 3),
    }


def _money(amount: Floats) -> Floats:
    return np.round(amount, 2)
