"""What came of a study: a table to read, the best model, its explanation and its report."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.isolation.outcome import Status
from sandbox.workspace import Workspace, slug

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: what each role is chosen by, and whether more is better
CHOSEN_BY = {
    "limit": ("truth/profit_per_customer", True),
    "fraud": ("fraud/auprc", True),
    "pd": ("perf/auc", True),
}
#: columns of the table a person reads, by role
SHOWN = {
    "limit": (
        "value/profit_per_customer",
        "truth/regret_per_customer",
        "value/approval_rate",
        "value/default_rate",
        "perf/auc",
        "calib/brier",
    ),
    "fraud": ("fraud/auprc", "fraud/recall_at_fpr_2pct", "fraud/cp_at_100", "perf/auc"),
    "pd": ("perf/auc", "perf/ks", "calib/brier", "calib/ece", "stability/psi"),
}

#: what a person calls the metric a role is chosen by, and how it is written
SPOKEN = {
    "truth/profit_per_customer": ("expected profit per customer (RMB)", "{:,.0f}"),
    "fraud/auprc": ("AUPRC", "{:.3f}"),
    "perf/auc": ("AUC", "{:.3f}"),
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
        """The explanation of the first seed's model; BadInput when there is none."""
        attribution = self.cells[0].attribution
        if attribution is None:
            raise BadInput(f"{self.name} has no additive explanation to show.")
        return Explanation(attribution)

    def report(self, path: Path | str) -> Path:
        """Write the validation report (one self-contained HTML file) and return its path."""
        from datetime import date

        from sandbox.report import assemble, render_html
        from sandbox.tracking.contents import code_version

        document = assemble(
            (*self.cells, *self.rivals),
            date=date.today().isoformat(),
            code_version=_spoken(code_version()),
        )
        return render_html(document, Path(path))


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
        cells = tuple(CellResult.load(folder / digest) for digest in record["cells"])
        return cls(workspace, record["name"], cells)

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

    def paired(self, metric: str, role: str) -> pd.DataFrame:
        """Differences of `metric` to the best model, seed by seed, with 95% t-intervals.

        Columns: `model`, `difference`, `low`, `high` (NaN with fewer than two seeds). Models
        are compared on the same customers, so the noise of the world cancels.
        """
        columns = ["model", "difference", "low", "high"]
        return pd.DataFrame(self._differences(metric, role), columns=columns)

    def _differences(self, metric: str, role: str) -> list[tuple[str, float, float, float]]:
        from scipy import stats

        best = self.contender(role)
        reference = {(c.cell.scenario, c.cell.seed): c.metrics[metric] for c in best.cells}
        rows = []
        for (model, _, group_role), cells in self._groups():
            gaps = [
                c.metrics[metric] - reference[c.cell.scenario, c.cell.seed]
                for c in cells
                if group_role == role and metric in c.metrics
            ]
            if model == best.name or not gaps:
                continue
            spread = np.std(gaps, ddof=1) / np.sqrt(len(gaps)) if len(gaps) > 1 else np.nan
            half = float(spread * stats.t.ppf(0.975, max(len(gaps) - 1, 1)))
            mean = float(np.mean(gaps))
            rows.append((model, mean, mean - half, mean + half))
        return rows

    def conclusion(self, role: str) -> str:
        """One or two sentences: who leads by how much, and whether that is more than noise."""
        metric, _ = CHOSEN_BY[role]
        best = self.contender(role)
        label, form = SPOKEN[metric]
        said = f"Best by {label}: {best.name}, {form.format(_mean(best.cells, metric))}"
        oracle = _mean(best.cells, "truth/oracle_profit_per_customer")
        if role == "limit" and np.isfinite(oracle):
            said += f" ({form.format(oracle)} for an oracle that knows every outcome)"
        rivals = [_difference(*row, form) for row in self._differences(metric, role)]
        return said + (
            f". Against it, seed by seed with 95%: {', '.join(rivals)}." if rivals else "."
        )

    @property
    def best(self) -> Contender:
        """The best model of the first role of the study."""
        return self.contender(self.cells[0].cell.role)

    def contender(self, role: str, model: str | None = None) -> Contender:
        """The best model of a role (or the one named), with its rivals.

        BadInput when no cell of that role got through.
        """
        metric, more_is_better = CHOSEN_BY[role]
        groups = {
            m: [c for c in cells if c.status is Status.OK]
            for (m, _, r), cells in self._groups()
            if r == role and (model is None or m == model)
        }
        groups = {m: cells for m, cells in groups.items() if cells}
        if not groups:
            reasons = "; ".join(f"{c.cell.run_name}: {c.reason}" for c in self.failed) or "none ran"
            raise BadInput(f"No {role} model got through ({reasons}).")
        sign = 1.0 if more_is_better else -1.0
        name = max(groups, key=lambda m: sign * _mean(groups[m], metric))
        rivals = [c for c in self.cells if c.cell.role == role and c.cell.model != name]
        return Contender(self.workspace, tuple(groups[name]), tuple(rivals))

    def report(self, role: str | None = None) -> Path:
        """Write the report on the best model of a role to the workspace; returns its path.

        Where the study was tracked, the report is attached to the model's first run, and the
        model is the registry's champion.
        """
        best = self.contender(role or self.cells[0].cell.role)
        first = best.cells[0].cell
        path = self.workspace.reports / f"{slug(first.scenario)}-{first.role}.html"
        path = best.report(path)
        run_id = self.runs.get(first.digest)
        if run_id is not None:
            from sandbox.tracking import open_store

            store = open_store(self.workspace)
            store.attach_report(run_id, path)
            if best.cells[0].model_blob is not None:
                store.set_alias(run_id, "champion")
        return path

    def roles(self) -> tuple[str, ...]:
        """Roles of the study's cells, in order."""
        return tuple(dict.fromkeys(c.cell.role for c in self.cells))

    def _groups(self) -> Iterator[tuple[tuple[str, str, str], Sequence[CellResult]]]:
        groups: dict[tuple[str, str, str], list[CellResult]] = {}
        for c in self.cells:
            groups.setdefault((c.cell.model, c.cell.scenario, c.cell.role), []).append(c)
        yield from groups.items()


def _mean(cells: Sequence[CellResult], metric: str) -> float:
    values = [c.metrics.get(metric, float("nan")) for c in cells]
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("-inf")


def _spoken(version: Mapping[str, str]) -> str:
    """`0.1.0, commit 1a2b3c4d5e, with local changes`."""
    parts = [version["code.version"]]
    if commit := version.get("mlflow.source.git.commit"):
        parts.append(f"commit {commit[:10]}")
    if version.get("code.modified") == "yes":
        parts.append("with local changes")
    return ", ".join(parts)


def _difference(model: str, difference: float, low: float, high: float, form: str) -> str:
    """`rule matrix -10 (-23 to 4: may be noise)`."""
    if np.isnan(low):
        return f"{model} {form.format(difference)} (one seed: no interval)"
    noise = "" if low * high > 0 else ": may be noise"
    return f"{model} {form.format(difference)} ({form.format(low)} to {form.format(high)}{noise})"
