"""Alembic's way in: it runs this file under the name `env_py`, with a connection in hand."""

from alembic import context

from sandbox.lists.migrations import VERSION_TABLE
from sandbox.lists.schema import METADATA


def take_the_steps() -> None:
    """Run the steps on the connection that the caller opened, inside its transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        version_table=VERSION_TABLE,
        # SQLite's changes of tables are undone with the rest; Alembic does not assume so
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":
    take_the_steps()
