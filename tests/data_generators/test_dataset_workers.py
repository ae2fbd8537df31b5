"""Several workers write the same files as one; what is killed leaves nothing to read."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

import data_generators as dg
from data_generators import dataset
from data_generators.dataset import workers, writing
from data_generators.dataset.parts import parts_of
from data_generators.dataset.target import UNFINISHED
from data_generators.errors import WorkerKilled
from data_generators.streams import BLOCK

#: long enough to be killed in
ENDLESS = (
    "import data_generators as dg; from data_generators import dataset;"
    "w = dg.World(dg.scenarios.online_rental, customers=3_000_000, months=24, seed=1);"
    "dataset.write(w, {folder!r}, workers={workers}, progress=False)"
)


@pytest.fixture
def many_parts(monkeypatch):
    """Parts of one block, so that a small world has work for several."""
    monkeypatch.setattr(writing, "parts_of", partial(parts_of, blocks_each=1))


def made(customers=2 * BLOCK + 10, months=1):
    return dg.World(dg.scenarios.online_rental, customers=customers, months=months, seed=4)


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come to this in time"
        time.sleep(0.05)
    return found


def process_writing(folder: Path, count: int) -> subprocess.Popen:
    """A process that writes to `folder` and has begun to."""
    code = ENDLESS.format(folder=str(folder), workers=count)
    process = subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until(lambda: [m for m in folder.parent.glob(f".*/{UNFINISHED}") if begun(m)])
    assert process.poll() is None
    return process


def begun(mark: Path) -> bool:
    return any(p.stat().st_size > 100_000 for p in mark.parent.glob("accounts.parquet/*"))


@pytest.mark.usefixtures("many_parts")
def test_two_workers_write_the_same_bytes_as_one(tmp_path):
    one = dataset.write(made(), tmp_path / "one", workers=1, progress=False)
    two = dataset.write(made(), tmp_path / "two", workers=2, progress=False)
    assert bytes_of(one) == bytes_of(two)


@pytest.mark.long
@pytest.mark.usefixtures("many_parts")
def test_four_workers_and_more_write_the_same_bytes_as_one(tmp_path):
    world = made(9 * BLOCK, months=6)
    one = bytes_of(dataset.write(world, tmp_path / "one", workers=1, progress=False))
    for count in (2, 4, 16):
        several = dataset.write(world, tmp_path / str(count), workers=count, progress=False)
        assert bytes_of(several) == one


TWO_WORKERS = f"""
from functools import partial
import data_generators as dg
from data_generators.dataset import parts, write, writing
writing.parts_of = partial(parts.parts_of, blocks_each=1)
world = dg.World(dg.scenarios.online_rental, customers={BLOCK + 10}, months=1, seed=4)
write(world, "out", workers=2, progress=False)
"""


def test_nothing_that_is_started_runs_a_module_in_the_callers_folder(tmp_path):
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    here.mkdir()
    elsewhere.mkdir()
    for name in ("joblib", "numpy", "pyarrow", "runpy", "multiprocessing", "data_generators"):
        (here / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write('{name} ')")
    # like an installed command, whose own search does not begin in the current folder
    (elsewhere / "command.py").write_text(TWO_WORKERS)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
    done = subprocess.run(
        [sys.executable, elsewhere / "command.py"],
        cwd=here,
        env=environment | {"PYTHONPATH": str(Path(dg.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()
    assert done.returncode == 0, done.stderr
    assert (here / "out" / "manifest.json").exists()


@pytest.mark.usefixtures("many_parts")
def test_a_bar_advances_by_blocks_when_others_work(tmp_path, capsys):
    dataset.write(made(), tmp_path / "out", workers=2)
    assert "3/3" in capsys.readouterr().err


@pytest.mark.parametrize("count", [1, 2])
def test_a_killed_write_leaves_nothing_to_read_and_the_next_clears_it_away(tmp_path, count):
    process = process_writing(tmp_path / "out", count)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "out").exists()
    (remains,) = tmp_path.glob(".out.*")
    with pytest.raises(dg.InvalidInput, match=r"no manifest\.json"):
        dataset.read(remains, "accounts")
    # its workers end by themselves, and then nothing grows there
    until(lambda: not alive_in_session(process.pid))
    dataset.write(made(100), tmp_path / "out", progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert len(dataset.read(tmp_path / "out", "applications")) == 100


def alive_in_session(session: int) -> bool:
    told = subprocess.run(["ps", "-A", "-o", "sess=,stat=,args="], capture_output=True, text=True)
    rows = (line.split(None, 2) for line in told.stdout.splitlines())
    return any(row[0] == str(session) and not row[1].startswith("Z") for row in rows)


def gone(session: int) -> bool:
    """What tidies up after the workers may take a moment longer than they."""
    for _ in range(100):
        if not alive_in_session(session):
            return True
        time.sleep(0.1)
    return False


def test_a_write_that_goes_on_is_not_cleared_away(tmp_path):
    process = process_writing(tmp_path / "out", 1)
    try:
        (theirs,) = tmp_path.glob(".out.*")
        dataset.write(made(100), tmp_path / "out", progress=False)
        assert theirs.is_dir()
    finally:
        process.kill()
        process.wait()


def test_hidden_folders_of_others_are_not_cleared_away(tmp_path):
    (tmp_path / ".out.20250101").mkdir()
    dataset.write(made(100), tmp_path / "out", progress=False)
    assert (tmp_path / ".out.20250101").is_dir()


@pytest.mark.parametrize("count", [1, 2])
def test_an_interrupt_leaves_nothing_and_one_traceback(tmp_path, count):
    process = process_writing(tmp_path / "out", count)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, told = process.communicate(timeout=30)
    assert told.count("Traceback") == 1
    assert told.splitlines()[-1] == "KeyboardInterrupt"
    assert list(tmp_path.iterdir()) == []
    assert gone(process.pid)


@pytest.mark.usefixtures("many_parts")
def test_a_worker_that_is_killed_is_one_sentence_and_leaves_nothing(tmp_path, monkeypatch):
    dies = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # noqa: E731  # sent by value
    monkeypatch.setattr(workers, "_write_in_worker", dies)
    with pytest.raises(WorkerKilled, match=r"^One of 2 workers was killed.*fewer workers\.$"):
        dataset.write(made(), tmp_path / "out", workers=2, progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("many_parts")
def test_an_error_of_a_worker_is_the_error_of_the_write(tmp_path, monkeypatch):
    def fails(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(workers, "_write_in_worker", fails)
    with pytest.raises(OSError, match="No space left") as raised:
        dataset.write(made(), tmp_path / "out", workers=2, progress=False)
    assert raised.value.errno == 28
    assert list(tmp_path.iterdir()) == []
