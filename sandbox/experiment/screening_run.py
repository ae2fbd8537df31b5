"""Days of a world, or applications from a file, through the screening service."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data_generators import World, schema
from data_generators.fund_flows.tracing import trace
from sandbox.errors import BadInput
from sandbox.experiment.results import StudyResults
from sandbox.experiment.traced_loans import STATED, traced_loans
from sandbox.features.families import columns_of, family_of
from sandbox.features.online import OnlineFeatures
from sandbox.features.screening import screening_features
from sandbox.isolation import Artefact, Level, Status, worker
from sandbox.isolation.artefacts.kinds import Kind
from sandbox.lists.clock import world_time
from sandbox.lists.hits import list_hits_as_of
from sandbox.lists.promotion import promote, synchronise
from sandbox.lists.store import ListStore
from sandbox.rules import RuleSet
from sandbox.screening.applications_file import ApplicationsFile
from sandbox.screening.budget import AlertBudget
from sandbox.screening.case import Case
from sandbox.screening.columns import columns_for, known_columns
from sandbox.screening.costs import ScreeningCosts
from sandbox.screening.feed import applications_of, moments
from sandbox.screening.list_desk import ListDesk
from sandbox.screening.model_desk import ModelDesk
from sandbox.screening.screening import Screening
from sandbox.screening.verdict import Application, Verdict
from sandbox.screening.verdict_log import VerdictLog, read_log, recalled
from sandbox.validation.fraud_alerts import capacity_of_share

#: tables of the data dictionary that a file may have columns of
_DESCRIBED = [t for t in schema.OBSERVED if t.name in ("applications", "profiles")]
#: families of a model that is learned on the spot: all that need no tracing
_FAMILIES = ("application", "velocity", "graph", "lists")


@dataclass(frozen=True)
class Chosen:
    """A model to screen with."""

    name: str
    artefact: Artefact
    #: columns in its order
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """How to screen."""

    rules: RuleSet
    #: alerts a day; None: 2% of the applications
    capacity: int | None = None
    costs: ScreeningCosts = field(default_factory=ScreeningCosts)
    #: where verdicts are written down; None: nowhere
    log: Path | None = None
    level: Level | str = Level.NAMESPACE


#: shows progress over applications and how many there are
Shown = Callable[[Iterable[Application], int], Iterable[Application]]


@dataclass(frozen=True)
class Screened:
    """Days that were screened."""

    verdicts: tuple[Verdict, ...]
    #: the tables that it was done on
    observed: Any
    setting: Setting
    #: observed transfers, and what became of loans; None where no money was followed
    transfers: pd.DataFrame | None = None
    traced: pd.DataFrame | None = None

    def verdict(self, application_id: int) -> Verdict:
        """That of one application; BadInput where it was not screened."""
        for verdict in self.verdicts:
            if verdict.application_id == application_id:
                return verdict
        alerts = [str(v.application_id) for v in self.verdicts if v.decision == "review"]
        last = f"the last alerts are {', '.join(alerts[-5:])}" if alerts else "there was no alert"
        raise BadInput(f"Application {application_id} is not among those screened; {last}.")

    def case(self, application_id: int) -> Case:
        """The case of one application, as of its alert."""
        return Case.of(
            self.verdict(application_id),
            self.observed,
            self.setting.rules,
            transfers=self.transfers,
            trace=trace,
            traced=self.traced,
        )


def market_of(results: StudyResults, asked: str | None, usual: str) -> str:
    """Whose model of a study to take: the market asked for, else the usual one or its first.

    BadInput for one that the study has no fraud models of: a model is screened with where it was
    learned.
    """
    markets = results.scenarios("fraud")
    if asked is None:
        return usual if usual in markets else markets[0]
    if asked not in markets:
        raise BadInput(
            f"The study {results.study!r} has no fraud models of {asked}; it has those of "
            f"{', '.join(markets)}."
        )
    return asked


def model_of(results: StudyResults, name: str | None, scenario: str | None = None) -> Chosen:
    """A fraud model of a study, the best if none is named; BadInput where it was not kept."""
    if "fraud" not in results.roles():
        raise BadInput(f"The study {results.study!r} has no fraud models; name one that has.")
    cell = results.contender("fraud", name, scenario).cells[0]
    if cell.model_blob is None:
        raise BadInput(f"{cell.cell.model} left no model as bytes in the study; name another.")
    return Chosen(
        cell.cell.model, Artefact(Kind(cell.model_kind), cell.model_blob), tuple(cell.inputs)
    )


def learned(world: World, start: float, level: Level | str = Level.NAMESPACE) -> Chosen:
    """Boosted trees on what the world's bank knew at `start` (days), fitted in a sandbox.

    Labels are late: 1 for fraud confirmed by then, 0 for approved and not found out, nothing for
    the declined. BadInput when there is no fraud to learn from, or the fit fails.
    """
    from sandbox.models import BoostedFraud

    seen = world.observed(as_of=start)
    features = screening_features(seen, None, list_hits_as_of(seen))
    features = features[columns_of(list(features.columns), _FAMILIES)]
    ids = seen.applications["customer_id"]
    approved = seen.decisions.loc[seen.decisions["credit_limit"] > 0, "customer_id"]
    target = np.where(ids.isin(approved), 0.0, np.nan)
    target[ids.isin(seen.fraud_labels["customer_id"])] = 1.0
    if not (target == 1).any():
        raise BadInput(f"No fraud was confirmed by day {start:g}; nothing can be learned.")
    with worker(level) as place:
        labels = pd.DataFrame({"target": target})
        fitted = place.fit(Artefact.built_in(BoostedFraud()), features, labels)
    if fitted.status is not Status.OK or fitted.value is None:
        raise BadInput(f"Fitting failed ({fitted.status}): {fitted.reason}")
    return Chosen(BoostedFraud.name, fitted.value, tuple(features.columns))


def screen_world(
    world: World,
    model: Chosen,
    setting: Setting,
    *,
    days: float = 7.0,
    money: bool = False,
    shown: Shown | None = None,
) -> Screened:
    """The last days of a world's applications, one by one.

    Lists are promoted from confirmed outcomes each morning, in a store of their own. `money`
    follows loans although no column asks for it. BadInput for rules and models that read columns
    which nothing makes.
    """
    observed = world.observed()
    last = float(observed.applications["event_time"].max())
    start, rules = last - days, setting.rules
    traced = transfers = None
    columns = columns_for(model.inputs, rules, known_columns(observed))
    if money or any(family_of(name) == "purposes" for name in columns):
        transfers, traced = _followed(world)
    applications = applications_of(observed, start, last)
    if setting.capacity is None:
        setting = replace(setting, capacity=capacity_of_share([a.time for a in applications]))
    budget = _budget(setting, applications[0])
    features = OnlineFeatures.of(observed, columns, traced, as_of=start)
    told: Iterable[Application] = moments(observed, features, applications, traced)
    told = told if shown is None else shown(told, len(applications))
    with tempfile.TemporaryDirectory() as folder:
        clock = _Clock(start)
        with ListStore(f"sqlite:///{folder}/lists.db", now=clock.now) as store:

            def morning(day: int) -> ListDesk:
                clock.day = max(float(day), start)
                synchronise(store, promote(observed, clock.day), "promotion")
                return ListDesk.of(store, clock.now())

            verdicts = _screened(told, features, model, setting, budget, morning)
    return Screened(verdicts, observed, setting, transfers, traced)


def screen_file(
    given: ApplicationsFile, model: Chosen, setting: Setting, store: ListStore | None = None
) -> Screened:
    """The applications of a file, in order of time, against the lists of a store if one is given.

    Nothing is known but the file: counts begin with its first application, and columns of the data
    dictionary that the file lacks are missing values.
    """
    time = given.applications["event_time"]
    kinds = list(given.identifiers.columns)
    applications = [
        replace(each, identifiers={**each.identifiers, **_named(given, each, kinds)})
        for each in applications_of(given, float(time.min()) - 1.0, float(time.max()))
    ]
    if setting.capacity is None:
        setting = replace(setting, capacity=capacity_of_share(time))
    known = [*known_columns(given), *(c.name for t in _DESCRIBED for c in t.columns)]
    features = OnlineFeatures(columns_for(model.inputs, setting.rules, known))
    desk = ListDesk.of(store) if store is not None else ListDesk.empty()
    told = moments(given, features, applications)
    budget = _budget(setting, applications[0])
    verdicts = _screened(told, features, model, setting, budget, lambda day: desk)
    return Screened(verdicts, given, setting)


def _budget(setting: Setting, first: Application) -> AlertBudget:
    """The alerts there are, less those that the log has of days before."""
    assert setting.capacity is not None
    budget = AlertBudget(setting.capacity)
    before = read_log(setting.log) if setting.log is not None and setting.log.exists() else []
    ids = {each.application_id for each in before}
    if before and (before[-1].time > first.time or first.application_id in ids):
        raise BadInput(
            f"{setting.log} has verdicts up to day {before[-1].time:.1f} and these applications "
            f"begin on day {first.time:.1f}; give a log that ends before them, or a new one."
        )
    return recalled(budget, before)


def _screened(
    applications: Iterable[Application],
    features: OnlineFeatures,
    model: Chosen,
    setting: Setting,
    budget: AlertBudget,
    morning: Callable[[int], ListDesk],
) -> tuple[Verdict, ...]:
    verdicts = list[Verdict]()
    today: int | None = None
    with ModelDesk(model.artefact, model.inputs, level=setting.level) as desk:
        log = None if setting.log is None else VerdictLog(setting.log)
        with Screening(
            features, setting.rules, ListDesk.empty(), desk, model.inputs, budget, setting.costs,
            log,
        ) as service:  # fmt: skip
            for application in applications:
                if today != (today := int(application.time // 1)):
                    service.lists = morning(today)
                verdicts.append(service.screen(application))
    return tuple(verdicts)


def _followed(world: World) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Transfers and traced loans; neither where it is not known what borrowers say they buy."""
    stated = STATED.get(world.scenario.name)
    if stated is None or world.scenario.cards is not None:
        return None, None
    transfers = world.fund_flows(world.months + 1, progress=False).transfers
    return transfers, traced_loans(transfers, stated)


def _named(
    given: ApplicationsFile, application: Application, kinds: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    row = given.identifiers.loc[application.application_id]
    return {kind: (str(row[kind]),) for kind in kinds if pd.notna(row[kind])}


class _Clock:
    """The time of the world, for the store's history."""

    def __init__(self, day: float) -> None:
        self.day = day

    def now(self) -> Any:
        return world_time(self.day)
