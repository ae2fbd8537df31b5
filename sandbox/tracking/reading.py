"""Runs as tables: what reports and comparisons read back."""

from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.tracking.connection import connect, database_uri, tracking_uri
from sandbox.tracking.views import PREFIX, view_of
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

#: tags that become the first columns of `runs`
_COLUMNS = ("study", "role", "model", "model.family", "scenario", "seed", "status", "reason")


def studies(workspace: Workspace) -> list[str]:
    """Names of the studies in the store, the latest first."""
    found = _client(workspace).search_experiments(order_by=["last_update_time DESC"])
    return [experiment.name for experiment in found if experiment.name != "Default"]


def runs(workspace: Workspace, study: str) -> "pd.DataFrame":
    """One row a run of a study, ordered by role, scenario, model and seed.

    Columns: `run_id`, `study`, `role`, `model`, `model.family`, `scenario`, `seed` (integer),
    `status`, `reason`, `seconds`, then every metric under its own name, NaN where a run has none.
    BadInput when there is no such study.
    """
    import pandas as pd

    client = _client(workspace)
    experiment = _experiment(workspace, study)
    rows: list[dict[str, Any]] = []
    page = None
    while True:
        found = client.search_runs([experiment.experiment_id], max_results=1000, page_token=page)
        rows.extend(_row(run) for run in found)
        page = found.token
        if not page:
            break
    lead = ["run_id", *_COLUMNS, "seconds"]
    names = sorted({name for row in rows for name in row} - set(lead))
    table = pd.DataFrame(rows, columns=[*lead, *names])
    return table.sort_values(["role", "scenario", "model", "seed"], ignore_index=True)


def page_of(workspace: Workspace, study: str | None) -> str:
    """The part after `#/` of a study's address in MLflow's interface, the latest study for None.

    BadInput when there is none.
    """
    names = studies(workspace)
    if not names:
        raise BadInput(f"There are no studies in {workspace.root} yet; run one first.")
    experiment = _experiment(workspace, study or names[0])
    view = view_of(set(runs(workspace, experiment.name)["role"]))
    key = f"viewStateShareKey={view}&" if PREFIX + view in experiment.tags else ""
    # without the workflow type MLflow 3 opens in its GenAI mode
    return f"experiments/{experiment.experiment_id}/runs?{key}workflowType=machine_learning"


def find_run(workspace: Workspace, run_id: str) -> dict[str, Any]:
    """One run as `runs` shows it, with `artifact_uri`; BadInput when there is none."""
    from mlflow.exceptions import MlflowException

    try:
        run = _client(workspace).get_run(run_id)
    except MlflowException as error:
        raise BadInput(f"There is no run {run_id!r} in {workspace.root}.") from error
    return {**_row(run), "artifact_uri": run.info.artifact_uri}


def _experiment(workspace: Workspace, study: str) -> Any:
    experiment = _client(workspace).get_experiment_by_name(study)
    if experiment is None or experiment.lifecycle_stage == "deleted":
        known = ", ".join(repr(name) for name in studies(workspace)) or "none yet"
        raise BadInput(f"There is no study {study!r} in {workspace.root}; there are: {known}.")
    return experiment


def _row(run: Any) -> dict[str, Any]:
    tags, info = run.data.tags, run.info
    row: dict[str, Any] = {"run_id": info.run_id}
    row.update({name: tags.get(name, "") for name in _COLUMNS})
    row["seed"] = int(tags.get("seed", -1))
    row["seconds"] = (info.end_time - info.start_time) / 1000 if info.end_time else float("nan")
    return {**row, **run.data.metrics}


def _client(workspace: Workspace) -> Any:
    """A client for reading; a workspace that has no store yet is not given one."""
    local = tracking_uri(workspace) == database_uri(workspace)
    if local and not workspace.database.exists():
        raise BadInput(
            f"There are no results in {workspace.root} yet; run a study first, "
            "or name another place with --store."
        )
    return connect(workspace)
