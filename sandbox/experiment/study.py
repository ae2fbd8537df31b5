"""A study: every model on every world with every seed, each cell in its own sandbox."""

import json
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data_generators import World
from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.experiment.cell_run import run_cell
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.plan import CellPlan, evaluation_world, potential_outcomes
from sandbox.experiment.results import StudyResults
from sandbox.isolation import Level, Limits, Status
from sandbox.isolation.host import require
from sandbox.policy import LimitPolicy
from sandbox.portfolio import Portfolio
from sandbox.workspace import Workspace, slug, written_whole


@dataclass(frozen=True)
class Study:
    """Models × worlds × seeds.

    Cells run in parallel, each model in its own sandbox. A cell whose configuration was run
    before is read, not run again; a cell that failed is recorded with its reason and tried
    again the next time; the others finish either way.

    >>> from data_generators import World, scenarios
    >>> world = World(scenarios.online_rental, customers=2_000, months=12, seed=7)
    >>> Study("limits", worlds=[world], models=[], seeds=[1, 2]).planned()
    ()
    """

    #: as a person says it; the MLflow experiment and the folder are named for it
    name: str
    worlds: Sequence[World | Portfolio]
    #: models of `sandbox.models`, objects like them, or `Entrant`s
    models: Sequence[Any]
    #: None: each world's own seed
    seeds: Sequence[int] | None = None
    level: Level | str = Level.NAMESPACE
    limits: Limits = field(default_factory=Limits)
    policy: LimitPolicy = field(default_factory=LimitPolicy)
    #: cells that run at the same time
    jobs: int = 2
    workspace: Workspace = field(default_factory=Workspace)
    #: seed of the customers that models are judged on; None: 128 random bits, drawn when the
    #: study first runs and kept in its folder, so that no model can know them
    evaluation_seed: int | None = None

    def __post_init__(self) -> None:
        if not re.sub(r"\W", "", self.name):
            raise BadInput(f"The study's name is {self.name!r}; use letters or digits.")
        if self.level not in set(Level):
            raise BadInput(
                f"There is no isolation level {self.level!r}; choose one of {', '.join(Level)}."
            )
        if self.jobs < 1:
            raise BadInput(f"jobs is {self.jobs}; it must be at least 1.")

    @property
    def folder(self) -> Path:
        """Where the study's cells are kept."""
        return folder_of(self.workspace, self.name)

    def planned(self) -> tuple[CellPlan, ...]:
        """One plan a cell, in the order models × worlds × seeds."""
        on_worlds = self.models and any(isinstance(w, World) for w in self.worlds)
        secret = self._evaluation_seed() if on_worlds else 0
        return tuple(
            CellPlan(
                study=self.name,
                entrant=entrant,
                arena=world,
                seed=seed,
                evaluation_seed=secret,
                level=Level(self.level),
                limits=self.limits,
                policy=self.policy,
                truth_folder=self.workspace.root / "truth",
            )
            for entrant in map(Entrant.of, self.models)
            for world in self.worlds
            for seed in self._seeds(world)
        )

    def run(self, *, progress: bool = True, track: bool = True) -> StudyResults:
        """Run what was not run before, track every cell, and return all results.

        Raises IsolationUnavailable before anything is run when the level cannot be had.
        """
        if any(Entrant.of(m).artefact for m in self.models):
            require(Level(self.level))
        self.workspace.made()
        plans = self.planned()
        self._prepare_worlds(plans, progress)
        finished = {plan.cell.digest: self._stored(plan) for plan in plans}
        waiting = [plan for plan in plans if finished[plan.cell.digest] is None]
        store = self._store() if track else None
        for result in _in_parallel(run_cell, waiting, self.jobs, progress, "cells"):
            self._keep(result)
            finished[result.cell.digest] = result
        cells = tuple(r for r in finished.values() if r is not None)
        self._write_manifest(cells)
        runs = {}
        if store is not None:
            for result in _shown(cells, progress, "tracking"):
                runs[result.cell.digest] = store.log(result)
        return StudyResults(self.workspace, self.name, cells, runs)

    def _seeds(self, world: World | Portfolio) -> tuple[int, ...]:
        if self.seeds is not None:
            return tuple(self.seeds)
        return (world.seed if isinstance(world, World) else 0,)

    def _evaluation_seed(self) -> int:
        if self.evaluation_seed is not None:
            return self.evaluation_seed
        path = self.folder / "evaluation_seed"
        if not path.exists():
            self.workspace.made()
            with written_whole(path) as partial:
                partial.write_text(f"{secrets.randbits(128)}\n")
            path.chmod(0o600)
        return int(path.read_text())

    def _prepare_worlds(self, plans: Iterable[CellPlan], progress: bool) -> None:
        """Potential outcomes once a world, before cells that would each compute them."""
        worlds = {
            (w := evaluation_world(p.arena, p.seed, p.evaluation_seed)).digest: (w, p.truth_folder)
            for p in plans
            if isinstance(p.arena, World) and p.role == "limit"
        }
        for _ in _in_parallel(_prepared, list(worlds.values()), self.jobs, progress, "worlds"):
            pass

    def _store(self) -> Any:
        from sandbox.tracking import open_store

        return open_store(self.workspace)

    def _stored(self, plan: CellPlan) -> CellResult | None:
        try:
            result = CellResult.load(self.folder / plan.cell.digest)
        except FileNotFoundError:
            return None
        return result if result.status is Status.OK else None

    def _keep(self, result: CellResult) -> None:
        folder = self.folder / result.cell.digest
        shutil.rmtree(folder, ignore_errors=True)
        result.save(folder)

    def _write_manifest(self, cells: Iterable[CellResult]) -> None:
        record = {"name": self.name, "cells": [r.cell.digest for r in cells]}
        with written_whole(self.folder / "study.json") as partial:
            partial.write_text(json.dumps(record, ensure_ascii=False, indent=1))


def folder_of(workspace: Workspace, name: str) -> Path:
    """The folder of a study's cells.

    >>> folder_of(Workspace(Path("r")), "limits, spring").as_posix()
    'r/studies/limits-spring'
    """
    return workspace.studies / slug(name)


def _prepared(world: World, folder: Path) -> None:
    potential_outcomes(world, folder)


def _in_parallel(
    function: Any, items: Sequence[Any], jobs: int, progress: bool, what: str
) -> Iterator[Any]:
    """Results as they come; a progress bar in terminal and notebook."""
    if not items:
        return
    from joblib import Parallel, delayed, parallel_config

    calls = [delayed(function)(*(item if isinstance(item, tuple) else (item,))) for item in items]
    with parallel_config("loky", inner_max_num_threads=1):
        run = Parallel(n_jobs=min(jobs, len(items)), return_as="generator_unordered")
        yield from _shown(run(calls), progress, what, total=len(items))


def _shown(items: Iterable[Any], progress: bool, what: str, total: int | None = None) -> Any:
    from tqdm.auto import tqdm

    return tqdm(items, desc=what, total=total, disable=not progress, unit="", leave=False)
