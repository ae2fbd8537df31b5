"""Where runs are kept: one flat run a cell, shown while it is at work and logged once, whole.

A run that was finished is never opened again.
"""

import contextlib
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.isolation.outcome import Status
from sandbox.tracking import artifacts, contents
from sandbox.tracking.connection import connect, database_uri, tracking_uri
from sandbox.tracking.experiments import artifact_root, datasets_of, experiment_of
from sandbox.tracking.guard import refuse_confidential
from sandbox.tracking.names import CHAMPION
from sandbox.tracking.orphans import INTERRUPTED, end
from sandbox.tracking.owner import Owner
from sandbox.tracking.registry import (
    drop_alias,
    log_model,
    registered_name,
    set_alias,
    unregister,
)
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.cell import Cell, CellResult


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

    @property
    def is_own(self) -> bool:
        """Whether it is the workspace's own database, which is never away."""
        return self.uri == database_uri(self.workspace)

    def experiment(self, study: str) -> str:
        """The id of the study's experiment, made or taken out of the bin."""
        return experiment_of(self.client, study, artifact_root(self.workspace, self.uri))

    def begin(self, cell: "Cell") -> str:
        """Show a cell as a RUNNING run of its study, owned by this process; returns its id.

        `log` finishes it. Should this process be killed before, whoever opens the store next
        marks the run as KILLED.
        """
        run_id: str = self.client.create_run(
            self.experiment(cell.study),
            start_time=int(time.time() * 1000),
            tags={**contents.cell_tags(cell), "status": "running", "owner": Owner.here().tag},
            run_name=cell.run_name,
        ).info.run_id
        return run_id

    def log(
        self, result: "CellResult", report: Path | None = None, begun: str | None = None
    ) -> str:
        """Log a cell as one flat run of its study's experiment; returns the run id.

        With `begun`, into the run that `begin` gave for it, as long as that is at work; without,
        a cell whose digest is there already with the same status is not logged again. Other
        runs of the digest, which a killed process left or which have since been made good, are
        moved to MLflow's bin. A failed cell is a run with status FAILED and tag `reason`.
        BadInput when a table, feature or dataset holds truth or identities; nothing is sent then.
        """
        tables = artifacts.tables_of(result)
        refuse_confidential(result, tables)
        experiment = self.experiment(result.cell.study)
        same = self._same(experiment, result.cell.digest)
        begun = begun if any(run.info.run_id == begun and _at_work(run) for run in same) else None
        kept = next((run for run in same if begun is None and says_the_same(run, result)), None)
        run_id = kept.info.run_id if kept else self._logged(experiment, result, tables, begun)
        if report is not None:
            self.attach_report(run_id, report)
        for run in same:
            if run.info.run_id != run_id:
                self.discard(run.info.run_id)
        return str(run_id)

    def _logged(
        self,
        experiment: str,
        result: "CellResult",
        tables: "Mapping[str, pd.DataFrame]",
        begun: str | None,
    ) -> str:
        ended = int(time.time() * 1000)
        run_id: str = (
            begun
            or self.client.create_run(
                experiment,
                start_time=ended - round(result.seconds * 1000),
                tags={"owner": Owner.here().tag, contents.DIGEST: result.cell.digest},
                run_name=result.cell.run_name,
            ).info.run_id
        )
        try:
            self._send(experiment, run_id, result, tables, ended)
            finished = "FINISHED" if result.status is Status.OK else "FAILED"
            self.client.set_terminated(run_id, finished, ended)
        except BaseException:
            # a server that is away cannot be told; the run is replaced when it is there again
            with contextlib.suppress(Exception):
                self.discard(run_id)
            raise
        return run_id

    def runs_of(self, study: str) -> dict[str, list[Any]]:
        """The living runs of a study by digest of their cell, in one question."""
        found: dict[str, list[Any]] = {}
        experiment, page = self.experiment(study), None
        while True:
            part = self.client.search_runs([experiment], max_results=1000, page_token=page)
            for run in part:
                found.setdefault(run.data.tags.get(contents.DIGEST, ""), []).append(run)
            page = part.token
            if not page:
                return found

    def discard(self, run_id: str) -> None:
        """Move a run to MLflow's bin, and its models out of the registry."""
        if self.client.get_run(run_id).info.status == "RUNNING":
            self.client.set_terminated(run_id, "KILLED")
        unregister(self.client, run_id)
        self.client.delete_run(run_id)

    def interrupt(self, run_id: str) -> None:
        """Mark a run that this process will not finish."""
        end(self.client, self.client.get_run(run_id), INTERRUPTED)

    def attach_report(self, run_id: str, path: Path) -> None:
        """Add a report to a finished run, at `report/`, without reopening the run."""
        if not path.is_file():
            raise BadInput(f"{path} is no file; write the report before attaching it.")
        self.client.log_artifact(run_id, str(path), "report")

    def has_report(self, run_id: str, path: Path) -> bool:
        """Whether a file of that name and size lies at `report/`."""
        there = self.client.list_artifacts(run_id, "report")
        return any(
            Path(file.path).name == path.name and file.file_size == path.stat().st_size
            for file in there
        )

    def set_alias(self, run_id: str, alias: str = CHAMPION) -> str:
        """Point an alias of the model registry at a run's model; returns `name@alias`."""
        return set_alias(self.client, run_id, alias)

    def drop_alias(self, cell: "Cell", alias: str) -> None:
        """Take an alias of a cell's use away, where it has it."""
        drop_alias(self.client, registered_name(cell), alias)

    def _same(self, experiment: str, digest: str) -> list[Any]:
        """The living runs of a cell."""
        return list(
            self.client.search_runs(
                [experiment], filter_string=f"tags.`{contents.DIGEST}` = '{digest}'"
            )
        )

    def _send(
        self,
        experiment: str,
        run_id: str,
        result: "CellResult",
        tables: "Mapping[str, pd.DataFrame]",
        ended: int,
    ) -> None:
        """Files in one go, then datasets and the model, then all figures and tags at once."""
        with tempfile.TemporaryDirectory(prefix="risk-sandbox-") as name:
            folder = Path(name)
            shown = artifacts.write_artifacts(result, folder / "run", tables)
            self.client.log_artifacts(run_id, str(folder / "run"))
            self.client.log_inputs(run_id, datasets=datasets_of(result))
            model_id = None
            if result.model_blob is not None:
                place = folder / "model"
                model_id = log_model(self.client, self.uri, experiment, run_id, result, place)
        self._send_figures(run_id, model_id, result, artifacts.table_tag(shown), ended)

    def _send_figures(
        self,
        run_id: str,
        model_id: str | None,
        result: "CellResult",
        shown: tuple[str, str],
        ended: int,
    ) -> None:
        from mlflow.entities import Metric, Param, RunTag

        figures = contents.metrics(result).items()
        self.client.log_batch(
            run_id,
            metrics=[Metric(k, v, ended, 0, model_id=model_id) for k, v in figures],
            params=[Param(k, v) for k, v in contents.params(result).items()],
            tags=[RunTag(*tag) for tag in (*contents.tags(result).items(), shown)],
        )


def says_the_same(run: Any, result: "CellResult") -> bool:
    """Whether a run is whole, and ended as the result did."""
    whole = run.info.status in {"FINISHED", "FAILED"}
    return whole and run.data.tags.get("status") == str(result.status)


def _at_work(run: Any) -> bool:
    return bool(run.info.status == "RUNNING" and run.info.lifecycle_stage == "active")
