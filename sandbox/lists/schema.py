"""The tables of the store.

`list_changes` has a line a change: who, when, why. `list_entries` has a line a version of an entry:
all its fields after that change. Both only ever grow, which triggers hold; what was known at a
time is what the changes up to then say. `list_standing` is derived: the entry that occupies each
list, kind and value, so that duplicates are found at once.

A change is written as one transaction under the store's lock, and its time is taken last, just
before the commit; so numbers and times of changes go up together, and nothing that another
process could not see yet has an earlier time. Foreign keys are left out: in a long import each
would be checked a million times, and nothing but `sandbox.lists.changing` writes here.
"""

import sqlalchemy as sa

METADATA = sa.MetaData()

CHANGES = sa.Table(
    "list_changes",
    METADATA,
    sa.Column("change_id", sa.BigInteger, primary_key=True, autoincrement=False),
    #: microseconds since 1970 UTC, never less than that of the change before
    sa.Column("made_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("made_by", sa.Text, nullable=False),
    #: add, import, change, withdraw or expire
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    #: of an import: name and SHA-256 of the file, and its counts of rows
    sa.Column("file", sa.Text),
    sa.Column("digest", sa.Text, index=True),
    sa.Column("rows", sa.BigInteger),
    sa.Column("accepted", sa.BigInteger),
    sa.Column("refused", sa.BigInteger),
    sa.Column("duplicates", sa.BigInteger),
)

ENTRIES = sa.Table(
    "list_entries",
    METADATA,
    sa.Column("entry_id", sa.BigInteger, primary_key=True, autoincrement=False),
    #: 1 when added, one more with each change
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("change_id", sa.BigInteger, nullable=False),
    #: the change that added the entry
    sa.Column("added_in", sa.BigInteger, nullable=False),
    #: add, change, withdraw or expire
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

STANDING = sa.Table(
    "list_standing",
    METADATA,
    sa.Column("list", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    sa.Column("entry_id", sa.BigInteger, nullable=False),
    sa.Column("valid_until", sa.BigInteger, index=True),
    sqlite_with_rowid=False,
)
