"""The verdicts of many applications at once: lists, rules and scores by table, then the budget.

The same verdicts as one by one: what differs is how the work is done. For studies, for a day that
has to be screened again, and as a check on the service.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.lists.clock import microseconds, world_time
from sandbox.lists.entries import KINDS
from sandbox.lists.matching import ListHit
from sandbox.lists.normalise import normalise
from sandbox.lists.precedence import settled
from sandbox.rules import RuleSet, evaluate
from sandbox.screening.budget import AlertBudget, lot_of
from sandbox.screening.columns import digest_of
from sandbox.screening.costs import ScreeningCosts
from sandbox.screening.decision import rule_reasons, wanted
from sandbox.screening.list_desk import ListDesk, list_columns
from sandbox.screening.screening import Seen, concluded
from sandbox.screening.verdict import Application, Verdict, Versions

Floats = NDArray[np.float64]
Hits = tuple[ListHit, ...]
#: columns of `Matcher.match_many` in the order of the fields of `ListHit`
_TOLD = ("list", "kind", "value", "similarity", "entry_id", "reason")


def list_hits(applications: Sequence[Application], lists: ListDesk) -> list[Hits]:
    """What each application's identifiers hit at its time."""
    rows = [
        (place, kind, value)
        for place, application in enumerate(applications)
        for kind, values in application.identifiers.items()
        for value in values
    ]
    found: list[set[ListHit]] = [set() for _ in applications]
    asked = pd.DataFrame(rows, columns=["place", "kind", "value"])
    times = np.array([microseconds(world_time(a.time)) for a in applications], dtype=np.int64)
    for kind in KINDS:
        of = asked[asked["kind"] == kind].reset_index(drop=True)
        table = pd.DataFrame({kind: [_normal(kind, value) for value in of["value"]]}, dtype="str")
        if not len(of):
            continue
        place = of["place"].to_numpy(dtype=np.int64)
        hits = lists.matcher.match_many(table, times[place], nearly=True)
        told = [hits[name].tolist() for name in ("row", *_TOLD)]
        for row, *hit in zip(*told, strict=True):
            found[place[row]].add(ListHit(*hit))
    return [_once(hits) for hits in found]


def list_table(hits: Sequence[Hits], index: pd.Index | None = None) -> pd.DataFrame:
    """`list_black`, `list_grey`, `list_white` of each application, for `screening_features`."""
    return pd.DataFrame([list_columns(each) for each in hits], index=index)


def screen_many(
    applications: Sequence[Application],
    hits: Sequence[Hits],
    features: pd.DataFrame,
    scores: Floats,
    *,
    rules: RuleSet,
    budget: AlertBudget,
    versions: Versions,
    costs: ScreeningCosts | None = None,
) -> list[Verdict]:
    """Verdicts of n applications, in order of time.

    `features` is n × d, in the order of the applications, with the columns of the service;
    `scores` (n) are the model's, NaN where there is none. BadInput for lengths that differ and for
    a rule that names an unknown column.
    """
    n = len(applications)
    if not n == len(hits) == len(features) == len(scores):
        raise BadInput(
            f"There are {n} applications, {len(hits)} hits, {len(features)} rows of features and "
            f"{len(scores)} scores; give one of each an application."
        )
    costs = costs or ScreeningCosts()
    days = np.array([world_time(a.time).date() for a in applications], dtype="datetime64[D]")
    by_rules = evaluate(rules, features, days)
    verdicts, rows = by_rules.verdicts().tolist(), features.to_numpy(dtype=np.float64)
    found = []
    for place, application in enumerate(applications):
        hit = tuple(np.array(rules.ids, dtype=object)[by_rules.hits[place]].tolist())
        score = None if np.isnan(scores[place]) else float(scores[place])
        what = wanted(
            settled(hits[place]), verdicts[place], rule_reasons(rules, hit), score,
            application.amount, costs, "no score",
        )  # fmt: skip
        seen = Seen(hits[place], hit, score, what, digest_of(rows[place]))
        lot = lot_of(application.application_id)
        grant = budget.ask(application.time, what.rank, lot)
        found.append(concluded(application, seen, grant, versions))
    return found


def _normal(kind: str, value: str) -> str | None:
    try:
        return normalise(kind, value)
    except BadInput:
        return None


def _once(hits: set[ListHit]) -> Hits:
    """Each entry once, at its best, in the order of `Matcher.match`."""
    ordered = sorted(hits, key=lambda h: (KINDS.index(h.kind), -h.similarity, h.entry_id))
    best: dict[int, ListHit] = {}
    for hit in ordered:
        best.setdefault(hit.entry_id, hit)
    return tuple(best.values())
