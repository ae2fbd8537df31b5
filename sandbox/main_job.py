"""The main job: scenario customers, models in isolation, MLflow, validation reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data_generators import World, scenarios
from sandbox.errors import BadInput
from sandbox.experiment import Study, StudyResults
from sandbox.isolation import Level, Limits
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from sandbox.report.edition import Edition


@dataclass(frozen=True)
class MainJob:
    """What the main job leaves: a study a role, and a report on the best model of each."""

    studies: tuple[StudyResults, ...]
    reports: tuple[Path, ...]


def run_main_job(
    *,
    customers: int = 20_000,
    months: int = 24,
    seeds: Sequence[int] = (1, 2, 3),
    scenario: str = "online_rental",
    workspace: Workspace | None = None,
    jobs: int = 2,
    level: Level | str = Level.NAMESPACE,
    limits: Limits | None = None,
    evaluation_seed: int | None = None,
    refits: int = 0,
    edition: "Edition | None" = None,
    progress: bool = True,
) -> MainJob:
    """Try limit and fraud models on a scenario and report on the best of each.

    `edition` says in which formats and language, by which thresholds, and of which date; without
    one, the reports are pages in English of today.
    With `refits`, each model is trained so many times again, for the tests of its stability.

    Raises InvalidInput for sizes out of range or an unknown scenario, IsolationUnavailable when
    the level cannot be had on this host.
    """
    from sandbox.models import BoostedFraud, BoostedPD, LogisticFraud, RuleMatrix

    workspace = workspace or Workspace()
    market = scenarios.by_name(scenario)
    world = World(market, customers, months)
    spoken = scenario.replace("_", " ")
    entrants = {
        f"{spoken}: credit limits": (RuleMatrix(), BoostedPD(role="limit")),
        f"{spoken}: fraud": (BoostedFraud(), LogisticFraud()),
    }
    studies: list[StudyResults] = []
    reports: list[Path] = []
    for name, models in entrants.items():
        results = Study(
            name,
            worlds=[world],
            models=models,
            seeds=seeds,
            level=level,
            limits=limits or Limits(),
            jobs=jobs,
            workspace=workspace,
            evaluation_seed=evaluation_seed,
            refits=refits,
        ).run(progress=progress)
        studies.append(results)
        try:
            reports += results.reports(edition=edition)
        except BadInput:
            # Nobody can be called the best; the tables and the cells' reasons say why.
            continue
    return MainJob(tuple(studies), tuple(reports))
