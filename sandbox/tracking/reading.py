"""Runs as tables: what reports and comparisons read back."""

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.tracking.address import place_of, remote_page
from sandbox.tracking.connection import connect, database_uri, tracking_uri
from sandbox.tracking.contents import DIGEST
from sandbox.tracking.orphans import end_orphans
from sandbox.tracking.views import PREFIX, view_of
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

#: tags that become the first columns of `runs`
_COLUMNS = ("study", "role", "model", "model.family", "scenario", "seed", "status", "reason")


def studies(workspace: Workspace) -> list[str]:
    """Names of the studies in the store, the latest first."""
    client = _client(workspace)
    found = [
        experiment
        for experiment in client.search_experiments(order_by=["last_update_time DESC"])
        if experiment.name != "Default"
    ]
    if not found:
        return []
    # a run that is logged later does not change when its experiment was last updated
    newest = client.search_runs(
        [experiment.experiment_id for experiment in found],
        max_results=1,
        order_by=["attributes.start_time DESC"],
    )
    latest = newest[0].info.experiment_id if newest else None
    found.sort(key=lambda experiment: experiment.experiment_id != latest)
    return [experiment.name for experiment in found]


def runs(workspace: Workspace, study: str) -> "pd.DataFrame":
    """One row a run of a study, ordered by role, scenario, model and seed.

    Columns: `run_id`, `study`, `role`, `model`, `model.family`, `scenario`, `seed` (integer),
    `status`, `reason`, `seconds`, `state` (MLflow's: FINISHED, FAILED, KILLED, RUNNING),
    `started` (milliseconds since 1970), `code` (version and commit), `evaluation` (digest of the
    data it was judged on), then every metric under its own name, NaN where a run has none.
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
    lead = ["run_id", *_COLUMNS, "seconds", "state", "started", "code", "evaluation"]
    names = sorted({name for row in rows for name in row} - set(lead))
    table = pd.DataFrame(rows, columns=[*lead, *names])
    return table.sort_values(["role", "scenario", "model", "seed"], ignore_index=True)


def page_of(workspace: Workspace, study: str | None) -> str:
    """The part after `#/` of a study's address in MLflow's interface, the latest study for None.

    BadInput when there is none.
    """
    names = studies(workspace)
    if not names:
        raise BadInput(f"There are no studies in {place_of(workspace)} yet; run one first.")
    experiment = _experiment(workspace, study or names[0])
    view = view_of(set(runs(workspace, experiment.name)["role"]))
    key = f"viewStateShareKey={view}&" if PREFIX + view in experiment.tags else ""
    # without the workflow type MLflow 3 opens in its GenAI mode
    return f"experiments/{experiment.experiment_id}/runs?{key}workflowType=machine_learning"


def address_of(workspace: Workspace, study: str | None) -> str:
    """A study's page at the tracking server that `MLFLOW_TRACKING_URI` names; see `page_of`."""
    return remote_page(tracking_uri(workspace), page_of(workspace, study))


def find_run(workspace: Workspace, run_id: str) -> dict[str, Any]:
    """One run as `runs` shows it, with `artifact_uri` and its cell's `digest`.

    BadInput when there is none.
    """
    from mlflow.exceptions import MlflowException

    try:
        run = _client(workspace).get_run(run_id)
    except MlflowException as error:
        raise BadInput(f"There is no run {run_id!r} in {place_of(workspace)}.") from error
    return {
        **_row(run),
        "artifact_uri": run.info.artifact_uri,
        "digest": run.data.tags.get(DIGEST, ""),
    }


def _experiment(workspace: Workspace, study: str) -> Any:
    experiment = _client(workspace).get_experiment_by_name(study)
    if experiment is None or experiment.lifecycle_stage == "deleted":
        raise BadInput(_no_study(study, studies(workspace), place_of(workspace)))
    return experiment


def _no_study(study: str, known: Sequence[str], place: str) -> str:
    """There is no such study: the nearest name, or those there are."""
    near = difflib.get_close_matches(study, known, n=1, cutoff=0.6)
    guess = f"did you mean {near[0]!r}? Otherwise " if near else ""
    there = ", ".join(map(repr, known[:10])) + (" and others" if len(known) > 10 else "")
    return f"There is no study {study!r} in {place}; {guess}there are: {there or 'none yet'}."


def _row(run: Any) -> dict[str, Any]:
    tags, info = run.data.tags, run.info
    row: dict[str, Any] = {"run_id": info.run_id}
    row.update({name: tags.get(name, "") for name in _COLUMNS})
    row["seed"] = int(tags.get("seed", -1))
    row["seconds"] = (info.end_time - info.start_time) / 1000 if info.end_time else float("nan")
    row["reason"] = row["reason"] or tags.get("ended", "")
    row.update(state=info.status, started=info.start_time, code=_code(tags))
    row["evaluation"] = ", ".join(
        used.dataset.digest
        for used in run.inputs.dataset_inputs
        if any(tag.value == "evaluation" for tag in used.tags)
    )
    return {**row, **run.data.metrics}


def _code(tags: Any) -> str:
    """`0.1.0, commit 1a2b3c4d5e, with local changes`; empty where a run does not say."""
    parts = [tags["code.version"]] if "code.version" in tags else []
    if commit := tags.get("mlflow.source.git.commit"):
        parts.append(f"commit {commit[:10]}")
    if tags.get("code.modified") == "yes":
        parts.append("with local changes")
    return ", ".join(parts)


def _client(workspace: Workspace) -> Any:
    """A client for reading; a workspace that has no store yet is not given one."""
    local = tracking_uri(workspace) == database_uri(workspace)
    if local and not workspace.database.exists():
        raise BadInput(
            f"There are no results in {workspace.root} yet; run a study first, "
            "or name another place with --store."
        )
    client = connect(workspace)
    end_orphans(client)
    return client
