"""A copy of a model folder that MLflow has at a URI, made without opening the model.

Copying is all that MLflow is asked for: its `load_model`, and logging with an input example,
would run the model in this process. Where the files are on this machine they are copied here,
because MLflow's copy follows links: one to a run's labels would put them into the copy.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sandbox.errors import BadInput
from sandbox.isolation.artefacts import mlflow_folder

_REGISTERED = re.compile(
    r"models:/(?P<name>[^/@]+)(/(?P<version>\d+)|/(?P<stage>[A-Za-z]+)|@(?P<alias>[^/@]+))"
)
_OF_RUN = re.compile(r"runs:/(?P<run>\w+)/(?P<path>.+)")
_LOGGED = re.compile(r"models:/(?P<id>m-\w+)")


def copied(uri: str, tracking_uri: str | None = None) -> Path:
    """The folder behind a URI such as `models:/pd/3`, `models:/pd@champion`, `runs:/ID/model`.

    It lies in a private temporary folder until this process ends. `tracking_uri` is the store
    that is asked, registry included; MLflow's own setting if None. BadInput when it has none.
    """
    folder = tempfile.mkdtemp(prefix="risk-sandbox-model-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        given = _fetched(uri, Path(folder), tracking_uri)
    except BadInput:
        raise
    except Exception as error:  # of whatever store MLflow reaches
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise BadInput(
            f"MLflow has no model at {uri} ({reason.rstrip('.')}); check the name, the version "
            "and the tracking URI."
        ) from error
    os.chmod(folder, 0o755)  # at level `namespace` another user reads it
    return given


def _fetched(uri: str, folder: Path, tracking_uri: str | None) -> Path:
    from mlflow.artifacts import download_artifacts
    from mlflow.utils.file_utils import local_file_uri_to_path

    location = _location(uri, tracking_uri)
    parts = urlsplit(location)
    if parts.scheme in ("", "file"):
        return _copied_here(Path(local_file_uri_to_path(location)), folder / "model")
    if parts.scheme in ("models", "runs") and not parts.netloc:
        raise BadInput(
            f"{uri} does not say which model; give models:/NAME/VERSION, models:/NAME@ALIAS or "
            "runs:/RUN/NAME."
        )
    # by the name that was given where MLflow's own setting knows it, for its credentials
    asked = uri if tracking_uri is None else location
    return Path(
        download_artifacts(artifact_uri=asked, dst_path=str(folder), tracking_uri=tracking_uri)
    )


def _copied_here(source: Path, folder: Path) -> Path:
    """The plain files of a folder; BadInput when it is a link or holds one."""
    if source.is_symlink():
        raise BadInput(f"The model folder {source} is a link; give a folder of plain files.")
    for file in mlflow_folder.files(source):
        copy = folder / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        # a link that has come since is copied as one, and then refused
        shutil.copyfile(file, copy, follow_symlinks=False)
    return folder


def _location(uri: str, tracking_uri: str | None) -> str:
    """Where the files are in the store that was named; in MLflow's own setting's if none was."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracking_uri, registry_uri=tracking_uri)
    if registered := _REGISTERED.fullmatch(uri):
        name = registered["name"]
        version = registered["version"] or _version(client, name, registered)
        uri = client.get_model_version_download_uri(name, version)
    if of_run := _OF_RUN.fullmatch(uri):
        run = client.get_run(of_run["run"])
        outputs = run.outputs.model_outputs if run.outputs else ()
        written = [client.get_logged_model(m.model_id) for m in outputs]
        known = (m.artifact_location for m in written if m.name == of_run["path"])
        return str(next(known, f"{run.info.artifact_uri}/{of_run['path']}"))
    if logged := _LOGGED.fullmatch(uri):
        return str(client.get_logged_model(logged["id"]).artifact_location)
    return uri


def _version(client: Any, name: str, registered: re.Match[str]) -> str:
    """The version behind an alias, `latest` or a stage."""
    if registered["alias"]:
        return str(client.get_model_version_by_alias(name, registered["alias"]).version)
    stage = registered["stage"]
    found = client.get_latest_versions(name, None if stage == "latest" else [stage])
    return str(max(int(one.version) for one in found))
