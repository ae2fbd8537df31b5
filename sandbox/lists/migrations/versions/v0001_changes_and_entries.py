"""The first tables, and the triggers that keep history as it was written.

The columns stand in `sandbox.lists.schema` again, and this step does not read them there: it makes
what the first version had, whatever the tables become in later ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("list_changes", "list_entries")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "list_changes",
        sa.Column("change_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("made_at", sa.BigInteger, nullable=False, index=True),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("file", sa.Text),
        sa.Column("digest", sa.Text, index=True),
        sa.Column("rows", sa.BigInteger),
        sa.Column("accepted", sa.BigInteger),
        sa.Column("refused", sa.BigInteger),
        sa.Column("duplicates", sa.BigInteger),
    )
    op.create_table(
        "list_entries",
        sa.Column("entry_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("change_id", sa.BigInteger, nullable=False),
        sa.Column("added_in", sa.BigInteger, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False, index=True),
        sa.Column("given", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("valid_from", sa.BigInteger, nullable=False),
        sa.Column("valid_until", sa.BigInteger),
        sa.Column("evidence", sa.Text, nullable=False),
    )
    op.create_table(
        "list_standing",
        sa.Column("list", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("valid_until", sa.BigInteger, index=True),
        sqlite_with_rowid=False,
    )
    _refuse_rewriting()


def _refuse_rewriting() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION list_history_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
    )
    for table in _APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION list_history_only_grows()"
        )


def downgrade() -> None:
    """Refuse: before this step there is nothing, and history is not thrown away by a program."""
    raise NotImplementedError(
        "The first step cannot be undone, since its tables hold the history of the lists; "
        "to start afresh, give a new store."
    )
