"""A study shows what it is at; killed, it says so, and goes on without a duplicate."""

import subprocess
import sys
import time
from dataclasses import replace

import pandas as pd
import pytest
from tracked_cells import cell_result
from tracked_studies import kill, living, small_study, started, states

from sandbox.errors import BadInput
from sandbox.experiment.plan import code_digest
from sandbox.isolation.outcome import Status
from sandbox.tracking import open_store, runs
from sandbox.tracking.logbook import Logbook
from sandbox.tracking.orphans import GONE, INTERRUPTED, end_orphans
from sandbox.tracking.owner import Owner
from sandbox.workspace import Workspace


@pytest.fixture(autouse=True)
def _no_other_store(monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def run_of(store, run_id):
    return store.client.get_run(run_id)


def gone_owner():
    """The owner tag of a process that has ended, here a zombie's: nobody has waited for it."""
    code = "from sandbox.tracking.owner import Owner; print(Owner.here().tag, flush=True)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as p:
        tag = p.stdout.read().strip()
        assert Owner.of(tag).pid == p.pid
        deadline = time.monotonic() + 30
        while not Owner.of(tag).is_gone():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    return tag


def test_an_owner_is_told_from_a_later_process_of_the_same_number():
    here = Owner.here()
    assert not here.is_gone()
    assert replace(here, started="1").is_gone()
    assert not replace(here, host="another", pid=1, started="1").is_gone()
    assert Owner.of("") is None
    assert Owner.of("somebody") is None


def test_a_cell_at_work_is_a_running_run_that_names_no_place_and_no_host(store):
    import platform
    from pathlib import Path

    run = run_of(store, store.begin(cell_result("at work").cell))
    assert run.info.status == "RUNNING"
    assert run.data.tags["owner"] == Owner.here().tag
    told = " ".join(run.data.tags.values())
    assert platform.node() not in told
    assert str(Path.cwd()) not in told
    assert str(Path.home()) not in told
    assert run.data.tags["mlflow.runName"] == "rule matrix · online rental · seed 1"


def test_a_result_goes_into_the_run_that_was_begun_for_it(store):
    result = cell_result("begun")
    begun = store.begin(result.cell)
    assert store.log(result, begun=begun) == begun
    run = run_of(store, begun)
    assert run.info.status == "FINISHED"
    assert run.data.tags["status"] == "ok"
    assert list(runs(store.workspace, "begun")["run_id"]) == [begun]


def test_a_finished_run_is_never_opened_again(store):
    result = cell_result("closed")
    first = store.log(replace(result, status=Status.RAISED, metrics={}))
    before = run_of(store, first).info
    begun = store.begin(result.cell)
    store.client.set_terminated(begun, "KILLED")
    fresh = store.log(result, begun=begun)
    assert fresh not in {first, begun}
    after = run_of(store, first).info
    assert (after.status, after.end_time) == (before.status, before.end_time)
    assert after.lifecycle_stage == "deleted"
    assert list(runs(store.workspace, "closed")["run_id"]) == [fresh]


def test_runs_of_a_dead_process_are_marked_by_whoever_opens_the_store(store):
    left = store.begin(cell_result("left").cell)
    mine = store.begin(cell_result("left", seed=2).cell)
    other = store.client.create_run(run_of(store, left).info.experiment_id).info.run_id
    store.client.set_tag(left, "owner", gone_owner())
    table = runs(store.workspace, "left").set_index("run_id")
    run = run_of(store, left)
    assert run.info.status == "KILLED"
    assert run.data.tags["ended"] == GONE
    assert run.info.end_time == run.info.start_time
    assert table.loc[left, "status"] == "not finished"
    assert run_of(store, mine).info.status == "RUNNING"
    assert run_of(store, other).info.status == "RUNNING", "no run of ours"
    assert end_orphans(store.client) == 0


def test_a_killed_run_is_replaced_by_the_cells_own(store):
    result = cell_result("replaced")
    left = store.begin(result.cell)
    store.client.set_tag(left, "owner", gone_owner())
    fresh = store.log(result)
    assert list(runs(store.workspace, "replaced")["run_id"]) == [fresh]
    assert run_of(store, left).info.lifecycle_stage == "deleted"


def interrupted(logbook, result):
    with logbook:
        logbook.begin(result.cell)
        raise KeyboardInterrupt


def test_an_interrupted_study_leaves_no_run_at_work(store):
    with pytest.raises(KeyboardInterrupt):
        interrupted(Logbook(store.workspace, "interrupted"), cell_result("interrupted"))
    (run,) = store.client.search_runs([store.experiment("interrupted")])
    assert run.info.status == "KILLED"
    assert run.data.tags["ended"] == INTERRUPTED


def written_down(logbook, results):
    with logbook:
        for result in results:
            logbook.begin(result.cell)
            logbook.write(result)


def test_a_cell_that_may_not_be_logged_costs_no_other_cell(store):
    bad = cell_result("refusing", tables={"who": pd.DataFrame({"customer_id": [1]})})
    good = cell_result("refusing", seed=2)
    logbook = Logbook(store.workspace, "refusing")
    with pytest.raises(BadInput, match="who is who"):
        written_down(logbook, (bad, good))
    assert list(runs(store.workspace, "refusing")["run_id"]) == [logbook.runs[good.cell.digest]]


def test_at_most_as_many_cells_are_shown_at_work_as_run_at_the_same_time(tmp_path, monkeypatch):
    counted = []
    begin, write = Logbook.begin, Logbook.write

    def begun(self, cell):
        begin(self, cell)
        counted.append(len(self._begun))

    def written(self, result):
        assert result.cell.digest in self._begun, "shown while it was at work"
        write(self, result)

    monkeypatch.setattr(Logbook, "begin", begun)
    monkeypatch.setattr(Logbook, "write", written)
    study = small_study(tmp_path, seeds=(1, 2, 3))
    results = study.run(progress=False)
    assert max(counted) == study.jobs
    assert len(counted) == 3
    assert len(results.runs) == 3
    assert not results.untracked
    assert states(living(study.workspace)) == {"FINISHED": 3}


def killed_when(workspace, seeds, ready):
    """Start the study, kill it once `ready` holds for its runs, and return these."""
    process = started(workspace.root, seeds)
    try:
        deadline = time.monotonic() + 120
        while True:
            assert process.poll() is None, "the study ended before it could be killed"
            assert time.monotonic() < deadline
            found = living(workspace) if workspace.database.exists() else []
            if ready(states(found)):
                break
            time.sleep(0.02)
    finally:
        kill(process)
    return living(workspace)


def resumed(workspace, seeds):
    # this process knows the sources as they were when it first asked; the other one read them anew
    unedited = code_digest() == code_digest.__wrapped__()
    assert unedited, "the sources were edited since these tests began: run them again"
    results = small_study(workspace.root, seeds).run(progress=False)
    found = living(workspace)
    digests = [run.data.tags["cell"] for run in found]
    assert sorted(digests) == sorted({c.cell.digest for c in results.cells}), "one run a cell"
    assert states(found) == {"FINISHED": len(seeds)}
    assert {run.info.run_id for run in found} == set(results.runs.values())
    versions = open_store(workspace).client.search_model_versions()
    assert len(versions) == len(seeds), "one registered version a cell"


def test_a_killed_study_says_so_and_goes_on_without_a_duplicate(tmp_path):
    """SIGKILL while cells are at work: RUNNING, then KILLED, then replaced."""
    workspace, seeds = Workspace(tmp_path), (1, 2, 3)
    found = killed_when(
        workspace, seeds, lambda s: s.get("FINISHED", 0) >= 1 and s.get("RUNNING", 0) >= 1
    )
    left = [run for run in found if run.info.status == "KILLED"]
    assert left
    assert all(run.data.tags["ended"] == GONE for run in left)
    assert "RUNNING" not in states(found)
    resumed(workspace, seeds)


def test_cells_that_were_finished_but_not_logged_are_logged_on_resuming(tmp_path):
    study = small_study(tmp_path, seeds=(1, 2))
    study.run(progress=False, track=False)
    left = open_store(study.workspace).begin(study.planned()[0].cell)
    open_store(study.workspace).client.set_tag(left, "owner", gone_owner())
    resumed(study.workspace, (1, 2))


@pytest.mark.long
@pytest.mark.parametrize("moment", range(8))
def test_a_study_may_be_killed_at_any_moment(tmp_path, moment):
    """Between the first run and the last, every half second or so."""
    workspace, seeds = Workspace(tmp_path), (1, 2, 3, 4)
    process = started(workspace.root, seeds)
    deadline = time.monotonic() + 120
    while not (workspace.database.exists() and living(workspace)):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.6 * moment)
    kill(process)
    assert "RUNNING" not in states(living(workspace))
    resumed(workspace, seeds)
