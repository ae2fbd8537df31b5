"""What a URL of a store may be, and what is said where it may not."""

import pytest

from sandbox.errors import BadInput
from sandbox.lists import ListStore


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("lists.db", "'lists.db' is no URL of a store; write sqlite:///lists.db"),
        ("mysql://root@host/db", "cannot be of the kind 'mysql'"),
        ("sqlite://", "A store in memory would lose its history"),
        ("sqlite:////proc/no/where.db", "cannot be made"),
        ("postgresql://li:secret@127.0.0.1:1/db", "cannot be opened"),
    ],
)
def test_a_url_that_leads_nowhere_is_told_in_a_sentence_without_a_password(url, sentence):
    with pytest.raises(BadInput, match=sentence) as told:
        ListStore(url)
    assert "secret" not in str(told.value)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "notes.db"
    path.write_text("these are notes, and more than a hundred bytes of them " * 20)
    before = path.read_bytes()
    with pytest.raises(BadInput, match="is no SQLite database"):
        ListStore(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_sqlite_keeps_what_it_promised_through_a_power_cut(tmp_path):
    url = f"sqlite:///{tmp_path}/a/b/lists.db"
    with ListStore(url) as store, store.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
