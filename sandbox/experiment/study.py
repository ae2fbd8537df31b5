"""A study: every model on every world with every seed, each cell in its own sandbox."""

import json
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from data_generators import World
from data_generators.potential import REPLICAS
from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.experiment.cell_run import run_cell
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.explained_truth import prepare_truth, truth_missing
from sandbox.experiment.parallel import in_parallel, shown
from sandbox.experiment.plan import CellPlan, code_digest
from sandbox.experiment.results import StudyResults
from sandbox.isolation import Level, Limits, Status
from sandbox.isolation.host import require
from sandbox.policy import LimitPolicy
from sandbox.portfolio import Portfolio
from sandbox.tracking.logbook import Logbook
from sandbox.tracking.software import software
from sandbox.workspace import Workspace, held_alone, slug, written_whole

#: bytes of a study's name: file systems take 255, and MLflow 500 characters
LONGEST_NAME = 200
#: refits of a model: more say no more of its scatter
MOST_REFITS = 20


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
    #: replicas of noise behind expected values: fewer are faster and make a weaker oracle
    replicas: int = REPLICAS
    #: how often each model is trained again on other draws of its rows, for the tests of its
    #: stability: 0, or at least 2; each costs as much as the fit
    refits: int = 0

    def __post_init__(self) -> None:
        if not re.sub(r"\W", "", self.name):
            raise BadInput(f"The study's name is {self.name!r}; use letters or digits.")
        if not self.name.isprintable() or len(slug(self.name).encode()) > LONGEST_NAME:
            raise BadInput(
                f"The study's name is {self.name[:60]!r}; use one line of at most {LONGEST_NAME} "
                "bytes, since a folder is called so."
            )
        if self.level not in set(Level):
            raise BadInput(
                f"There is no isolation level {self.level!r}; choose one of {', '.join(Level)}."
            )
        if self.jobs < 1:
            raise BadInput(f"jobs is {self.jobs}; it must be at least 1.")
        if self.refits != 0 and not 2 <= self.refits <= MOST_REFITS:
            raise BadInput(
                f"refits is {self.refits}; give 0 for none, or from 2 to {MOST_REFITS}, so that "
                "they can be compared."
            )

    @property
    def folder(self) -> Path:
        """Where the study's cells are kept."""
        return folder_of(self.workspace, self.name)

    def planned(self) -> tuple[CellPlan, ...]:
        """One plan a cell, in the order models × worlds × seeds; BadInput when two are one."""
        on_worlds = self.models and any(isinstance(w, World) for w in self.worlds)
        secret = self._evaluation_seed() if on_worlds else 0
        plans = tuple(
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
                replicas=self.replicas,
                refits=self.refits,
            )
            for entrant in map(Entrant.of, self.models)
            for world in self.worlds
            for seed in self._seeds(world)
        )
        for name, count in Counter(plan.cell.run_name for plan in plans).items():
            if count > 1:
                raise BadInput(
                    f"{count} cells of the study are called {name!r}; give each model a name of "
                    "its own, as in Entrant.of(model, name='deeper trees'), each world its "
                    "scenario and each seed once."
                )
        for plan in plans:
            plan.check()
        return plans

    def run(self, *, progress: bool = True, track: bool = True) -> StudyResults:
        """Run what was not run before, track each cell as it ends, and return all results.

        A tracking server that is away stops nothing: it is said once, and `untracked` of the
        results says why; `risk-sandbox upload` sends the cells later.

        Raises IsolationUnavailable before anything is run when the level cannot be had, and
        BadInput when the study makes no sense or another process is running it.
        """
        if any(Entrant.of(m).artefact for m in self.models):
            require(Level(self.level))
        self.workspace.made()
        with held_alone(self.folder):
            plans = self.planned()
            self._write_manifest(plans)
            with self._logbook(track) as logbook:
                cells = self._finished(plans, progress, logbook)
        if logbook is None:
            return StudyResults(self.workspace, self.name, cells)
        told = (logbook.runs, logbook.untracked, logbook.seconds)
        return StudyResults(self.workspace, self.name, cells, *told)

    def _finished(
        self, plans: Sequence[CellPlan], progress: bool, logbook: Logbook | None
    ) -> tuple[CellResult, ...]:
        """Every cell's result, read or run, in the order of the plans; each logged at once."""
        results = {plan.cell.digest: self._stored(plan) for plan in plans}
        waiting = [plan for plan in plans if results[plan.cell.digest] is None]
        # models of one world after each other: a process keeps the last fraud trial it made
        waiting.sort(key=lambda plan: (plan.arena.name, plan.seed))
        if logbook:
            stored = [result for result in results.values() if result is not None]
            for result in shown(stored, progress, "tracking", len(stored)):
                logbook.write(result)
        self._prepare_worlds(waiting, progress)
        for result in self._ran(waiting, progress, logbook):
            results[result.cell.digest] = result
        return tuple(result for result in results.values() if result is not None)

    def _ran(
        self, waiting: Sequence[CellPlan], progress: bool, logbook: Logbook | None
    ) -> Iterator[CellResult]:
        """Results as they come, kept and logged; `jobs` cells are shown as being at work."""
        upcoming = iter(waiting)
        self._begin(islice(upcoming, self.jobs), logbook)
        for result in in_parallel(
            run_cell,
            waiting,
            jobs=self.jobs,
            when_killed=_killed,
            progress=progress,
            what="cells",
        ):
            result = replace(result, code=software(code_digest()))
            self._keep(result)
            if logbook:
                logbook.write(result)
            self._begin(islice(upcoming, 1), logbook)
            yield result

    def _begin(self, plans: Iterable[CellPlan], logbook: Logbook | None) -> None:
        for plan in plans:
            if logbook:
                logbook.begin(plan.cell)

    def _logbook(self, track: bool) -> AbstractContextManager[Logbook | None]:
        return Logbook(self.workspace, self.name) if track else nullcontext()

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
        """Potential outcomes and contributions once a world, before cells that would each do it."""
        worlds: dict[Path, CellPlan] = {}
        for plan in filter(truth_missing, plans):
            # one whose model is explained stands for a world, if there is one
            if plan.entrant.explained or plan.potential_file not in worlds:
                worlds[plan.potential_file] = plan
        for _ in in_parallel(
            prepare_truth,
            list(worlds.values()),
            jobs=self.jobs,
            when_killed=_not_prepared,
            progress=progress,
            what="truth",
        ):
            pass

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

    def _write_manifest(self, plans: Iterable[CellPlan]) -> None:
        path = self.folder / "study.json"
        if path.exists() and (other := json.loads(path.read_text())["name"]) != self.name:
            raise BadInput(
                f"The study {other!r} is kept in {self.folder} already; "
                f"{self.name!r} would be too: give it a name that differs in letters or digits."
            )
        record = {"name": self.name, "cells": [plan.cell.digest for plan in plans]}
        with written_whole(path) as partial:
            partial.write_text(json.dumps(record, ensure_ascii=False, indent=1))


def folder_of(workspace: Workspace, name: str) -> Path:
    """The folder of a study's cells.

    >>> folder_of(Workspace(Path("r")), "limits, spring").as_posix()
    'r/studies/limits-spring'
    """
    return workspace.studies / slug(name)


def _killed(plan: CellPlan) -> CellResult:
    return CellResult(
        cell=plan.cell,
        status=Status.KILLED,
        reason="The process that ran the cell was killed twice, most likely for want of memory.",
        params=plan.params,
    )


def _not_prepared(plan: CellPlan) -> None:
    raise BadInput(
        f"The process that computed the truth of {plan.arena.name} was killed, most likely for "
        "want of memory; close other programs or give jobs=1."
    )
