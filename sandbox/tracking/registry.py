"""Fitted models in MLflow's registry: one registered model a use, one version a run.

A use is a role in a market (`limit.online_rental`), as a bank runs it: one model at work, the
champion, and one that may take its place, the challenger. Both are versions of the same
registered model, whatever kinds of model they are; MLflow's aliases are of one registered model,
so that `models:/limit.online_rental@champion` is what scores customers today.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.errors import BadInput
from sandbox.tracking.connection import is_remote
from sandbox.tracking.model_folder import write_model
from sandbox.workspace import slug

if TYPE_CHECKING:
    from sandbox.cell import Cell, CellResult


def registered_name(cell: "Cell") -> str:
    """`limit.online_rental`: what the model would be used for, as MLflow may call it."""
    return f"{cell.role}.{slug(cell.scenario).replace('-', '_') or 'portfolio'}"


def log_model(
    client: Any, uri: str, experiment: str, run_id: str, result: "CellResult", folder: Path
) -> str:
    """Log the model of a run and register it as a new version; returns the model's id."""
    from mlflow.entities import LoggedModelOutput

    cell, name = result.cell, registered_name(result.cell)
    logged = client.create_logged_model(
        experiment,
        name=f"{cell.role}_{slug(cell.model).replace('-', '_')}",
        source_run_id=run_id,
        tags={"scenario": cell.scenario, "seed": str(cell.seed)},
        model_type=cell.family,
    )
    write_model(result, folder, logged.model_id)
    client.log_model_artifacts(logged.model_id, str(folder))
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step=0)])
    _ensure_registered(client, name, cell)
    client.create_model_version(
        name,
        # a local store would look the id up through mlflow's global address, not through ours
        source=f"models:/{logged.model_id}" if is_remote(uri) else logged.artifact_location,
        run_id=run_id,
        tags={
            "model": cell.model,
            "model.family": cell.family,
            "seed": str(cell.seed),
            "study": cell.study,
        },
        description=f"{cell.run_name}, study {cell.study}",
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


def drop_alias(client: Any, name: str, alias: str) -> None:
    """Take an alias away, where the registered model has it."""
    from mlflow.exceptions import MlflowException

    try:
        client.delete_registered_model_alias(name, alias)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise


def unregister(client: Any, run_id: str) -> None:
    """Delete the versions that a run made: a run in the bin has none."""
    for version in client.search_model_versions(f"run_id = '{run_id}'"):
        client.delete_model_version(version.name, version.version)


def _ensure_registered(client: Any, name: str, cell: "Cell") -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(
            name,
            tags={"role": cell.role, "scenario": cell.scenario},
            description=(
                f"{cell.role} models for {cell.scenario.replace('_', ' ')}, a version a run. "
                "`champion` is the best of the study that was reported last, `challenger` the "
                "runner-up. Scored only in a sandbox."
            ),
        )
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
