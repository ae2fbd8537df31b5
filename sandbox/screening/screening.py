"""The service path: an application in, a verdict out."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from sandbox.lists.clock import world_time
from sandbox.lists.matching import ListHit
from sandbox.rules import RuleEngine, RuleSet
from sandbox.screening.budget import AlertBudget, Grant, lot_of
from sandbox.screening.columns import digest_of, places
from sandbox.screening.costs import ScreeningCosts
from sandbox.screening.decision import Wanted, rule_reasons, settle, wanted
from sandbox.screening.list_desk import ListDesk, list_columns
from sandbox.screening.model_desk import Answer, ModelDesk
from sandbox.screening.verdict import Application, Verdict, Versions
from sandbox.screening.verdict_log import VerdictLog

Floats = NDArray[np.float64]


class Features(Protocol):
    """Point-in-time features of one application, such as `OnlineFeatures` gives."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of the features, in order."""
        ...

    def features(self, application: Mapping[str, Any]) -> Floats:
        """The d features, in order of the columns."""
        ...


class Scorer(Protocol):
    """What gives scores: `ModelDesk`, or the scores of a batch."""

    @property
    def digest(self) -> str:
        """SHA-256 of the model."""
        ...

    def ask(self, row: Floats) -> Answer:
        """The score of d features, or why there is none."""
        ...


@dataclass(frozen=True)
class Seen:
    """What is known of one application before room for a review is asked for."""

    hits: tuple[ListHit, ...]
    rules: tuple[str, ...]
    score: float | None
    wanted: Wanted
    #: digest of the features
    features: str


class Screening:
    """Lists, features, rules, the model in its sandbox, costs and the budget, in one call.

    The model sees `inputs`, in that order, of the columns of `features`. How many identifiers stand
    on which list reaches the features as `list_black`, `list_grey` and `list_white`. Applications
    come one at a time, in order of their days. What else becomes known (links, labels, decisions,
    the application itself when it is done) the caller tells to `features`. Raises BadInput at the
    start for a rule or a model that names an unknown column. Not for several threads at once.
    """

    def __init__(
        self,
        features: Features,
        rules: RuleSet,
        lists: ListDesk,
        model: Scorer,
        inputs: Sequence[str],
        budget: AlertBudget,
        costs: ScreeningCosts | None = None,
        log: VerdictLog | None = None,
    ) -> None:
        columns = list(features.columns)
        rules.check_columns(columns)
        self.rules, self._engines = rules, dict[date, RuleEngine]()
        self.features, self._place = features, places(inputs, columns)
        self._fields = [(field, columns.index(field)) for field in rules.fields]
        self.lists, self.model, self.budget = lists, model, budget
        self.costs, self.log = costs or ScreeningCosts(), log

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self.model, ModelDesk):
            self.model.close()
        if self.log is not None:
            self.log.close()

    @property
    def versions(self) -> Versions:
        """What verdicts are reached with at the moment."""
        return Versions(self.model.digest, self.rules.digest, self.lists.known, self.costs.digest)

    def screen(self, application: Application) -> Verdict:
        """The verdict, written to the log before it is given."""
        clock = _Clock()
        seen = self.seen(application, clock)
        rank, lot = seen.wanted.rank, lot_of(application.application_id)
        grant = self.budget.ask(application.time, rank, lot)
        verdict = concluded(application, seen, grant, self.versions)
        clock.stop("decision")
        if self.log is not None:
            self.log.write(verdict)
            clock.stop("log")
        return replace(verdict, milliseconds=clock.told())

    def seen(self, application: Application, clock: "_Clock | None" = None) -> Seen:
        """Everything of a verdict but the room for a review; changes nothing, spends nothing."""
        clock = clock or _Clock()
        hits = self.lists.match(application)
        by_lists = self.lists.settled(hits)
        clock.stop("lists")
        row = self.features.features({**application.values, **list_columns(hits)})
        clock.stop("features")
        values = row.tolist()
        by_rules = self._engine(application.time).evaluate(
            {field: values[k] for field, k in self._fields}
        )
        clock.stop("rules")
        answer = self.model.ask(row[self._place])
        clock.stop("model")
        said = rule_reasons(self.rules, by_rules.hits)
        what = wanted(
            by_lists, by_rules.verdict, said, answer.score, application.amount, self.costs,
            answer.absent,
        )  # fmt: skip
        return Seen(hits, by_rules.hits, answer.score, what, digest_of(row))

    def _engine(self, time: float) -> RuleEngine:
        """The rules in force on a day, made ready once."""
        day = world_time(time).date()
        if day not in self._engines:
            force, kept = self.rules.as_of(day), self._engines.values()
            same = next((engine for engine in kept if engine.rules.digest == force.digest), None)
            self._engines = {day: same or RuleEngine(force)}
        return self._engines[day]


def concluded(application: Application, seen: Seen, grant: Grant, versions: Versions) -> Verdict:
    """The verdict that follows from what is seen and what the budget grants."""
    decision, reasons = settle(seen.wanted, grant, int(application.time // 1))
    return Verdict(
        application.application_id,
        application.time,
        decision,
        seen.score,
        seen.rules,
        seen.hits,
        reasons,
        versions,
        seen.features,
        seen.wanted.rank,
        grant.threshold,
        grant.day if decision == "review" else None,
    )


class _Clock:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._spent: dict[str, float] = {}

    def stop(self, stage: str) -> None:
        now = time.perf_counter()
        self._spent[stage] = (now - self._last) * 1e3
        self._last = now

    def told(self) -> dict[str, float]:
        return {**self._spent, "total": (self._last - self._start) * 1e3}
