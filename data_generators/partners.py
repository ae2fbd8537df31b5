"""Partners that bring customers: their leverage, their collapse, and the shock to a cohort.

Partners belong to a block of customers and are never drawn from the size of a world. A collapse
happens in a calendar month; from then on the service stops, and customers whose money was not
held in escrow see no reason to pay for it. It is correlated default, which no model of single
borrowers sees.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import APPLICATION_DAYS, CALENDAR_MONTH, Traits, sigmoid
from data_generators.rows import Columns, stacked
from data_generators.scenarios import Scenario
from data_generators.streams import Floats, Streams

if TYPE_CHECKING:
    from data_generators.residents import Residents

#: days until the bank hears of a collapse (assumed)
NEWS_LAG = 14.0
#: √12, by which a uniform gets a standard deviation of 1
_OF_A_UNIFORM = 3.46
#: days since the bank took a partner on: least, and spread (assumed)
_SINCE, _SINCE_SPREAD = 30, 1_500
#: reported leverage: how far below the true one, and spread around that; complaints a year about
#: the worst service (assumed)
_UNDERSTATED, _RATING_SPREAD, _COMPLAINTS = 0.05, 0.15, 20
#: month of a collapse that does not happen
NEVER = 10_000


@dataclass(frozen=True)
class Partners:
    """Truth about the partners of one block, one entry a partner."""

    #: liabilities over assets, before the bank's financing adds to it
    leverage: Floats
    #: quality of the service, 0 to 1
    quality: Floats
    #: day on which the bank took the partner on, before the scenario's first day (negative)
    since_day: Floats


@dataclass(frozen=True)
class Fates:
    """What becomes of the partners of one block in one replica, one entry a partner."""

    #: leverage with the bank's financing in it
    leverage: Floats
    #: calendar month of the collapse, from 0; `NEVER` if none
    collapse_month: NDArray[np.int64]
    #: calendar month in which the successor collapses, who serves those who come later
    successor_collapse_month: NDArray[np.int64]
    #: fall of the willingness of its customers then, log-odds; 0 where money is in escrow
    shock: Floats


def draw_partners(scenario: Scenario, streams: Streams) -> Partners:
    """The partners of the block."""
    p = scenario.partners
    around = streams.shared("partner_leverage", p.a_block)
    return Partners(
        leverage=np.clip(
            p.leverage + p.leverage_noise * _OF_A_UNIFORM * (around - 0.5), 0.02, 0.98
        ),
        quality=np.sqrt(streams.shared("partner_quality", p.a_block)),
        since_day=-np.floor(_SINCE_SPREAD * streams.shared("partner_since", p.a_block)) - _SINCE,
    )


def financed_share(
    partner: NDArray[np.int64], need: Floats, granted: Floats, partners: int
) -> Floats:
    """Share of each partner's business that the bank finances, given limits granted (RMB).

    Partners without customers are financed by nobody.
    """
    financed = np.bincount(partner, weights=np.minimum(granted, need), minlength=partners)
    total = np.bincount(partner, weights=need, minlength=partners)
    share: Floats = financed / np.maximum(total, 1e-9)
    return share


def draw_fates(
    scenario: Scenario, partners: Partners, financed: Floats, streams: Streams, months: int
) -> Fates:
    """Collapses over the calendar months of a world, given how far the bank finances each."""
    p = scenario.partners
    leverage = partners.leverage + p.feedback * financed
    hazard = sigmoid(p.collapse_intercept + p.collapse_leverage * leverage)
    calendar = months + round(APPLICATION_DAYS / CALENDAR_MONTH)
    count = len(leverage)
    # The month in which a survival curve falls under one uniform: more leverage, sooner.
    with np.errstate(divide="ignore"):
        month, later = (
            np.floor(np.log(1.0 - streams.shared(purpose, count)) / np.log1p(-hazard))
            for purpose in ("collapse", "successor_collapse")
        )
    later = month + 1 + later
    low, high = (0.0, 0.0) if p.escrow else (p.shock_low, p.shock_high)
    return Fates(
        leverage=leverage,
        collapse_month=np.where(month < calendar, month, NEVER).astype(np.int64),
        successor_collapse_month=np.where(later < calendar, later, NEVER).astype(np.int64),
        shock=low + (high - low) * streams.shared("collapse_shock", count),
    )


def day_of(month: NDArray[np.int64]) -> Floats:
    """Days from the scenario's first to the start of calendar months; NaN for `NEVER`."""
    return np.where(month < NEVER, CALENDAR_MONTH * month, np.nan)


def collapse_mob(traits: Traits, fates: Fates) -> NDArray[np.int64]:
    """Month on book, from 0, in which each customer's partner collapses; `NEVER` if none.

    Customers of a partner that fell before they applied are served by its successor, who is as
    frail; otherwise an earlier collapse would spare more customers than it hurts.
    """
    arrival = traits.arrival_month
    first = fates.collapse_month[traits.partner]
    month = np.where(first > arrival, first, fates.successor_collapse_month[traits.partner])
    since = month - arrival
    return np.where((month < NEVER) & (since > 0), since, NEVER)


def reported_partners(residents: "Residents") -> tuple[Columns, Columns]:
    """Observed tables of a block's partners, and of those that collapsed.

    The bank rates a partner on accounts that understate its leverage a little, and learns of a
    collapse some days late.
    """
    rated, fallen = [], []
    for market in residents.markets:
        p, truth = market.scenario.partners, market.partners
        ids = market.first_partner_id + np.arange(p.a_block)
        noise = market.streams.shared("partner_rating", 2 * p.a_block)
        seen = truth.leverage - _UNDERSTATED + _RATING_SPREAD * (noise[: p.a_block] - 0.5)
        complaints = np.floor(_COMPLAINTS * (1 - truth.quality) * (0.5 + noise[p.a_block :]))
        rated.append(
            {
                "partner_id": ids,
                "kind": np.full(p.a_block, p.kind, dtype=object),
                "market": np.full(p.a_block, market.scenario.name, dtype=object),
                "reported_leverage": np.round(np.clip(seen, 0.0, 1.0), 3),
                "complaints_12m": complaints,
                "escrow": np.full(p.a_block, p.escrow),
                "event_time": truth.since_day,
                "known_at": truth.since_day,
            }
        )
        fates = market.fates(market.logged_offer)
        for month in (fates.collapse_month, fates.successor_collapse_month):
            gone = np.flatnonzero(month < NEVER)
            day = day_of(month[gone])
            fallen.append({"partner_id": ids[gone], "event_time": day, "known_at": day + NEWS_LAG})
    return stacked(rated), stacked(fallen)
