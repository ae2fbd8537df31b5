"""One study of many models on many markets, as the comparisons of limit and fraud models run it."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from data_generators import World, scenarios
from data_generators.potential import REPLICAS
from sandbox.errors import BadInput
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.results import StudyResults
from sandbox.experiment.study import Study
from sandbox.isolation import Level, Limits
from sandbox.workspace import Workspace, slug, written_whole


def market_study(
    what: str,
    models: Sequence[Entrant],
    *,
    markets: Sequence[str],
    customers: int,
    least: int,
    months: int,
    seeds: Sequence[int],
    workspace: Workspace | None,
    jobs: int,
    level: Level | str,
    limits: Limits | None,
    evaluation_seed: int | None,
    replicas: int = REPLICAS,
) -> Study:
    """The study of `what`, such as "fraud models", on the markets named (none: all of them).

    Raises BadInput for fewer customers than `least`, from which the models learn something,
    InvalidInput for other sizes out of range or an unknown scenario.
    """
    names = tuple(markets) or tuple(scenarios.catalogue())
    worlds = [World(scenarios.by_name(name), customers, months) for name in names]
    if customers < least:
        raise BadInput(
            f"{what[:1].upper()}{what[1:]} would learn from {customers:,} customers of a market, "
            f"which are too few; give at least {least:,}, better 15,000."
        )
    place = ", ".join(name.replace("_", " ") for name in names) if markets else "all markets"
    return Study(
        f"{place}: {what}",
        worlds=worlds,
        models=models,
        seeds=seeds,
        level=level,
        limits=limits or Limits(),
        jobs=jobs,
        workspace=workspace or Workspace(),
        evaluation_seed=evaluation_seed,
        replicas=replicas,
    )


def write_table(table: pd.DataFrame, results: StudyResults, which: str = "") -> Path:
    """Write a table of the study, such as `which` "-steps", to its reports; the path."""
    path = results.workspace.reports / f"{slug(results.study)}{which}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as partial:
        table.to_csv(partial, index=False)
    return path
