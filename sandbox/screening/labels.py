"""What analysts and time have said of applications, as labels to learn from.

A label becomes known at a time, and no earlier: what is fed back on a day holds nothing of later
days. A confirmation stands above an analyst, and an analyst above silence:

    target  source     when                                                         known at
    1       confirmed  fraud was confirmed                                          confirmation
    1       analyst    an analyst found fraud                                       review
    0       paid       the loan came to its end, or a year, without default         that report
    0       analyst    an analyst found none                                        review

Where an analyst and a later outcome contradict each other the outcome has the label, and the
contradiction is reported with the days between. A default without a confirmation is no fraud label
and no honest one: it may be either (see `loss_split`).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox.errors import BadInput

COLUMNS = ("application_id", "target", "source", "known_at")
_CONFLICTS = ("application_id", "analyst", "reviewed_at", "outcome", "known_at", "days")
#: from the least to the most that a label is worth
_WORTH = {"analyst": 0, "paid": 1, "confirmed": 2}


@dataclass(frozen=True)
class Feedback:
    """Labels as known on a day."""

    #: a row an application: `COLUMNS`
    labels: pd.DataFrame
    #: where an analyst was contradicted: application_id, analyst (fraud or honest), reviewed_at,
    #: outcome (confirmed or paid), known_at, days (from review to outcome)
    conflicts: pd.DataFrame

    def targets(self, application_ids: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """n: 1 fraud, 0 honest, NaN not known."""
        known = self.labels.set_index("application_id")["target"]
        return known.reindex(application_ids).to_numpy(dtype=np.float64)


def feed_back(
    reviews: pd.DataFrame,
    confirmed: pd.DataFrame,
    performance: pd.DataFrame,
    when: float,
) -> Feedback:
    """Labels as known at `when` (days), and where analysts were contradicted.

    `reviews` has customer_id, known_at, verdict (fraud, honest); `confirmed` customer_id, known_at;
    `performance` customer_id, known_at, default. Rows known after `when` have no say. Of several
    reviews of one application the last known counts. BadInput for other verdicts.

    >>> reviews = pd.DataFrame({"customer_id": [1, 2], "known_at": [3.0, 4.0],
    ...                         "verdict": ["honest", "fraud"]})
    >>> confirmed = pd.DataFrame({"customer_id": [1], "known_at": [40.0]})
    >>> none = pd.DataFrame({"customer_id": [], "known_at": [], "default": []})
    >>> feed_back(reviews, confirmed, none, 10.0).labels["target"].tolist()
    [0.0, 1.0]
    >>> later = feed_back(reviews, confirmed, none, 50.0)
    >>> later.labels["target"].tolist(), later.conflicts["days"].tolist()
    ([1.0, 1.0], [37.0])
    """
    if not np.isfinite(when):
        raise BadInput(f"when is {when}; give a day, such as 365.0.")
    verdicts = set(reviews["verdict"].astype(str)) - {"fraud", "honest"}
    if verdicts:
        raise BadInput(f"A review says {min(verdicts)!r}; it is fraud or honest.")
    tables = (reviews, confirmed, performance)
    seen, fraud, paid = (table[table["known_at"] <= when] for table in tables)
    paid = paid[~paid["default"].astype(bool)]
    parts = [
        _rows(seen, (seen["verdict"] == "fraud").astype(float), "analyst"),
        _rows(paid, 0.0, "paid"),
        _rows(fraud, 1.0, "confirmed"),
    ]
    every = pd.concat(parts, ignore_index=True)
    order = every.assign(worth=every["source"].map(_WORTH)).sort_values(["worth", "known_at"])
    labels = order.groupby("application_id", sort=True).tail(1).sort_values("application_id")
    return Feedback(labels[list(COLUMNS)].reset_index(drop=True), _conflicts(every))


def _rows(table: pd.DataFrame, target: "pd.Series[float] | float", source: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "application_id": table["customer_id"].astype(np.int64),
            "target": target,
            "source": source,
            "known_at": table["known_at"].astype(np.float64),
        }
    )


def _conflicts(every: pd.DataFrame) -> pd.DataFrame:
    by_analyst = every[every["source"] == "analyst"]
    by_analyst = by_analyst.sort_values("known_at").groupby("application_id").tail(1)
    outcomes = every[every["source"] != "analyst"]
    both = by_analyst.merge(outcomes, on="application_id", suffixes=("_said", ""))
    both = both[both["target_said"] != both["target"]]
    told = pd.DataFrame(
        {
            "application_id": both["application_id"],
            "analyst": np.where(both["target_said"] == 1, "fraud", "honest"),
            "reviewed_at": both["known_at_said"],
            "outcome": both["source"],
            "known_at": both["known_at"],
            "days": both["known_at"] - both["known_at_said"],
        },
        columns=list(_CONFLICTS),
    )
    return told.sort_values(["known_at", "application_id"]).reset_index(drop=True)
