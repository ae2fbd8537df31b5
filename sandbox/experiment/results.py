"""What came of a study: a table to read, the best model, its explanation and its report."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.experiment.ranking import CHOSEN_BY, conclusion, differences, ranking
from sandbox.experiment.reported import published
from sandbox.isolation.outcome import Status
from sandbox.workspace import Workspace, slug

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sandbox.policy.committee import CommitteePage
    from sandbox.report.document import ReportDocument
    from sandbox.report.edition import Edition
    from sandbox.report.sign_off import ModelCard
    from sandbox.validation.policy import Policy

#: columns of the table a person reads, by role
SHOWN = {
    "limit": (
        "truth/profit_per_customer",
        "truth/regret_per_customer",
        "value/approval_rate",
        "value/default_rate",
        "perf/auc",
        "calib/brier",
    ),
    "fraud": ("fraud/auprc", "fraud/recall_at_fpr_2pct", "fraud/cp_at_100", "perf/auc"),
    "pd": ("perf/auc", "perf/ks", "calib/brier", "calib/ece", "stability/psi"),
}


@dataclass(frozen=True)
class Contender:
    """All cells of one model in one role and scenario: a cell a seed."""

    workspace: Workspace
    cells: tuple[CellResult, ...]
    #: the cells of the other models it was compared with
    rivals: tuple[CellResult, ...]

    @property
    def name(self) -> str:
        """The model's name."""
        return self.cells[0].cell.model

    def explain(self) -> "Explanation":
        """The explanation of the first seed's model; BadInput says why there is none."""
        attribution = self.cells[0].attribution
        if attribution is None:
            gates = (r for r in self.cells[0].results if r.id == "explanation.additivity")
            why = next((gate.reason for gate in gates if gate.reason), "it was not explained")
            raise BadInput(f"{self.name} has no additive explanation to show: {why}")
        return Explanation(attribution)

    def document(
        self,
        *,
        policy: "Policy | None" = None,
        card: "ModelCard | None" = None,
        date: str | None = None,
        repeated: Sequence[CellResult] = (),
    ) -> "ReportDocument":
        """The validation report before any format, of today if no `date` is given.

        With `policy` the figures are judged again by its thresholds; `card` says who stands
        behind the model; `repeated` holds the cells of an independent re-run.
        """
        import datetime

        from sandbox.report import assemble
        from sandbox.report.environment import environment
        from sandbox.tracking.contents import code_version

        cells = (*self.cells, *self.rivals)
        return assemble(
            cells if policy is None else tuple(c.judged_by(policy) for c in cells),
            date=date or datetime.date.today().isoformat(),
            policy=policy,
            code_version=_spoken(code_version()),
            card=card,
            environment=environment(),
            repeated=repeated,
        )

    def report(
        self,
        path: Path | str,
        *,
        language: str = "en",
        policy: "Policy | None" = None,
        card: "ModelCard | None" = None,
        date: str | None = None,
    ) -> Path:
        """Write the validation report in the format of `path`'s suffix and return its path.

        .html, .pdf and .docx hold it whole, .json and .csv what programs read, .xlsx the tables.
        """
        from sandbox.report.edition import Edition

        edition = Edition((), language, policy, card, date)
        return self.reports(Path(path), edition)[0]

    def reports(
        self,
        path: Path,
        edition: "Edition",
        repeated: Sequence[CellResult] = (),
        *,
        told: "Callable[[ReportDocument], None] | None" = None,
    ) -> tuple[Path, ...]:
        """Write the report as an edition asks, `path` with another ending for each format.

        `told` is given the document before it is written, which may take a while.
        """
        from sandbox.report import write_reports

        document = self.document(
            policy=edition.policy, card=edition.card, date=edition.dated, repeated=repeated
        )
        if told is not None:
            told(document)
        return write_reports(document, path, edition.formats, edition.language)


@dataclass(frozen=True)
class Explanation:
    """An attribution that can be drawn."""

    attribution: Any

    def beeswarm(self, ax: "Axes | None" = None) -> "Axes":
        """shap's beeswarm plot: a dot a customer, a row a feature; shown in a notebook."""
        from sandbox.explanation.plots import plot_beeswarm

        if ax is None:
            # A pyplot figure is what a notebook shows at the end of a cell.
            import matplotlib.pyplot as plt

            ax = plt.subplots(figsize=(8.5, 5.5), layout="constrained")[1]
        return plot_beeswarm(self.attribution, ax)

    def shap(self) -> Any:
        """The same as a `shap.Explanation`, for shap's own plots: `shap.plots.scatter(...)`."""
        return self.attribution.to_shap()

    def summary(self) -> pd.DataFrame:
        """Features by mean absolute contribution."""
        table: pd.DataFrame = self.attribution.summary()
        return table


@dataclass(frozen=True)
class StudyResults:
    """Results of a study, cell by cell."""

    workspace: Workspace
    study: str
    cells: tuple[CellResult, ...]
    #: MLflow's run ids by cell digest, where the study was tracked
    runs: Mapping[str, str] = field(default_factory=dict)
    #: why cells are not in the tracking store, where it was away; empty otherwise
    untracked: str = ""
    #: seconds that the study's own process spent on tracking, while cells ran beside it
    tracking_seconds: float = 0.0

    @classmethod
    def load(cls, workspace: Workspace, study: str) -> Self:
        """The results of a study's last run; BadInput names the studies there are."""
        from sandbox.experiment.study import folder_of

        folder = folder_of(workspace, study)
        if not (folder / "study.json").exists():
            there = sorted(p.parent.name for p in workspace.studies.glob("*/study.json"))
            raise BadInput(
                f"There is no study {study!r} in {workspace.root}; "
                + (
                    f"there are {', '.join(there)}."
                    if there
                    else "run one with `risk-sandbox run`."
                )
            )
        record = json.loads((folder / "study.json").read_text())
        finished = [d for d in record["cells"] if (folder / d / "cell.json").exists()]
        return cls(workspace, record["name"], tuple(CellResult.load(folder / d) for d in finished))

    @property
    def failed(self) -> tuple[CellResult, ...]:
        """Cells whose model did not get through."""
        return tuple(r for r in self.cells if r.status is not Status.OK)

    def table(self, role: str | None = None) -> pd.DataFrame:
        """One row a model, scenario and role: means over seeds, with the number of seeds.

        Columns: `model`, `scenario`, `role`, `seeds`, then the role's metrics (NaN where a
        metric belongs to another role), and `status` with the first reason of failed cells.
        With `role`, only the models and metrics of that role.
        """
        rows = []
        for (model, scenario, cells_role), cells in self._groups():
            if role not in {None, cells_role}:
                continue
            ok = [c for c in cells if c.status is Status.OK]
            reasons = [f"{c.status}: {c.reason}" for c in cells if c.status is not Status.OK]
            metrics = {
                name: float(np.mean([c.metrics.get(name, np.nan) for c in ok])) if ok else np.nan
                for name in SHOWN[cells_role]
            }
            rows.append(
                {
                    "model": model,
                    "scenario": scenario,
                    "role": cells_role,
                    "seeds": len(ok),
                    **metrics,
                    "status": reasons[0] if reasons else "ok",
                }
            )
        return pd.DataFrame(rows)

    @property
    def best(self) -> Contender:
        """The best model of the study's first role in its first scenario."""
        roles = self.roles()
        if not roles:
            raise BadInput(f"The study {self.study!r} has no cells; give it models and worlds.")
        return self.contender(roles[0])

    def contender(
        self, role: str, model: str | None = None, scenario: str | None = None
    ) -> Contender:
        """The best model of a role (or the one named), with its rivals.

        Within one scenario, by default the role's first. Models are compared on the seeds that
        all of them have, so that nobody gains by failing where it is hard. BadInput when no
        cell got through, or none has the metric that the best is chosen by.
        """
        place = scenario or self.scenarios(role)[0]
        cells = [c for c in self.cells if (c.cell.role, c.cell.scenario) == (role, place)]
        tried = list(dict.fromkeys(c.cell.model for c in cells))
        if model is not None and model not in tried:
            others = ", ".join(tried)
            raise BadInput(f"The study has no model {model!r} on {place}; it has {others}.")
        # a single model needs no figure to be chosen by: its report says why there is none
        alone = tried[0] if len(tried) == 1 else None
        name = model or alone or ranking(cells, *CHOSEN_BY[role])[0]
        own = tuple(c for c in cells if c.cell.model == name and c.status is Status.OK)
        if not own:
            raise BadInput(f"{name} got through on no seed of {place}; its cells say why.")
        return Contender(self.workspace, own, tuple(c for c in cells if c.cell.model != name))

    def paired(self, metric: str, role: str, scenario: str | None = None) -> pd.DataFrame:
        """Differences of `metric` to the best model, seed by seed, with 95% t-intervals.

        Columns: `model`, `difference`, `low`, `high` (NaN with fewer than two seeds). Models
        are compared on the same customers, so the noise of the world cancels.
        """
        best = self.contender(role, scenario=scenario)
        rows = differences((*best.cells, *best.rivals), best.name, metric)
        return pd.DataFrame(rows, columns=["model", "difference", "low", "high"])

    def conclusion(self, role: str, scenario: str | None = None) -> str:
        """Who leads by how much, and whether that is more than noise; or why nobody does."""
        metric, more_is_better = CHOSEN_BY[role]
        try:
            best = self.contender(role, scenario=scenario)
            # a single model may have no figure to be compared by
            ranking((*best.cells, *best.rivals), metric, more_is_better)
        except BadInput as error:
            return str(error)
        return conclusion((*best.cells, *best.rivals), best.name, metric)

    def scenarios(self, role: str) -> tuple[str, ...]:
        """Scenarios and portfolios in which a role was tried, in order."""
        found = tuple(dict.fromkeys(c.cell.scenario for c in self.cells if c.cell.role == role))
        if not found:
            raise BadInput(f"The study {self.study!r} has no {role} models.")
        return found

    def report(self, role: str | None = None, scenario: str | None = None) -> Path:
        """Write the report on the best model of a role to the workspace; returns its path.

        See `reports`; this one is a page in English.
        """
        return self.reports(role, scenario)[0]

    def reports(
        self,
        role: str | None = None,
        scenario: str | None = None,
        *,
        edition: "Edition | None" = None,
        path: Path | None = None,
        told: "Callable[[ReportDocument], None] | None" = None,
    ) -> tuple[Path, ...]:
        """Write the report on the best model of a role as an edition asks; returns the paths.

        To `path`, or to the workspace's reports. Where the study was tracked, the page (or the
        first of the other formats) is attached to the first run of every model that it compares;
        of their use (`limit.online_rental`) the best is the registry's champion and the
        runner-up its challenger. `told` is given the document before it is written. BadInput when
        there is no best model.
        """
        from sandbox.report.edition import Edition

        best = self.contender(role, scenario=scenario) if role else self.best
        name = f"{slug(self.study)}-{best.cells[0].cell.role}.html"
        written = best.reports(
            path or self.workspace.reports / name, edition or Edition(), told=told
        )
        published_as = published(self, best, min(written, key=_by_format))
        if self.runs and not self.untracked:
            from sandbox.tracking.logbook import published_or_said

            published_or_said(self.workspace, self.study, self.runs, published_as)
        return written

    def committee_page(
        self,
        old: str | None = None,
        new: str | None = None,
        *,
        scenario: str | None = None,
        seed: int | None = None,
        overrides: pd.DataFrame | Path | str | None = None,
        evaluation_seed: int | None = None,
    ) -> "CommitteePage":
        """What a credit committee decides on: the limit model `new` in the place of `old`.

        Shows itself in a notebook; `.html(path)` writes it. See
        `committee_study.committee_page` for the defaults and for what is refused.
        """
        from sandbox.experiment import committee_study

        return committee_study.committee_page(
            self, old, new, scenario=scenario, seed=seed, overrides=overrides,
            evaluation_seed=evaluation_seed,
        )  # fmt: skip

    def roles(self) -> tuple[str, ...]:
        """Roles of the study's cells, in order."""
        return tuple(dict.fromkeys(c.cell.role for c in self.cells))

    def _groups(self) -> Iterator[tuple[tuple[str, str, str], Sequence[CellResult]]]:
        groups: dict[tuple[str, str, str], list[CellResult]] = {}
        for c in self.cells:
            groups.setdefault((c.cell.model, c.cell.scenario, c.cell.role), []).append(c)
        yield from groups.items()


def _by_format(path: Path) -> int:
    """Where a file stands among the formats, those that a person reads first."""
    from sandbox.report.formats import FORMATS, format_of

    return FORMATS.index(format_of(path))


def _spoken(version: Mapping[str, str]) -> str:
    """`0.1.0, commit 1a2b3c4d5e, with local changes`."""
    parts = [version["code.version"]]
    if commit := version.get("mlflow.source.git.commit"):
        parts.append(f"commit {commit[:10]}")
    if version.get("code.modified") == "yes":
        parts.append("with local changes")
    return ", ".join(parts)
