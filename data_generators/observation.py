"""What a bank sees, and when: tables with `event_time` and `known_at`, in days."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data_generators.streams import Floats, Streams
from data_generators.world import replay_block

if TYPE_CHECKING:
    from data_generators.world import Residents, World

#: days of a month on book
MONTH = 30.4375
#: days after its end until a month's account is reported
REPORTING_LAG = 5.0


@dataclass(frozen=True)
class Observed:
    """Observed tables; times are days since the scenario's first day, `schema` has the columns.

    `applications` has one row a customer, in customer order; the others only what was known.
    """

    applications: pd.DataFrame
    #: the incumbent's log: limit, price, propensity
    decisions: pd.DataFrame
    #: monthly accounts of approved customers
    accounts: pd.DataFrame
    #: default or good, known late; no row for declined customers
    performance: pd.DataFrame
    #: confirmed fraud, known late; blocked or undetected fraud has no row
    fraud_labels: pd.DataFrame


def observe(world: "World", as_of: float | None = None) -> Observed:
    """The observed tables of a world, cut at `as_of` (days; None: everything)."""
    parts = list(observe_blocks(world, as_of))
    names = [f.name for f in fields(Observed)]
    return Observed(*(pd.concat([getattr(p, n) for p in parts], ignore_index=True) for n in names))


def observe_blocks(world: "World", as_of: float | None = None) -> Iterator[Observed]:
    """The same, block by block, for writing without holding a world in memory."""
    for residents in world.residents():
        price = np.full(residents.block.size, world.scenario.economics.apr)
        limit = residents.logged.limit
        outcomes, accounts = replay_block(world, residents, limit, price, accounts=True)
        applications = _applications(residents)
        apply_day = applications["event_time"].to_numpy()
        opened = apply_day[accounts["customer_id"] - residents.block.start]
        accounts["event_time"] = opened + MONTH * accounts["mob"]
        accounts["known_at"] = accounts["event_time"] + REPORTING_LAG
        tables = (
            applications,
            _decisions(world, residents),
            accounts,
            _performance(world, residents, outcomes, apply_day),
            _fraud_labels(world, residents),
        )
        yield Observed(*(_known(table, as_of) for table in tables))


def _known(table: pd.DataFrame, as_of: float | None) -> pd.DataFrame:
    kept = table if as_of is None else table.loc[table["known_at"] <= as_of]
    return kept.reset_index(drop=True)


def _ids(residents: "Residents") -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(residents.block.start, residents.block.stop)


def _applications(residents: "Residents") -> pd.DataFrame:
    columns = dict(residents.applications.observed)
    day = columns.pop("apply_day").astype(float) + columns["apply_hour"].astype(float) / 24.0
    return pd.DataFrame(
        {"customer_id": _ids(residents), "event_time": day, "known_at": day, **columns}
    )


def _decisions(world: "World", residents: "Residents") -> pd.DataFrame:
    logged = residents.logged
    columns = residents.applications.observed
    day = columns["apply_day"].astype(float) + columns["apply_hour"].astype(float) / 24.0
    return pd.DataFrame(
        {
            "customer_id": _ids(residents),
            "event_time": day,
            "known_at": day,
            "credit_limit": logged.limit,
            "price": world.scenario.economics.apr,
            "propensity": logged.propensity,
            "explored": logged.explored,
        }
    )


def _performance(
    world: "World", residents: "Residents", customers: pd.DataFrame, apply_day: Floats
) -> pd.DataFrame:
    approved = np.flatnonzero(customers["limit"].to_numpy() > 0)
    month = customers["default_month"].to_numpy()[approved]
    event = apply_day[approved] + MONTH * np.where(np.isnan(month), world.months, month)
    return pd.DataFrame(
        {
            "customer_id": residents.block.start + approved,
            "event_time": event,
            "known_at": event + REPORTING_LAG,
            "default": customers["default"].to_numpy()[approved],
        }
    )


def _fraud_labels(world: "World", residents: "Residents") -> pd.DataFrame:
    """Fraud that was approved and is found: a part of it, after a delay."""
    mix = world.scenario.fraud
    streams = Streams(world.seed, residents.block)
    found = streams.uniform("fraud_found") < mix.found
    found &= residents.applications.fraudulent & (residents.logged.limit > 0)
    scale = 7.0 * mix.label_delay_weeks / 2.0
    # Gamma with shape 2 is the sum of two exponentials.
    delay = -scale * (
        np.log1p(-streams.uniform("label_delay_a")) + np.log1p(-streams.uniform("label_delay_b"))
    )
    first_miss = residents.applications.observed["apply_day"].astype(float) + MONTH
    return pd.DataFrame(
        {
            "customer_id": _ids(residents)[found],
            "event_time": first_miss[found],
            "known_at": (first_miss + delay)[found],
        }
    )
