"""What screening did in service: alerts against the budget, false positives, rules."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.rules import BatchHits, RuleSet
from sandbox.screening.budget import UNASKED
from sandbox.screening.verdict import Verdict
from sandbox.screening.verdict_log import Recorded

#: columns of `verdict_table`
COLUMNS = (
    "application_id", "time", "day", "decision", "alert_day", "score", "rank", "threshold",
    "reason",
)  # fmt: skip


def verdict_table(verdicts: Sequence[Verdict | Recorded]) -> pd.DataFrame:
    """A row a verdict: `COLUMNS`; `reason` is the code of what decided first."""
    rows = []
    for each in verdicts:
        told = Recorded.of(each) if isinstance(each, Verdict) else each
        day = np.nan if told.alert_day is None else float(told.alert_day)
        score = np.nan if told.score is None else told.score
        rows.append(
            (told.application_id, told.time, int(told.time // 1), told.decision, day, score,
             told.rank, told.threshold, told.codes[0])
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def budget_use(table: pd.DataFrame, capacity: int) -> pd.DataFrame:
    """A row a day on which applications came in, of a table of verdicts.

    Columns: `day`, `applications`, `asked` (a review was wanted), `alerts` (reviews for this day,
    those held from earlier days included), `capacity`, `use` (alerts over capacity), `held` (for a
    later day), `turned_away` (asked, without room), `passed` and `declined`.
    """
    by_day = table.groupby("day")
    asked = table["rank"] > UNASKED
    review = table["decision"] == "review"
    found = pd.DataFrame({"applications": by_day.size()})
    found["asked"] = asked.groupby(table["day"]).sum()
    alerts = table["alert_day"].value_counts()
    found["alerts"] = alerts.reindex(found.index, fill_value=0).astype(int)
    found["capacity"], found["use"] = capacity, found["alerts"] / capacity
    later = review & (table["alert_day"] > table["day"])
    found["held"] = later.groupby(table["day"]).sum()
    found["turned_away"] = (asked & ~review).groupby(table["day"]).sum()
    for name, decision in (("passed", "pass"), ("declined", "decline")):
        found[name] = (table["decision"] == decision).groupby(table["day"]).sum()
    return found.reset_index()


def false_positives(table: pd.DataFrame, outcome: pd.Series) -> pd.DataFrame:
    """Alerts and declines by what decided first, on outcomes; a last row `all` for each decision.

    `outcome` is 1 for fraud, 0 for honest, by application_id; what is missing or NaN is not known.
    Columns: `decision`, `reason`, `stopped`, `judged`, `fraud`, `honest`, `precision`, and
    `false_positive_ratio` (honest for each fraud; inf without a fraud, NaN where nobody is judged).
    """
    told = outcome.reindex(table["application_id"]).to_numpy(dtype=np.float64)
    if (~np.isnan(told) & (told != 0) & (told != 1)).any():
        raise BadInput("outcome holds something else than 0, 1 and NaN; 1 is fraud, 0 honest.")
    stopped = table.assign(told=told)
    stopped = stopped[stopped["decision"] != "pass"]
    rows = []
    for decision, of in stopped.groupby("decision"):
        each = [(str(reason), part) for reason, part in of.groupby("reason")]
        rows += [_judged(str(decision), reason, part) for reason, part in [*each, ("all", of)]]
    names = ["decision", "reason", "stopped", "judged", "fraud", "honest", "precision",
             "false_positive_ratio"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def rules_in_service(verdicts: Sequence[Verdict | Recorded], rules: RuleSet) -> BatchHits:
    """The rules' hits as verdicts have them, for `sandbox.rules.operations` and `dead_rules`.

    BadInput for a verdict that was reached with other rules.
    """
    place = {id: k for k, id in enumerate(rules.ids)}
    hits = np.zeros((len(verdicts), len(place)), dtype=bool)
    for row, each in enumerate(verdicts):
        if each.versions.rules != rules.digest:
            raise BadInput(
                f"Application {each.application_id} was screened with rules "
                f"{each.versions.rules}, not {rules.digest}; pass the verdicts of one set."
            )
        hits[row, [place[id] for id in each.rules]] = True
    points = hits @ np.array([rule.points for rule in rules.rules], dtype=np.float64)
    return BatchHits(rules, hits, points)


def _judged(decision: str, reason: str, part: pd.DataFrame) -> tuple[object, ...]:
    known = part["told"].dropna()
    fraud, honest = int((known == 1).sum()), int((known == 0).sum())
    ratio = honest / fraud if fraud else (np.inf if honest else np.nan)
    precision = fraud / len(known) if len(known) else np.nan
    return (decision, reason, len(part), len(known), fraud, honest, precision, ratio)
