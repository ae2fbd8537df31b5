"""E-commerce: orders, late payments, returns, basket, addresses - as the partner delivers them.

Orders drift upwards with the calendar while nobody is richer, and a partner may tamper with them
(see `tampering`).
"""

import numpy as np

from data_generators.customers import APPLICATION_DAYS, Flags, Traits, sigmoid
from data_generators.profiles.columns import Columns, count_within, money, silent, split, unless
from data_generators.profiles.tampering import invented_addresses, tampered_orders
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams


def shop_gap(scenario: Scenario, streams: Streams) -> Flags:
    """Customers without e-commerce data, or about whom it did not come in time."""
    absent = streams.uniform("no_shop") < scenario.coverage.no_shop
    return absent | silent(scenario, "shop", streams)


def shop_columns(
    scenario: Scenario, traits: Traits, gap: Flags, tampered: Flags, streams: Streams
) -> Columns:
    """Orders, late payments and returns of twelve months, tampered with where flagged."""
    growth = (1.0 + scenario.coverage.shop_drift) ** (traits.arrival_day / APPLICATION_DAYS)
    habit = np.exp(2.55 + 0.25 * traits.ability + 0.3 * streams.normal("orders"))
    orders = np.rint(growth * habit)
    forgets = streams.poisson("late_orders", np.exp(-0.9 - 0.6 * traits.willingness))
    late = np.minimum(forgets, orders)
    orders, late = tampered_orders(scenario, orders, late, tampered, streams)
    returns = sigmoid(-2.0 - 0.25 * traits.willingness + 0.6 * streams.normal("returns"))
    return {
        "shop_orders_12m": unless(gap, orders),
        "shop_late_payments_12m": unless(gap, late),
        "shop_return_rate": unless(gap, np.round(returns, 3)),
    }


def shop_details(
    scenario: Scenario, traits: Traits, seen: Columns, tampered: Flags, streams: Streams
) -> Columns:
    """Orders by quarter (the latest first, adding up to the year's), basket and addresses."""
    total: Floats = seen["shop_orders_12m"].astype(float)
    gap = np.isnan(total)
    weights = [np.exp(0.35 * streams.normal("orders_quarter", q)) for q in range(4)]
    # What a partner invents, it invents for the application: most of it is recent.
    weights[0] = weights[0] * np.where(tampered, scenario.coverage.inflation, 1.0)
    quarters = split(np.nan_to_num(total), weights)
    spends = 1.0 + 0.45 * np.log(traits.income) + 0.4 * streams.normal("basket")
    addresses = 1.0 + count_within(
        streams.uniform("addresses"), np.exp(-0.6 - 0.1 * traits.willingness), 12
    )
    addresses = invented_addresses(scenario, addresses, tampered, streams)
    return {
        **{f"shop_orders_q{q + 1}": unless(gap, n) for q, n in enumerate(quarters)},
        "shop_basket": unless(gap, money(np.exp(spends))),
        "shop_addresses_12m": unless(gap, addresses),
    }
