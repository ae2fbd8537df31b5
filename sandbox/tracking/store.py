"""Where runs are kept: one flat run a cell, logged once, whole or not at all."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.isolation.outcome import Status
from sandbox.tracking import artifacts, contents
from sandbox.tracking.connection import connect, is_remote, tracking_uri
from sandbox.tracking.guard import refuse_confidential
from sandbox.tracking.registry import log_model, set_alias
from sandbox.tracking.views import view_tags
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from sandbox.cell import CellResult

#: shown above a study's runs
_EXPERIMENT_NOTE = (
    "One run per model, scenario and seed. Tick the runs to compare, then *Compare*; the chart "
    "view has one section per family of metrics (`value/`, `perf/`, `calib/`, `fraud/`, "
    "`stability/`, `truth/`, `ops/`), and the artifact view puts the same table of several runs "
    "side by side. Compare shows SHAP plots of two or three runs next to each other (Artifacts, "
    "in a wide window). `truth/` figures exist for synthetic worlds only."
)


def open_store(workspace: Workspace) -> "Store":
    """The workspace's store, created and migrated if need be; or `MLFLOW_TRACKING_URI`'s.

    Call it once, in the parent, before any worker runs. BadInput when the store cannot be used.
    """
    return Store(workspace, tracking_uri(workspace), connect(workspace))


@dataclass(frozen=True)
class Store:
    """An open tracking store."""

    workspace: Workspace
    uri: str
    #: an `mlflow.MlflowClient`
    client: Any

    def log(self, result: "CellResult", report: Path | None = None) -> str:
        """Log a cell as one flat run of its study's experiment; returns the run id.

        A cell whose digest is there already with the same status is not logged again. What a
        killed process left half-logged, or a failure that has since been made good, is marked
        and moved to MLflow's bin. A failed cell is a run with status FAILED and tag `reason`.
        BadInput when a table, feature or dataset holds truth or identities; nothing is sent then.
        """
        refuse_confidential(result)
        experiment = self._experiment(result.cell.study)
        known = self._known(experiment, result)
        if known is not None:
            return known
        ended = int(time.time() * 1000)
        run_id: str = self.client.create_run(
            experiment,
            start_time=ended - round(result.seconds * 1000),
            tags=contents.tags(result),
            run_name=result.cell.run_name,
        ).info.run_id
        try:
            model_id = self._send(experiment, run_id, result, report)
            self._send_figures(run_id, model_id, result, ended)
        except BaseException:
            self._discard(run_id)
            raise
        finished = "FINISHED" if result.status is Status.OK else "FAILED"
        self.client.set_terminated(run_id, finished, ended)
        return run_id

    def attach_report(self, run_id: str, path: Path) -> None:
        """Add a report to a finished run, at `report/`, without reopening the run."""
        if not path.is_file():
            raise BadInput(f"{path} is no file; write the report before attaching it.")
        self.client.log_artifact(run_id, str(path), "report")

    def set_alias(self, run_id: str, alias: str = "champion") -> str:
        """Point an alias of the model registry at a run's model; returns `name@alias`."""
        return set_alias(self.client, run_id, alias)

    def _experiment(self, study: str) -> str:
        """The id of the study's experiment, made or taken out of the bin."""
        from mlflow.exceptions import MlflowException

        found = self.client.get_experiment_by_name(study)
        if found is None:
            place = None if is_remote(self.uri) else self._artifact_folder(study)
            tags = {"mlflow.note.content": _EXPERIMENT_NOTE, **_ML_EXPERIMENT}
            tags |= view_tags(time.time_ns() // 1_000_000)
            try:
                created: str = self.client.create_experiment(study, place, tags)
            except MlflowException:  # another process was first
                found = self.client.get_experiment_by_name(study)
                if found is None:
                    raise
            else:
                return created
        if found.lifecycle_stage == "deleted":
            self.client.restore_experiment(found.experiment_id)
        return str(found.experiment_id)

    def _artifact_folder(self, study: str) -> str:
        readable = "".join(c if c.isascii() and c.isalnum() else "-" for c in study).strip("-")
        stamp = f"{time.time_ns() // 1_000_000:x}"
        return str((self.workspace.artifacts / f"{readable[:60]}-{stamp}").resolve().as_uri())

    def _known(self, experiment: str, result: "CellResult") -> str | None:
        """The run that already says this; others of the same digest are discarded."""
        same = self.client.search_runs(
            [experiment], filter_string=f"tags.`{contents.DIGEST}` = '{result.cell.digest}'"
        )
        kept = None
        for run in same:
            whole = run.info.status in {"FINISHED", "FAILED"}
            if kept is None and whole and run.data.tags.get("status") == str(result.status):
                kept = str(run.info.run_id)
            else:
                self._discard(run.info.run_id)
        return kept

    def _discard(self, run_id: str) -> None:
        self.client.set_terminated(run_id, "KILLED")
        self.client.delete_run(run_id)

    def _send(
        self, experiment: str, run_id: str, result: "CellResult", report: Path | None
    ) -> str | None:
        """Files in one go, then datasets and the model; returns the model's id."""
        from mlflow.entities import RunTag

        with tempfile.TemporaryDirectory(prefix="risk-sandbox-") as name:
            folder = Path(name)
            shown = artifacts.write_artifacts(result, folder / "run")
            if any((folder / "run").glob("*")):
                self.client.log_artifacts(run_id, str(folder / "run"))
            if report is not None:
                self.attach_report(run_id, report)
            self.client.log_batch(run_id, tags=[RunTag(*artifacts.table_tag(shown))])
            self.client.log_inputs(run_id, datasets=_datasets(result))
            if result.model_blob is None:
                return None
            return log_model(self.client, self.uri, experiment, run_id, result, folder / "model")

    def _send_figures(
        self, run_id: str, model_id: str | None, result: "CellResult", ended: int
    ) -> None:
        from mlflow.entities import Metric, Param

        figures = contents.metrics(result).items()
        self.client.log_batch(
            run_id,
            metrics=[Metric(k, v, ended, 0, model_id=model_id) for k, v in figures],
            params=[Param(k, v) for k, v in contents.params(result).items()],
        )


#: tells MLflow 3 that a study is machine learning, not generative AI
_ML_EXPERIMENT = {"mlflow.experimentKind": "custom_model_development"}


def _datasets(result: "CellResult") -> list[Any]:
    """Names, digests, shapes and contexts; no data, and not where they lie."""
    import json

    from mlflow.entities import Dataset, DatasetInput, InputTag

    inputs = []
    for record in result.datasets:
        columns = [{"name": name, "type": dtype} for name, dtype in record.columns]
        dataset = Dataset(
            name=record.name,
            digest=record.digest[:12],  # shown beside the name wherever a run is
            source_type="not recorded",
            source="{}",
            schema=json.dumps({"mlflow_colspec": columns}),
            profile=json.dumps({"num_rows": record.rows, "num_columns": len(columns)}),
        )
        inputs.append(DatasetInput(dataset, [InputTag("mlflow.data.context", record.context)]))
    return inputs
