"""A world's observed tables as a stream of events, and made-up tracings of its loans."""

import numpy as np
import pandas as pd

from sandbox.features import OnlineFeatures, screening_features


def made_up_tracings(seen, rng, share=0.3):
    """Some of the loans as if followed for three days, with any outcome."""
    applications = seen.applications
    some = rng.random(len(applications)) < share
    loans = applications.loc[some, ["customer_id", "event_time"]]
    against = rng.random(len(loans)).round(3)
    return pd.DataFrame(
        {
            "customer_id": loans["customer_id"].to_numpy(),
            "known_at": loans["event_time"].to_numpy() + 3.0,
            "traced": (rng.random(len(loans)) * 9_000).round(2) * (rng.random(len(loans)) < 0.8),
            "against": against,
            "back": (rng.random(len(loans)) * (1 - against)).round(3),
        }
    )


def made_up_lists(seen, rng):
    """Hits on two lists, a row an application."""
    applications = seen.applications
    hits = rng.integers(0, 3, (2, len(applications))).astype(float)
    return pd.DataFrame({"list_black": hits[0], "list_grey": hits[1]}, index=applications.index)


def events_of(seen, traced, after=-np.inf):
    """(time, customer, what, arguments) of all that became known after a day, in order."""
    events = []

    def add(table, what, *columns):
        rows = table[table["known_at"] > after]
        arguments = zip(*(rows[name].tolist() for name in columns), strict=True)
        who = rows["source_id" if what == "add_link" else "customer_id"].tolist()
        times = rows["known_at"].tolist()
        events.extend(zip(times, who, [what] * len(rows), arguments, strict=True))

    add(seen.links, "add_link", "source_id", "target_kind", "target_id", "known_at")
    add(seen.fraud_labels, "add_label", "customer_id", "known_at")
    add(seen.decisions, "add_decision", "customer_id", "credit_limit", "known_at")
    add(traced, "add_traced", "customer_id", "known_at", "traced", "against", "back")
    for application in applications_of(seen, lists=None):
        if application["event_time"] > after:
            when, who = application["event_time"], application["customer_id"]
            events.append((when, who, "add_application", (application,)))
    return sorted(events, key=lambda event: event[:2])


def applications_of(seen, lists):
    """Each application with its profile and list columns, as a mapping."""
    profiles = seen.profiles.drop(columns=["customer_id", "event_time", "known_at"])
    table = seen.applications.reset_index(drop=True).join(profiles.reset_index(drop=True))
    if lists is not None:
        table = table.join(lists.reset_index(drop=True))
    return table.to_dict("records")


def both_ways(seen, traced, lists, after=-np.inf):
    """Features of the applications after a day: in a batch, and one by one as events come in."""
    batch = screening_features(seen, traced, lists)
    columns = list(batch.columns)
    online = (
        OnlineFeatures(columns)
        if after == -np.inf
        else OnlineFeatures.of(seen, columns, traced, as_of=after)
    )
    events = events_of(seen, traced, after)
    told, done = np.full(batch.shape, np.nan), 0
    rows = applications_of(seen, lists)
    times = np.array([row["event_time"] for row in rows])
    asked = [k for k in np.argsort(times, kind="stable").tolist() if times[k] > after]
    for k in asked:
        while done < len(events) and events[done][0] <= times[k]:
            _, _, what, arguments = events[done]
            getattr(online, what)(*arguments)
            done += 1
        told[k] = online.features(rows[k])
    return batch.iloc[asked], pd.DataFrame(told, batch.index, columns).iloc[asked]
