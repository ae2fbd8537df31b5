"""What a store promises, in SQLite and in PostgreSQL alike."""

import subprocess
import sys

import pytest
import sqlalchemy as sa

from sandbox.errors import BadInput
from sandbox.lists import DuplicateEntry, ListStore, NewEntry
from sandbox.lists.entries import COLUMNS
from sandbox.lists.migrations import HEAD, VERSION_TABLE
from sandbox.lists.schema import METADATA
from tests.sandbox.lists.clocks import START, Clock, day

PHONE = "138 0013 8000"


def phone(list_name="black", value=PHONE, **more):
    return NewEntry(list_name, "phone", value, more.pop("reason", "confirmed fraud"), **more)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(url, clock):
    with ListStore(url, now=clock, wait=20) as opened:
        yield opened


def test_an_entry_is_kept_as_given_and_in_its_one_form(store):
    added = store.add(
        phone(source="bureau", valid_until=day(30), evidence='{"case": 7}'), by="li", why="report 3"
    )
    assert (added.value, added.given) == ("+8613800138000", PHONE)
    assert (added.added_by, added.added_at, added.valid_from) == ("li", START, START)
    assert (added.source, added.valid_until, added.evidence) == ("bureau", day(30), '{"case": 7}')
    assert store.entry(added.entry_id) == added
    assert store.find("phone", "+86 13800138000") == (added,)
    (row,) = store.as_of().to_dict("records")
    assert row == {name: getattr(added, name) for name in COLUMNS}


def test_it_is_still_there_for_the_next_process(store, url, clock):
    added = store.add(phone(), by="li")
    with ListStore(url, now=clock) as again:
        assert again.entry(added.entry_id) == added
        assert again.last_change() == store.last_change() == 1


def test_a_duplicate_is_refused_and_the_standing_entry_left_as_it_is(store):
    first = store.add(phone(), by="li")
    with pytest.raises(DuplicateEntry, match=r"\*\*\*00 stands on the black list already") as told:
        store.add(phone(value="+8613800138000", reason="another"), by="wang")
    assert told.value.entry_id == first.entry_id
    assert "1380013" not in str(told.value)
    assert store.entry(first.entry_id) == first
    assert store.last_change() == 1


def test_a_value_may_stand_on_two_lists_and_of_two_kinds(store):
    entries = [phone(), phone("white"), NewEntry("black", "account", PHONE, "mule")]
    assert store.add_many(entries, by="li").added == 3


def test_entries_added_together_name_their_duplicates(store):
    first = store.add(phone(), by="li")
    added = store.add_many([phone("grey"), phone(), phone("grey")], by="li")
    assert added.entry_ids == (2, first.entry_id, 2)
    assert (added.added, added.duplicates, added.change_id) == (1, 2, 2)


def test_what_was_known_does_not_change_afterwards(store, clock):
    added = store.add(phone(), by="li")
    before = clock.forward(days=1)
    clock.forward(days=1)
    store.change(added.entry_id, "wang", "typing error", reason="suspected fraud")
    between = clock.forward(days=1)
    clock.forward(days=1)
    store.withdraw(added.entry_id, "wang", "another person's number")
    assert store.as_of(START - (day(1) - START)).empty
    assert store.as_of(before)["reason"].tolist() == ["confirmed fraud"]
    assert store.as_of(between)["reason"].tolist() == ["suspected fraud"]
    assert store.as_of().empty
    assert store.find("phone", PHONE, when=before) == (added,)


def test_known_repeats_the_state_after_a_change_to_the_change(store):
    first = store.add(phone(), by="li")
    store.withdraw(first.entry_id, "li", "a mistake")  # at the same moment
    assert store.as_of(START).empty
    assert store.as_of(START, known=1)["entry_id"].tolist() == [first.entry_id]
    assert store.as_of(START, known=0).empty


def test_an_entry_is_in_force_from_its_beginning_until_just_before_its_end(store, clock):
    store.add(phone(valid_from=day(2), valid_until=day(4)), by="li")
    clock.at = day(10)
    in_force = [len(store.as_of(day(n))) for n in (0, 1.99, 2, 3.99, 4, 5)]
    assert in_force == [0, 0, 1, 1, 0, 0]


def test_what_ran_out_is_kept_and_makes_room_for_another(store, clock):
    old = store.add(phone(valid_until=day(4)), by="li")
    clock.at = day(5)
    new = store.add(phone(), by="wang", why="again")
    assert new.entry_id != old.entry_id
    history = store.history(entry_id=old.entry_id)
    assert history["action"].tolist() == ["expire", "add"]
    assert store.as_of(day(3))["entry_id"].tolist() == [old.entry_id]
    with pytest.raises(BadInput, match="Entry 1 has run out; add a new one"):
        store.withdraw(old.entry_id, "li", "late")


def test_expire_writes_down_what_ran_out_once(store, clock):
    store.add_many([phone(valid_until=day(4)), phone("grey", valid_until=day(9))], by="li")
    clock.at = day(5)
    assert store.expire(by="nightly job") == 1
    assert store.expire(by="nightly job") == 0
    assert store.last_change() == 2  # nothing to write down is no change
    assert store.history()["made_by"].tolist()[0] == "nightly job"


def test_an_entry_that_has_run_out_already_is_refused(store, clock):
    clock.at = day(5)
    with pytest.raises(BadInput, match=r"The end \(valid_until\) has passed"):
        store.add(phone(valid_until=day(4)), by="li")
    with pytest.raises(BadInput, match="of entry 1 has passed"):
        store.add_many([phone("grey"), phone(valid_until=day(4))], by="li")
    assert store.last_change() == 0


def test_a_change_names_only_what_it_changes(store, clock):
    added = store.add(phone(source="bureau", valid_until=day(4)), by="li")
    clock.at = day(1)
    changed = store.change(added.entry_id, "wang", "court order", valid_until=None)
    assert (changed.valid_until, changed.source, changed.reason) == (None, "bureau", added.reason)
    assert (changed.added_by, changed.added_at) == ("li", START)
    clock.at = day(50)
    assert len(store.as_of()) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"valid_until": day(-1)}, "is not after the beginning"),
        ({"valid_from": day(-9), "valid_until": day(-1)}, "withdraw ends it now"),
        ({"reason": " "}, "reason is empty"),
        ({"evidence": "x" * 20_001}, "20,001 characters"),
    ],
)
def test_a_change_to_nonsense_is_refused_whole(store, fields, sentence):
    added = store.add(phone(), by="li")
    with pytest.raises(BadInput, match=sentence):
        store.change(added.entry_id, "li", "", **fields)
    assert store.entry(added.entry_id) == added


def test_withdrawing_one_that_does_not_stand_withdraws_none(store):
    store.add_many([phone(), phone("grey")], by="li")
    with pytest.raises(BadInput, match="There is no entry 99"):
        store.withdraw_many([1, 99], "li", "cleaning")
    assert len(store.as_of()) == 2
    assert store.withdraw_many([1, 2, 2], "li", "cleaning") == 2
    with pytest.raises(BadInput, match="Entry 1 was withdrawn"):
        store.withdraw(1, "li", "again")


def test_history_tells_who_did_what_and_why_newest_first(store, clock):
    store.add(phone(), by="li", why="report 3")
    clock.forward(days=1)
    store.change(1, "wang", "checked", reason="court order")
    store.add(phone("grey"), by="li")
    events = store.history(kind="phone", value=PHONE)
    assert events["action"].tolist() == ["add", "change", "add"]
    assert events["made_by"].tolist() == ["li", "wang", "li"]
    assert events["why"].tolist() == ["", "checked", "report 3"]
    assert events["made_at"].tolist() == [day(1), day(1), START]
    assert len(store.history(entry_id=1, limit=1)) == 1
    assert store.changes()["what"].tolist() == ["add", "change", "add"]


@pytest.mark.parametrize("statement", ["UPDATE {} SET change_id = 9", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["list_entries", "list_changes"])
def test_history_cannot_be_rewritten_by_hand(store, table, statement):
    store.add(phone(), by="li")
    with pytest.raises(sa.exc.DBAPIError, match="only grows"), store.database.changing() as open_:
        open_.exec_driver_sql(statement.format(table))
    assert len(store.as_of()) == 1


def test_history_only_goes_forward(store, clock):
    store.add(phone(), by="li")
    clock.forward(minutes=-4)
    assert store.add(phone("grey"), by="li").added_at == START  # a clock set right by a little
    clock.forward(days=-1)
    with pytest.raises(BadInput, match="history only goes forward"):
        store.add(phone("white"), by="li")


def test_who_makes_a_change_has_to_be_said(store):
    with pytest.raises(BadInput, match="A change needs a name"):
        store.add(phone(), by=" ")


def test_an_unknown_column_is_named(store):
    with pytest.raises(BadInput, match="no column 'colour'"):
        store.as_of(columns=("entry_id", "colour"))


def test_text_of_any_script_comes_back_as_it_was(store):
    added = store.add(
        NewEntry(
            "grey", "name", "王　芳🂡", "'; DROP TABLE list_entries; --", evidence="a\tb\r\nc\\"
        ),
        by="李",
    )
    assert (added.given, added.evidence, added.added_by) == ("王　芳🂡", "a\tb\r\nc\\", "李")


def test_many_entries_arrive_as_the_same_as_one(store):
    texts = ["plain", "tab\there", "line\nbreak", "back\\slash", r"\N", '"quoted"', "王"]
    entries = [phone(value=f"1380000{i:04d}", reason=text) for i, text in enumerate(texts)]
    store.add_many(entries, by="li")
    assert store.as_of()["reason"].tolist() == texts


def test_the_tables_are_those_that_the_program_knows(store):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.database.reading() as connection:
        options = {"version_table": VERSION_TABLE}
        assert (
            compare_metadata(MigrationContext.configure(connection, opts=options), METADATA) == []
        )
        (newest,) = connection.exec_driver_sql(f"SELECT * FROM {VERSION_TABLE}").all()
    assert newest == (HEAD,)


def test_a_store_of_a_newer_program_is_refused_and_left_alone(store, url):
    with store.database.changing() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = 'v0099'")
    with pytest.raises(BadInput, match=r"newer program .*v0099.*bring risk-sandbox up to date"):
        ListStore(url)
    with store.database.reading() as connection:
        found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
    assert found == "v0099"


def test_processes_that_make_a_store_at_once_do_not_collide(url):
    program = (
        "import sys; from sandbox.lists import ListStore, NewEntry\n"
        "store = ListStore(sys.argv[1]); sys.stdin.readline()\n"
        "store.add(NewEntry('black', 'device', sys.argv[2], 'test'), by='process')\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, url, f"device{i}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for i in range(4)
    ]
    told = [process.communicate("\n", timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, told
    with ListStore(url) as store:
        assert sorted(store.as_of()["value"]) == [f"device{i}" for i in range(4)]
        assert store.last_change() == 4


def test_an_unexpected_error_of_the_database_tells_no_value(store):
    with store.database.changing() as connection:
        connection.exec_driver_sql("DROP TABLE list_standing")
    with pytest.raises(sa.exc.DBAPIError) as told:
        store.add(phone(), by="li")
    assert "13800138000" not in str(told.value)


def test_a_change_does_not_wait_for_another_for_ever(store, url, clock):
    with (
        ListStore(url, now=clock, wait=0.2) as impatient,
        store.database.changing(),
        pytest.raises(BadInput, match="Another process has been changing"),
    ):
        impatient.add(phone(), by="li")


def test_reading_does_not_wait_for_a_change(store, url, clock):
    store.add(phone(), by="li")
    with ListStore(url, now=clock, wait=0.2) as other, store.database.changing() as connection:
        connection.exec_driver_sql("DELETE FROM list_standing")
        assert len(other.as_of()) == 1
