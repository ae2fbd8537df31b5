"""A logged verdict reached again, with what was known and in force at its time."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.lists.clock import world_time
from sandbox.rules import RuleEngine, RuleSet
from sandbox.screening.budget import Grant
from sandbox.screening.columns import digest_of, places
from sandbox.screening.costs import ScreeningCosts
from sandbox.screening.decision import rule_reasons, wanted
from sandbox.screening.list_desk import ListDesk
from sandbox.screening.screening import Scorer, Seen, concluded
from sandbox.screening.verdict import Application, Verdict, Versions
from sandbox.screening.verdict_log import Recorded

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Replayed:
    """What came of a replay."""

    verdict: Verdict
    #: what differs from the log, a sentence each; empty: the same verdict
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the verdict of the log was reached again, with its reasons."""
        return not self.differences


def replay(
    record: Recorded,
    application: Application,
    row: Floats,
    *,
    columns: Sequence[str],
    rules: RuleSet,
    lists: ListDesk,
    model: Scorer,
    inputs: Sequence[str],
    costs: ScreeningCosts,
) -> Replayed:
    """Reach a verdict again from the application and its features (d) as of its time.

    `lists` are those after the change that the log names: `ListDesk.of(store, world_time(time),
    known=record.versions.lists)`. Rules and model are looked up by the digests of the log. What the
    budget said is taken from the log, whose chain of digests vouches for it. Where there was no
    score there is none here either: an outage does not repeat. BadInput for another application.
    """
    if (application.application_id, application.time) != (record.application_id, record.time):
        raise BadInput(
            f"The log has application {record.application_id} at {record.time}; "
            f"{application.application_id} at {application.time} was given."
        )
    hits = lists.match(application)
    values = row.tolist()
    force = rules.as_of(world_time(application.time).date())
    told = {field: values[list(columns).index(field)] for field in force.fields}
    by_rules = RuleEngine(force).evaluate(told)
    absent = record.score is None
    score = None if absent else model.ask(row[places(inputs, columns)]).score
    what = wanted(
        lists.settled(hits), by_rules.verdict, rule_reasons(rules, by_rules.hits), score,
        application.amount, costs, "as logged",
    )  # fmt: skip
    seen = Seen(hits, by_rules.hits, score, what, digest_of(row))
    versions = Versions(model.digest, rules.digest, lists.known, costs.digest)
    grant = Grant(record.alert_day, record.threshold, 0)
    verdict = concluded(application, seen, grant, versions)
    return Replayed(verdict, tuple(_differences(record, Recorded.of(verdict))))


def _differences(before: Recorded, after: Recorded) -> list[str]:
    return [
        f"{field.name}: {getattr(before, field.name)} in the log, {getattr(after, field.name)} now."
        for field in fields(Recorded)
        if getattr(before, field.name) != getattr(after, field.name)
    ]
