"""Fitted models in MLflow's registry: named by role and model, one version a run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.tracking.connection import is_remote
from sandbox.tracking.model_folder import write_model

if TYPE_CHECKING:
    from sandbox.cell import Cell, CellResult


def registered_name(cell: "Cell") -> str:
    """`limit.rule_matrix`: the role and the model's name, without spaces."""
    return f"{cell.role}.{'_'.join(cell.model.split())}"


def log_model(
    client: Any, uri: str, experiment: str, run_id: str, result: "CellResult", folder: Path
) -> str:
    """Log the model of a run and register it as a new version; returns the model's id."""
    from mlflow.entities import LoggedModelOutput

    name = registered_name(result.cell)
    logged = client.create_logged_model(
        experiment,
        name=name.replace(".", "_"),
        source_run_id=run_id,
        tags={"scenario": result.cell.scenario, "seed": str(result.cell.seed)},
        model_type=result.cell.family,
    )
    write_model(result, folder, logged.model_id)
    client.log_model_artifacts(logged.model_id, str(folder))
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
    _ensure_registered(client, name, result.cell)
    client.create_model_version(
        name,
        # a local store would look the id up through mlflow's global address, not through ours
        source=f"models:/{logged.model_id}" if is_remote(uri) else logged.artifact_location,
        run_id=run_id,
        tags={"scenario": result.cell.scenario, "seed": str(result.cell.seed)},
        description=f"{result.cell.run_name}, study {result.cell.study}",
        await_creation_for=0,
        model_id=logged.model_id,
    )
    return str(logged.model_id)


def set_alias(client: Any, run_id: str, alias: str) -> str:
    """Point `alias` at the model version that a run made; returns `name@alias`.

    BadInput when the run has registered no model.
    """
    versions = client.search_model_versions(f"run_id = '{run_id}'")
    if not versions:
        raise BadInput(f"Run {run_id} has no registered model to call {alias}.")
    client.set_registered_model_alias(versions[0].name, alias, versions[0].version)
    return f"{versions[0].name}@{alias}"


def _ensure_registered(client: Any, name: str, cell: "Cell") -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(
            name,
            tags={"role": cell.role, "model.family": cell.family},
            description=f"{cell.model}, judged as a {cell.role} model. Scored only in a sandbox.",
        )
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
