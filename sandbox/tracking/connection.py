"""The way to MLflow: settings before its import, the database created once, one client."""

import logging
import os
import re
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from sandbox.errors import BadInput
from sandbox.tracking.orphans import end_orphans
from sandbox.workspace import Workspace

REMOTE = ("http://", "https://", "databricks")


def tracking_uri(workspace: Workspace) -> str:
    """`MLFLOW_TRACKING_URI` where it is set, the workspace's own SQLite file otherwise."""
    return os.environ.get("MLFLOW_TRACKING_URI", "").strip() or database_uri(workspace)


def database_uri(workspace: Workspace) -> str:
    """SQLAlchemy's address of the workspace's database."""
    return f"sqlite:///{workspace.database.resolve()}"


def is_remote(uri: str) -> bool:
    """Whether a tracking server, not a file of this machine, keeps the runs."""
    return uri.startswith(REMOTE)


def settle_environment(environment: Any = os.environ) -> None:
    """Switch telemetry off and git's complaints quiet; to be called before mlflow is imported.

    Only the word `true` switches MLflow's telemetry off; a user's own `false` is respected.
    """
    if environment.get("MLFLOW_DISABLE_TELEMETRY", "").strip().lower() != "false":
        environment["MLFLOW_DISABLE_TELEMETRY"] = "true"
    environment.setdefault("GIT_PYTHON_REFRESH", "quiet")
    # or a server's client prints two lines a run among a command's own
    environment.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    # a server that is away should be noticed within a minute, not after seven retries
    environment.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    environment.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")


def connect(workspace: Workspace) -> Any:
    """An `mlflow.MlflowClient` on a store that exists and is up to date.

    Runs in it whose process has gone are marked as killed.
    BadInput when the file is no MLflow store, or the tracking server does not answer.
    """
    settle_environment()
    from mlflow import MlflowClient

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    uri = tracking_uri(workspace)
    if uri == database_uri(workspace):
        _create_or_migrate(workspace)
    try:
        client = MlflowClient(tracking_uri=uri, registry_uri=uri)
        client.search_experiments(max_results=1)
    except Exception as error:  # of whatever store and driver MLflow reaches
        raise BadInput(
            f"The tracking store at {without_password(uri)} cannot be used "
            f"({first_line(error)}); start the server, or unset MLFLOW_TRACKING_URI to keep "
            "results here."
        ) from error
    end_orphans(client)
    return client


def _create_or_migrate(workspace: Workspace) -> None:
    """Make the SQLite file whole, by one rename, or bring an older one up to date.

    Several processes may come here at once on a new workspace: each builds a file of its own
    and the first to link it under the final name wins.
    """
    from mlflow.exceptions import MlflowException
    from mlflow.store.db.utils import _upgrade_db, create_sqlalchemy_engine_with_retry
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from sqlalchemy.exc import SQLAlchemyError

    database = workspace.made().database
    artifacts = str(workspace.artifacts.resolve())
    try:
        if not database.exists():
            with tempfile.TemporaryDirectory(prefix=".mlflow.", dir=workspace.root) as folder:
                partial = Path(folder) / "mlflow.db"
                store = SqlAlchemyStore(f"sqlite:///{partial.resolve()}", artifacts)
                store.engine.dispose()
                _put_first(partial, database)
        elif _revision(database) != _newest_revision():
            engine = create_sqlalchemy_engine_with_retry(database_uri(workspace))
            _upgrade_db(engine)
            engine.dispose()
    except (MlflowException, SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise BadInput(
            f"{database} cannot be used as an MLflow store ({first_line(error)}); "
            "move it away or choose another place with --store."
        ) from error


def _put_first(partial: Path, target: Path) -> None:
    """Give a finished file its final name unless another process was first."""
    try:
        os.link(partial, target)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not target.exists():
            partial.replace(target)


def _revision(database: Path) -> str | None:
    """The migration an existing database is at; None for a file without MLflow's tables."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        found = connection.execute(
            "select name from sqlite_master where name = 'alembic_version'"
        ).fetchone()
        if found is None:
            return None
        row = connection.execute("select version_num from alembic_version").fetchone()
        return str(row[0]) if row else None
    finally:
        connection.close()


def _newest_revision() -> str:
    """The migration that the installed mlflow writes."""
    from mlflow.store.db.utils import _get_latest_schema_revision

    return str(_get_latest_schema_revision())


#: what clients of a server say at length -> what it means
_AWAY = {
    "Failed to resolve": "no machine of that name is known here",
    "Failed to establish a new connection": "nothing answers there",
    "Read timed out": "it does not answer in time",
}


def first_line(error: BaseException) -> str:
    """What an error says, on one line, without passwords; of a server that is away, in words.

    >>> first_line(OSError("HTTPConnection(port=9): Failed to establish a new connection: refused"))
    'nothing answers there'
    """
    for said, meant in _AWAY.items():
        if said in str(error):
            return meant
    lines = without_password(str(error)).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).rstrip(".")[:300]


def without_password(text: str) -> str:
    """Text without the user and password of the addresses in it."""
    return re.sub(r"(?<=://)[^/@\s]+@", "", text)
