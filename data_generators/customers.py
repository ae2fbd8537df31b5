"""Latent traits of customers, persons and micro-businesses, and what follows from them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data_generators.rows import Rowwise
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

Flags = NDArray[np.bool_]

#: days over which a world's applications arrive
APPLICATION_DAYS = 365
#: days of a calendar month, counted from the scenario's first day
CALENDAR_MONTH = APPLICATION_DAYS / 12
#: products by code, as in `Traits.product`
PRODUCTS = ("instalment", "revolving", "working_capital")
#: how unevenly partners share the customers: power of their rank
PARTNER_RANK = 0.7


@dataclass(frozen=True)
class Traits(Rowwise):
    """Truth about a block of customers, one entry a customer; never shown to a model."""

    #: ability to repay, standard normal
    ability: Floats
    #: willingness to repay, standard normal, correlated with ability
    willingness: Floats
    #: impatience, drives the demand for credit
    impatience: Floats
    #: permanent monthly income of a person, or of a business's owner, RMB
    income: Floats
    #: month-to-month volatility of income, log scale
    volatility: Floats
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
    #: a micro-business, not a person
    business: Flags
    #: mean monthly turnover of a business, RMB; 0 for persons
    turnover: Floats
    #: price of what is bought, RMB (a month's rent in online rental)
    need: Floats
    #: product offered, position in `PRODUCTS`
    product: NDArray[np.int8]
    #: term of the instalment loan, months
    tenor: NDArray[np.int64]
    #: partner that brought the customer, position among the block's partners
    partner: NDArray[np.int64]
    #: day of application, since the scenario's first day
    arrival_day: Floats
    #: share of the exposure that is recovered after a default; bimodal
    recovery: Floats

    @property
    def strength(self) -> Floats:
        """Ability plus willingness: variance 2 + 2 × their correlation, not 1."""
        total: Floats = self.ability + self.willingness
        return total

    @property
    def arrival_month(self) -> NDArray[np.int64]:
        """Calendar month of the application, counted from the scenario's first, from 0."""
        months: NDArray[np.int64] = (self.arrival_day * (12.0 / APPLICATION_DAYS)).astype(np.int64)
        return months


def draw_arrival(scenario: Scenario, streams: Streams) -> Floats:
    """Day of application of each customer (days from 0, below 365), more of them in season."""
    u = streams.uniform("apply_day")
    need = scenario.need
    if need.season == 0:
        return APPLICATION_DAYS * u
    first = date.fromisoformat(scenario.start).month
    months = (first - 1 + np.arange(12)) % 12 + 1
    weight = 1.0 + need.season * np.cos(2 * np.pi * (months - need.season_peak) / 12)
    edges = np.concatenate([[0.0], np.cumsum(weight) / weight.sum()])
    return np.interp(u, edges, np.linspace(0.0, APPLICATION_DAYS, 13))


def draw_partner(count: int, streams: Streams) -> NDArray[np.int64]:
    """Partner that brings each customer, position among the block's `count` partners."""
    return _one_of(_partner_shares(count), "partner", streams)


def draw_traits(scenario: Scenario, streams: Streams, business: Floats | None = None) -> Traits:
    """Traits of the block's customers (equations of the structural model, section Customers).

    `business` sets who is one (1) and who is a person (0), NaN as drawn; None: all as drawn.
    """
    p, r = scenario.population, scenario.repayment
    ability = streams.normal("ability")
    residual = np.sqrt(1 - p.willingness_ability**2)
    willingness = p.willingness_ability * ability + residual * streams.normal("willingness")
    willingness = willingness + p.willingness_mean
    impatience = (
        p.impatience_ability * ability
        + p.impatience_willingness * willingness
        + p.impatience_noise * streams.normal("impatience")
    )
    income = np.exp(
        p.log_income_mean
        + p.log_income_ability * ability
        + p.log_income_noise * streams.normal("income")
    )
    buffer = income * np.exp(-0.3 + 0.7 * ability + 0.5 * streams.normal("buffer"))
    firm = _firms(scenario, streams, business)
    turnover, income, buffer = _businesses(scenario, firm, ability, income, buffer)
    lenders_mean = np.exp(p.log_lenders - 0.2 * ability - 0.2 * willingness + 0.25 * impatience)
    n_lenders = streams.poisson("n_lenders", lenders_mean)
    in_full = p.transactor_intercept + p.transactor_impatience * impatience
    ticket = scenario.need.log_share + scenario.need.log_noise * streams.normal("need")
    return Traits(
        ability=ability,
        willingness=willingness,
        impatience=impatience,
        income=income,
        volatility=p.income_volatility * np.exp(p.volatility_noise * streams.normal("volatility")),
        buffer=buffer,
        demand=income * np.exp(r.log_demand + r.demand_impatience * impatience),
        n_lenders=n_lenders,
        other_debt=p.other_debt_share * n_lenders.astype(float) * income,
        transactor=streams.uniform("transactor") < sigmoid(in_full),
        business=firm,
        turnover=turnover,
        need=np.maximum(income * np.exp(ticket), scenario.need.least),
        product=_product(scenario, firm, streams),
        tenor=np.asarray(scenario.need.tenors)[
            _one_of(scenario.need.tenor_shares, "tenor", streams)
        ],
        partner=draw_partner(scenario.partners.a_block, streams),
        arrival_day=draw_arrival(scenario, streams),
        recovery=_recovery(scenario, streams),
    )


def _firms(scenario: Scenario, streams: Streams, given: Floats | None) -> Flags:
    """Which customers are businesses: as drawn, or as given where that is known."""
    share = scenario.population.business_share
    drawn = np.zeros(streams.size, dtype=bool)
    if share > 0:
        drawn = streams.uniform("business") < share
    return drawn if given is None else np.where(np.isnan(given), drawn, given > 0)


def _businesses(
    scenario: Scenario, business: Flags, ability: Floats, income: Floats, buffer: Floats
) -> tuple[Floats, Floats, Floats]:
    """The turnover of businesses, and everyone's income and buffer."""
    b = scenario.business
    if not business.any():
        return np.zeros(len(income)), income, buffer
    # The income draw is taken over as the size draw: a customer is one or the other.
    size = (np.log(income) - scenario.population.log_income_mean) / np.hypot(
        scenario.population.log_income_ability, scenario.population.log_income_noise
    )
    turnover = np.exp(b.log_turnover_mean + b.log_turnover_noise * size)
    margin = np.maximum(b.margin + b.margin_ability * ability - b.fixed_costs, 0.01)
    ratio = buffer / income
    return (
        np.where(business, turnover, 0.0),
        np.where(business, margin * turnover, income),
        np.where(business, b.buffer_months * turnover * ratio, buffer),
    )


def _product(scenario: Scenario, business: Flags, streams: Streams) -> NDArray[np.int8]:
    """The product of each customer; persons get a revolving line for a working-capital one."""
    shares = [getattr(scenario.products, name) for name in PRODUCTS]
    product = _one_of(tuple(shares), "product", streams)
    lines = (product == PRODUCTS.index("working_capital")) & ~business
    return np.where(lines, PRODUCTS.index("revolving"), product).astype(np.int8)


def _one_of(shares: tuple[float, ...], purpose: str, streams: Streams) -> NDArray[np.int64]:
    """A position for each customer, chosen with these shares; no draw where one has all."""
    if max(shares) == 1:
        return np.full(streams.size, int(np.argmax(shares)))
    edges = np.cumsum(shares)[:-1] / np.sum(shares)
    chosen: NDArray[np.int64] = np.searchsorted(edges, streams.uniform(purpose), side="right")
    return chosen


def _partner_shares(count: int) -> tuple[float, ...]:
    weight = (1.0 + np.arange(count)) ** -PARTNER_RANK
    return tuple(weight / weight.sum())


def _recovery(scenario: Scenario, streams: Streams) -> Floats:
    """Most recoveries are small and some are large, with 1 - lgd as their mean."""
    high = float(np.clip((1 - scenario.economics.lgd - 0.06) / (0.70 - 0.06), 0.001, 0.999))
    u = streams.uniform("recovery")
    return np.where(u < high, 0.5 + 0.4 * u / high, 0.12 * (u - high) / (1 - high))


def sigmoid(log_odds: Floats) -> Floats:
    """The logistic function.

    >>> float(sigmoid(np.array(0.0)))
    0.5
    """
    return 1.0 / (1.0 + np.exp(-log_odds))
