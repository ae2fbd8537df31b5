"""Observed tables as a service meets them: what becomes known, moment by moment."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.features.online import OnlineFeatures
from sandbox.features.screening import Tables
from sandbox.screening.verdict import Application

#: kinds of links whose targets are identifiers that lists know
_LISTED = ("device", "phone", "address", "account", "merchant")


def applications_of(observed: Tables, start: float, end: float) -> list[Application]:
    """Applications with `start` < time <= `end` (days), in order of time and number.

    Their identifiers are those that the applicant was seen with by then, as text, and the
    customer's own number. BadInput where there is none.
    """
    asked = observed.applications
    asked = asked[(asked["event_time"] > start) & (asked["event_time"] <= end)]
    if not len(asked):
        raise BadInput(f"No application came in after day {start:g} and up to day {end:g}.")
    asked = asked.sort_values(["event_time", "customer_id"], kind="stable")
    more = observed.profiles.drop(columns=["event_time", "known_at"])
    rows = asked.merge(more, on="customer_id", how="left").to_dict("records")
    seen = _identifiers(observed.links, asked)
    return [
        Application(
            int(row["customer_id"]),
            float(row["event_time"]),
            {str(name): value for name, value in row.items()},
            {"customer": (str(row["customer_id"]),), **seen.get(int(row["customer_id"]), {})},
        )
        for row in rows
    ]


def moments(
    observed: Tables,
    features: OnlineFeatures,
    applications: Sequence[Application],
    traced: pd.DataFrame | None = None,
) -> Iterator[Application]:
    """The applications one by one, when `features` has been told all that was known by then.

    `features` are as of the start. What becomes known at one moment, such as the applications of
    one hour, is told before any application of that moment is given, as the batch counts it.
    """
    end = applications[-1].time
    events = sorted(_events(observed, traced, features.now, end), key=lambda e: e[:3])
    place = 0
    for application in applications:
        while place < len(events) and events[place].time <= application.time:
            _tell(features, events[place])
            place += 1
        yield application


class _Event(NamedTuple):
    time: float
    customer: int
    #: what is known at one moment of one customer, in this order
    order: int
    what: str
    rest: tuple[Any, ...]


def _tell(features: OnlineFeatures, event: _Event) -> None:
    if event.what == "application":
        features.add_application(event.rest[0])
    elif event.what == "link":
        features.add_link(event.customer, event.rest[0], event.rest[1], event.time)
    elif event.what == "label":
        features.add_label(event.customer, event.time)
    elif event.what == "decision":
        features.add_decision(event.customer, event.rest[0], event.time)
    else:
        features.add_traced(event.customer, event.time, *event.rest)


def _events(
    observed: Tables, traced: pd.DataFrame | None, start: float, end: float
) -> Iterator[_Event]:
    tables = (
        ("application", observed.applications, "event_time", "customer_id", ()),
        ("link", observed.links, "known_at", "source_id", ("target_kind", "target_id")),
        ("label", observed.fraud_labels, "known_at", "customer_id", ()),
        ("decision", observed.decisions, "known_at", "customer_id", ("credit_limit",)),
        ("traced", traced, "known_at", "customer_id", ("traced", "against", "back")),
    )
    for order, (what, table, time, who, names) in enumerate(tables):
        if table is None:
            continue
        new = table[(table[time] > start) & (table[time] <= end)]
        if what == "application":
            more = observed.profiles.drop(columns=["event_time", "known_at"])
            for row in new.merge(more, on="customer_id", how="left").to_dict("records"):
                yield _Event(row[time], int(row[who]), order, what, (row,))
            continue
        rest = [new[name].tolist() for name in names]
        known = new[time].tolist(), new[who].tolist()
        for when, customer, *values in zip(*known, *rest, strict=True):
            yield _Event(when, int(customer), order, what, tuple(values))


def _identifiers(links: pd.DataFrame, asked: pd.DataFrame) -> dict[int, dict[str, tuple[str, ...]]]:
    """By customer and kind, what they were seen with up to their application."""
    mine = links[links["source_id"].isin(asked["customer_id"])]
    time = asked.set_index("customer_id")["event_time"]
    by_then = mine["known_at"].to_numpy() <= time.reindex(mine["source_id"]).to_numpy()
    mine = mine[np.asarray(by_then) & mine["target_kind"].isin(_LISTED).to_numpy()]
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    columns = (mine[name].tolist() for name in ("source_id", "target_kind", "target_id"))
    for customer, kind, target in zip(*columns, strict=True):
        own = found.setdefault(int(customer), {})
        own[kind] = tuple(dict.fromkeys((*own.get(kind, ()), str(target))))
    return found
