"""A crash in the middle of an import leaves the list as before or as after, never between."""

import random
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

from sandbox.lists import ListStore, NewEntry, import_csv
from sandbox.lists.schema import STANDING

ROWS = 3_000
#: of 100 rows each, and an empty one at the end
BATCHES = ROWS // 100 + 1
PROGRAM = """
import sys
from sandbox.lists import ListStore, importing
from sandbox.lists.changing import Change
importing.BATCH = 100  # so that many statements are sent
add = Change.add
def add_and_tell(self, entries):
    print("batch", flush=True)
    return add(self, entries)
Change.add = add_and_tell
url, path = sys.argv[1:]
store = ListStore(url)
store.last_change()
print("ready", flush=True)
sys.stdin.readline()
importing.import_csv(store, path, by="the process that is killed")
print("done", flush=True)
"""


def write_list(folder, name):
    path = folder / f"{name}.csv"
    # hyphens do not count in a device: n1-20 would be n12-0
    lines = [f"black,device,{name}x{i},{name}" for i in range(ROWS)]
    path.write_text("\n".join(["list,kind,value,reason", *lines, ""]))
    return path


def started(url, path):
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def go(process):
    assert process.stdout.readline() == "ready\n"
    process.stdin.write("\n")
    process.stdin.flush()


def check_whole(store, names):
    """Every list is there with all its rows or with none, and all tables agree; which are."""
    counts = store.as_of()["reason"].value_counts().to_dict()
    assert set(counts.values()) <= {ROWS}
    changes = store.changes()
    assert sorted(changes["file"]) == sorted(f"{name}.csv" for name in counts)
    assert set(changes["accepted"]) <= {ROWS}
    with store.database.reading() as connection:
        standing = connection.execute(sa.select(sa.func.count()).select_from(STANDING)).scalar()
    assert standing == ROWS * len(counts)
    assert set(counts) <= set(names)
    return set(counts)


def started_ahead(url, folder, times):
    """Processes that wait for `go`; two at a time, so that none is waited for long."""
    waiting = []
    try:
        for i in range(times + 1):
            if i < times:
                waiting.append((f"n{i}", started(url, write_list(folder, f"n{i}"))))
            if i > 0:
                yield waiting.pop(0)
    finally:
        for _, process in waiting:
            process.kill()
            process.communicate(timeout=60)


def kill_many(url, folder, times, seed):
    """Kill imports at random moments of their run; not all get through."""
    print(f"seed {seed}")
    draw = random.Random(seed)
    with ListStore(url) as store:
        import_csv(store, write_list(folder, "whole"), by="the test")
        names, survived = ["whole"], 0
        for name, process in started_ahead(url, folder, times):
            batches, delay = draw.randint(1, BATCHES), draw.uniform(0, 0.02)
            go(process)
            for _ in range(batches):
                assert process.stdout.readline() == "batch\n"
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            names.append(name)
            # the server of a killed client may still be at its commit; the lock waits for it
            store.expire(by="the test")
            there = check_whole(store, names)
            survived += name in there
            assert {"whole"} <= there, f"{name} was killed in batch {batches}, {delay:.4f} s on"
            assert not list(folder.glob(f"{name}.left_out.csv"))
    assert survived < times, "no import was killed in time: the test proves nothing"


def test_a_killed_import_leaves_before_or_after(url, tmp_path):
    kill_many(url, tmp_path, times=4, seed=11)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_imports_killed_at_many_moments_leave_before_or_after(url, tmp_path, seed):
    kill_many(url, tmp_path, times=20, seed=seed)


def test_two_imports_at_once_both_arrive(url, tmp_path):
    processes = [started(url, write_list(tmp_path, name)) for name in ("one", "two")]
    for process in processes:
        go(process)
    told = [process.communicate(timeout=60)[0] for process in processes]
    assert all(text.endswith("done\n") for text in told)
    with ListStore(url) as store:
        assert check_whole(store, ["one", "two"]) == {"one", "two"}
        assert store.last_change() == 2


def test_the_same_file_twice_at_once_arrives_once(url, tmp_path):
    path = write_list(tmp_path, "one")
    processes = [started(url, path) for _ in range(2)]
    for process in processes:
        go(process)
    told = [process.communicate(timeout=60)[0] for process in processes]
    assert sorted(text.endswith("done\n") for text in told) == [False, True]
    with ListStore(url) as store:
        assert check_whole(store, ["one"]) == {"one"}


def test_what_fails_in_the_middle_leaves_before(url, tmp_path, monkeypatch):
    path = write_list(tmp_path, "one")
    with ListStore(url) as store:
        monkeypatch.setattr("sandbox.lists.importing.BATCH", 100)
        path.write_text(path.read_text() + "blakc,device,x,y\n")
        tally = "sandbox.lists.importing._Tally._duplicate"
        monkeypatch.setattr(tally, lambda *_: 1 / 0)
        store.add(NewEntry("black", "device", f"onex{ROWS - 1}", "before"), by="li")
        with pytest.raises(ZeroDivisionError):
            import_csv(store, path, by="li")
        assert store.as_of()["reason"].tolist() == ["before"]
        assert store.last_change() == 1
        assert [p.name for p in tmp_path.glob("*left_out*")] == []
