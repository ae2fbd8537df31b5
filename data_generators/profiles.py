"""What a bank sees of an applicant: noisy proxies by source, each with its own gaps.

Every column is named for its source: bank, bureau (credit bureau), shop (e-commerce), social,
court. Missing is NaN: customers of other banks have no bank columns, thin files no bureau.
"""

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Traits, sigmoid
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

Columns = dict[str, NDArray[np.generic]]


def draw_profile(scenario: Scenario, traits: Traits, streams: Streams) -> Columns:
    """Profile columns of the block's customers as of their application."""
    own = streams.uniform("own_customer") < scenario.population.own_customer_share
    return {
        "age": np.floor(21 + 34 * streams.uniform("age") ** 1.4 + 2 * traits.ability).clip(18, 70),
        "declared_income": _money(
            traits.income * np.exp(0.08 + 0.25 * streams.normal("declared_income"))
        ),
        "rent_monthly": _money(traits.rent),
        **_bank(traits, own, streams),
        **_bureau(traits, own, streams),
        **_shop(traits, streams),
        **_social(traits, streams),
        "court_enforcement": (
            streams.uniform("court") < sigmoid(-4.6 - 1.0 * traits.willingness)
        ).astype(float),
    }


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
    degree = streams.poisson("contacts", np.full(streams.block.size, 22.0))
    lean = -2.2 - 0.4 * traits.willingness - 0.3 * traits.ability
    risky = sigmoid(lean + 0.5 * streams.normal("risky"))
    return {
        "social_contacts": degree.astype(float),
        "social_risky_share": np.round(risky, 3),
    }


def _money(amount: Floats) -> Floats:
    return np.round(amount, 2)
