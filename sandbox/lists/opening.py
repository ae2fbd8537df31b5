"""Opening a store: the database behind a URL, brought up to the tables of this program.

SQLite runs with a write-ahead log and `synchronous=FULL`: what a call has returned from is on the
disk, and readers never wait. A change holds the store's one lock from its beginning to its end;
the lock goes with the process, however it ends.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from sandbox.errors import BadInput
from sandbox.lists import migrations
from sandbox.lists.migrations import HEAD, VERSION_TABLE

#: how long to wait for another process's change, seconds
WAIT = 600
#: of PostgreSQL: any number that nothing else in the database locks
_LOCK = 7_101_145_106
_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_EXAMPLES = "sqlite:///lists.db or postgresql://user@host/database"


@dataclass(frozen=True)
class Database:
    """A database and how to read and to change it."""

    engine: sa.Engine
    #: seconds that a change waits for another one
    wait: float

    @property
    def name(self) -> str:
        """The URL without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one state; what it writes is undone."""
        with self._spoken(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[sa.Connection]:
        """A connection that alone may write; all of it is kept at the end, or nothing."""
        writer = self.engine.execution_options(list_writer=True)
        with self._spoken(), writer.begin() as connection:
            if self.engine.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL synchronous_commit TO on")
                # inside a long import its tables still count as empty, and would be read whole
                connection.exec_driver_sql("SET LOCAL enable_seqscan TO off")
                connection.exec_driver_sql(f"SET LOCAL lock_timeout TO {1 + int(self.wait * 1000)}")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """The driver's errors that a user can mend, as sentences."""
        try:
            yield
        except exc.DBAPIError as error:
            said = " ".join(str(error.orig).split())
            if "database is locked" in said or "lock timeout" in said:
                raise BadInput(
                    f"Another process has been changing {self.name} for {self.wait:.0f} s; wait "
                    "until it is done and try again."
                ) from error
            if "not a database" in said:
                raise BadInput(f"{self.name} is no SQLite database; give another file.") from error
            if _is_unreachable(error):
                raise BadInput(
                    f"{self.name} cannot be opened ({said[:200].rstrip('.')}); check the address, "
                    "the user and that the server runs."
                ) from error
            raise


def opened(url: str, wait: float = WAIT) -> Database:
    """The database behind `url`, with the tables of this program.

    BadInput for a URL of another kind, a server that does not answer, a file that is no database
    and a store that a newer program has written.
    """
    database = Database(_engine(_read_url(url), wait), wait)
    if _revision(database) != HEAD:
        _migrate(database)
    return database


def _read_url(text: str) -> sa.URL:
    try:
        url = sa.make_url(text)
    except exc.ArgumentError as error:
        raise BadInput(f"{text!r} is no URL of a store; write {_EXAMPLES}.") from error
    dialect = url.drivername.split("+")[0]
    if dialect not in _DRIVERS:
        raise BadInput(f"A store cannot be of the kind {dialect!r}; write {_EXAMPLES}.")
    url = url.set(drivername=_DRIVERS[dialect])
    if dialect == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise BadInput(
                "A store in memory would lose its history at the end; write sqlite:///lists.db."
            )
        folder = Path(str(url.database)).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                f"{folder} cannot be made ({error.strerror}); choose another place."
            ) from error
    return url


def _engine(url: sa.URL, wait: float) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
    # parameters are personal, and would stand in the text of every error
    engine = sa.create_engine(url, connect_args={"timeout": wait}, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so, below
        _switch_log_on(connection, wait)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-262144")  # 256 MiB, for long imports

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        is_writer = connection.get_execution_options().get("list_writer")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def _switch_log_on(connection: Any, wait: float) -> None:
    """Write-ahead log; two processes that make a store at once get in each other's way here."""
    end = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except Exception as error:
            # SQLite does not wait by itself for this one
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _revision(database: Database) -> str | None:
    """The revision of the store's tables; None for a database without them."""
    with database.reading() as connection:
        return _revision_seen(connection)


def _revision_seen(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
    return None if found is None else str(found)


def _migrate(database: Database) -> None:
    from alembic import command, util
    from alembic.config import Config

    settings = Config()
    steps = str(Path(migrations.__file__).parent)
    settings.set_main_option("script_location", steps.replace("%", "%%"))
    with database.changing() as connection:
        found = _revision_seen(connection)  # another process may have been here meanwhile
        settings.attributes["connection"] = connection
        try:
            command.upgrade(settings, "head")
        except util.CommandError as error:
            raise BadInput(
                f"{database.name} was written by a newer program (its tables are at {found}, this "
                f"program knows them up to {HEAD}); bring risk-sandbox up to date."
            ) from error


def _is_unreachable(error: exc.DBAPIError) -> bool:
    """Whether the database could not be reached or opened at all."""
    if not isinstance(error, exc.OperationalError):
        return False
    said = str(error.orig)
    return error.statement is None or "unable to open" in said or error.connection_invalidated
