"""What a bank sees, and when: tables with `event_time` and `known_at`, in days."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from data_generators import cash_events, joint_lending, schema
from data_generators.customers import PRODUCTS
from data_generators.errors import InvalidInput
from data_generators.links import links_of
from data_generators.partners import reported_partners
from data_generators.profiles import profile_table
from data_generators.progress import shown
from data_generators.replay import MONTH, replay_block
from data_generators.reviews import reviews_of
from data_generators.rows import Columns, category
from data_generators.streams import Floats

if TYPE_CHECKING:
    from data_generators.residents import Residents
    from data_generators.world import World

#: days after its end until a month's account is reported
REPORTING_LAG = 5.0


@dataclass(frozen=True)
class Observed:
    """Observed tables; times are days since the scenario's first day, `schema` has the columns.

    `applications` has one row a customer, in customer order; the others only what was known.
    """

    applications: pd.DataFrame
    #: more of the profile: a row a customer, in customer order
    profiles: pd.DataFrame
    #: the incumbent's log: limit, price, propensity
    decisions: pd.DataFrame
    #: monthly accounts of customers who took the offer
    accounts: pd.DataFrame
    #: what is overdue by age, in the months in which an account is late
    arrears: pd.DataFrame
    #: default or good, known late; no row for declined customers
    performance: pd.DataFrame
    #: confirmed fraud, known late; blocked or undetected fraud has no row
    fraud_labels: pd.DataFrame
    #: early settlement, refund, extension, restructuring, collection, write-off, recovery
    cash_events: pd.DataFrame
    #: shares of bank and partner in each jointly funded account, month by month
    joint_lending: pd.DataFrame
    #: platforms, merchants, schools, clinics, as the bank rates them
    partners: pd.DataFrame
    #: partners that collapsed
    partner_events: pd.DataFrame
    #: the identity graph: edges of customers to devices, phones, addresses, accounts, merchants
    links: pd.DataFrame
    #: what analysts made of some of the approved applications; they err
    fraud_reviews: pd.DataFrame

    def overview(self) -> pd.DataFrame:
        """What there is: `table`, `rows`, `columns`, `first` and `last` known (days), `meaning`."""
        rows = []
        for table in schema.OBSERVED:
            frame: pd.DataFrame = getattr(self, table.name)
            known = frame["known_at"]
            rows.append((table.name, *frame.shape, known.min(), known.max(), table.meaning))
        return pd.DataFrame(rows, columns=["table", "rows", "columns", "first", "last", "meaning"])

    def __repr__(self) -> str:
        sizes = (f"{f.name}: {len(getattr(self, f.name)):,}" for f in fields(self))
        return f"Observed({', '.join(sizes)} rows)"

    def _repr_html_(self) -> str:
        left = "<td style='text-align: left'>"
        rows = "".join(
            f"<tr>{left}{r.table}</td><td>{r.rows:,}</td><td>{r.columns}</td>"
            f"<td>{r.first:,.0f}</td><td>{r.last:,.0f}</td>{left}{r.meaning}</td></tr>"
            for r in self.overview().itertuples()
        )
        names = "".join(
            f"<th style='text-align: left'>{name}</th>"
            for name in ("table", "rows", "columns", "known from day", "to day", "meaning")
        )
        return f"<table><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>".replace(
            "<td>nan</td>", "<td></td>"
        )


def check_as_of(as_of: Any) -> None:
    """InvalidInput unless `as_of` is None or a day that a world can have."""
    if as_of is None:
        return
    is_number = isinstance(as_of, Real) and not isinstance(as_of, bool)
    if not (is_number and math.isfinite(as_of) and as_of >= 0):
        shown = f"{as_of:g}" if is_number else repr(as_of)
        raise InvalidInput(
            f"as_of is {shown}; it is a number of days from 0, the scenario's first day, up."
        )


def observe(world: "World", as_of: float | None = None) -> Observed:
    """The observed tables of a world, cut at `as_of` (days; None: everything)."""
    check_as_of(as_of)
    parts = list(observe_blocks(world, as_of))
    names = [f.name for f in fields(Observed)]
    return Observed(*(pd.concat([getattr(p, n) for p in parts], ignore_index=True) for n in names))


def observe_blocks(world: "World", as_of: float | None = None) -> Iterator[Observed]:
    """The same, block by block, for writing without holding a world in memory."""
    for block in shown(world.blocks(), "observed tables"):
        tables = observe_block(world.residents_of(block))
        frames = (table.frame(tables[table.name]) for table in schema.OBSERVED)
        yield Observed(*(_known(frame, as_of) for frame in frames))


def observe_block(residents: "Residents") -> dict[str, Columns]:
    """Observed tables of one block as columns, everything that will ever be known."""
    logged = residents.logged
    replayed = replay_block(residents, logged.limit, logged.price, accounts=True)
    outcomes, accounts, arrears = replayed
    applications = applications_of(residents)
    applied: Floats = applications["event_time"]
    events = accounts.pop("event")
    opened = applied[accounts["customer_id"] - residents.block.start]
    for table, since in (
        (accounts, opened),
        (arrears, applied[arrears["customer_id"] - residents.block.start]),
    ):
        table["event_time"] = since + MONTH * table["mob"]
        table["known_at"] = table["event_time"] + REPORTING_LAG
    partners, partner_events = reported_partners(residents)
    return {
        "applications": applications,
        "profiles": profile_table(residents, applied),
        "decisions": _decisions(residents, applied),
        "accounts": accounts,
        "arrears": arrears,
        "performance": _performance(residents, outcomes, applied),
        "fraud_labels": _fraud_labels(residents),
        "cash_events": cash_events.of_accounts(
            residents, accounts, arrears, events, outcomes, applied
        ),
        "joint_lending": joint_lending.of_accounts(residents, accounts),
        "partners": partners,
        "partner_events": partner_events,
        "links": links_of(residents, applied),
        "fraud_reviews": reviews_of(residents, applied),
    }


def _known(table: pd.DataFrame, as_of: float | None) -> pd.DataFrame:
    kept = table if as_of is None else table.loc[table["known_at"] <= as_of]
    return kept.reset_index(drop=True)


def applications_of(residents: "Residents") -> Columns:
    """The table of applications of one block, as columns."""
    columns = dict(residents.applications.observed)
    day = columns.pop("apply_day").astype(float) + columns["apply_hour"].astype(float) / 24.0
    times = {"customer_id": residents.streams.ids, "event_time": day, "known_at": day}
    traits = residents.traits
    terms = {
        "product": category(traits.product, PRODUCTS),
        "tenor_months": np.where(traits.product == 0, traits.tenor.astype(float), np.nan),
    }
    return {**times, "partner_id": residents.partner_id, **terms, **columns}


def _decisions(residents: "Residents", applied: Floats) -> Columns:
    logged = residents.logged
    return {
        "customer_id": residents.streams.ids,
        "event_time": applied,
        "known_at": applied,
        "credit_limit": logged.limit,
        "price": logged.price,
        "propensity": logged.propensity,
        "explored": logged.explored,
    }


def _performance(residents: "Residents", customers: Columns, applied: Floats) -> Columns:
    opened = np.flatnonzero(customers["taken"])
    month = customers["default_month"][opened]
    months = residents.months
    event = applied[opened] + MONTH * np.where(np.isnan(month), months, month)
    return {
        "customer_id": residents.block.start + opened,
        "event_time": event,
        "known_at": event + REPORTING_LAG,
        "default": customers["default"][opened],
    }


def _fraud_labels(residents: "Residents") -> Columns:
    """Fraud that was approved and is found: a part of it, after a delay."""
    streams = residents.streams
    share = residents.by_market(lambda scenario: scenario.fraud.found)
    weeks = residents.by_market(lambda scenario: scenario.fraud.label_delay_weeks)
    found = streams.uniform("fraud_found") < share
    found &= residents.frauds & (residents.logged.limit > 0)
    scale = 7.0 * weeks / 2.0
    # Gamma with shape 2 is the sum of two exponentials.
    delay = -scale * (
        np.log1p(-streams.uniform("label_delay_a")) + np.log1p(-streams.uniform("label_delay_b"))
    )
    first_miss = residents.applications.observed["apply_day"].astype(float) + MONTH
    return {
        "customer_id": streams.ids[found],
        "event_time": first_miss[found],
        "known_at": (first_miss + delay)[found],
    }
