"""Latent traits of customers: ability, willingness, impatience, and what follows from them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Traits:
    """Truth about a block of customers, one entry a customer; never shown to a model."""

    #: ability to repay, standard normal
    ability: Floats
    #: willingness to repay, standard normal, correlated with ability
    willingness: Floats
    #: impatience, drives the demand for credit
    impatience: Floats
    #: permanent monthly income, RMB
    income: Floats
    #: liquid buffer, RMB
    buffer: Floats
    #: demand for credit before monthly noise, RMB
    demand: Floats
    #: number of other lenders
    n_lenders: NDArray[np.int64]
    #: debt service to them, RMB a month
    other_debt: Floats
    #: pays in full each month
    transactor: Flags
    #: monthly rent, RMB
    rent: Floats


def draw_traits(scenario: Scenario, streams: Streams) -> Traits:
    """Traits of the block's customers (equations of the structural model, section Customers)."""
    p, r = scenario.population, scenario.repayment
    ability = streams.normal("ability")
    residual = np.sqrt(1 - p.willingness_ability**2)
    willingness = p.willingness_ability * ability + residual * streams.normal("willingness")
    income = np.exp(
        p.log_income_mean
        + p.log_income_ability * ability
        + p.log_income_noise * streams.normal("income")
    )
    buffer = income * np.exp(-0.3 + 0.7 * ability + 0.5 * streams.normal("buffer"))
    impatience = -0.25 * ability - 0.35 * willingness + 0.8 * streams.normal("impatience")
    lenders_mean = np.exp(p.log_lenders - 0.2 * ability - 0.2 * willingness + 0.25 * impatience)
    n_lenders = streams.poisson("n_lenders", lenders_mean)
    in_full = p.transactor_intercept + p.transactor_impatience * impatience
    return Traits(
        ability=ability,
        willingness=willingness,
        impatience=impatience,
        income=income,
        buffer=buffer,
        demand=income * np.exp(r.log_demand + r.demand_impatience * impatience),
        n_lenders=n_lenders,
        other_debt=p.other_debt_share * n_lenders.astype(float) * income,
        transactor=streams.uniform("transactor") < sigmoid(in_full),
        rent=income
        * np.exp(scenario.log_rent_share + scenario.log_rent_noise * streams.normal("rent")),
    )


def sigmoid(log_odds: Floats) -> Floats:
    """The logistic function.

    >>> float(sigmoid(np.array(0.0)))
    0.5
    """
    return 1.0 / (1.0 + np.exp(-log_odds))
