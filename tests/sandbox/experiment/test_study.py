"""A study finishes what it can, repeats nothing, and goes on where it was."""

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from studies import WORLD, Raises, study

import sandbox as sb
from sandbox.cell import CellResult
from sandbox.experiment import StudyResults
from sandbox.isolation import Status


def test_the_others_finish_when_one_model_fails(tmp_path):
    results = study(tmp_path, [Raises(), sb.models.RuleMatrix()]).run(progress=False, track=False)
    by_model = {c.cell.model: c for c in results.cells}
    assert by_model["raises"].status is Status.RAISED
    assert "no luck today" in by_model["raises"].reason
    assert by_model["rule matrix"].status is Status.OK
    assert results.best.name == "rule matrix"
    row = results.table().set_index("model").loc["raises"]
    assert row["seeds"] == 0
    assert "no luck today" in row["status"]


def test_a_model_that_kills_its_sandbox_costs_its_own_cell_only(tmp_path):
    class Dies(Raises):
        name = "dies"

        def fit(self, features, labels):
            import ctypes

            ctypes.string_at(0)

    models = [Dies(), sb.models.RuleMatrix()]
    results = study(tmp_path, models, level="namespace").run(progress=False, track=False)
    by_model = {c.cell.model: c for c in results.cells}
    assert by_model["dies"].status is Status.KILLED
    assert "SIGSEGV" in by_model["dies"].reason
    assert by_model["dies"].evidence[0].level == "namespace"
    assert by_model["rule matrix"].status is Status.OK


def test_what_was_run_is_read_and_what_failed_is_tried_again(tmp_path):
    first = study(tmp_path, [Raises(), sb.models.RuleMatrix()])
    before = {c.cell.model: c for c in first.run(progress=False, track=False).cells}
    folders = {p.name: p.stat().st_mtime_ns for p in first.folder.iterdir() if p.is_dir()}
    time.sleep(0.02)
    after = {c.cell.model: c for c in first.run(progress=False, track=False).cells}
    assert after["rule matrix"].metrics == before["rule matrix"].metrics
    changed = {
        p.name for p in first.folder.iterdir() if folders.get(p.name) != p.stat().st_mtime_ns
    }
    assert before["rule matrix"].cell.digest not in changed
    assert before["raises"].cell.digest in changed


@pytest.mark.parametrize(
    "change",
    [
        {"seeds": [2]},
        {"evaluation_seed": 10},
        {"policy": sb.LimitPolicy(dti_cap=0.5)},
        {"worlds": [replace(WORLD, customers=2_501)]},
        {"limits": sb.Limits(wall=77.0)},
        {"models": [sb.models.RuleMatrix(pd_bands=(0.1,), income_multiples=(1.0,))]},
    ],
)
def test_a_changed_configuration_is_another_cell(tmp_path, change):
    base = study(tmp_path, [sb.models.RuleMatrix()])
    same = study(tmp_path, [sb.models.RuleMatrix()])
    assert base.planned()[0].cell.digest == same.planned()[0].cell.digest
    changed = study(tmp_path, **{"models": [sb.models.RuleMatrix()], **change})
    assert base.planned()[0].cell.digest != changed.planned()[0].cell.digest


def test_a_result_survives_its_folder(tmp_path):
    results = study(tmp_path, [sb.models.RuleMatrix()]).run(progress=False, track=False)
    read = StudyResults.load(results.workspace, "a study")
    written, again = results.cells[0], read.cells[0]
    assert again.metrics == pytest.approx(dict(written.metrics), nan_ok=True)
    # As text, since a figure that was not evaluated is NaN, which equals nothing.
    assert [str(r.record()) for r in again.results] == [str(r.record()) for r in written.results]
    for name, table in written.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)
    assert np.array_equal(again.attribution.values, written.attribution.values)
    assert again.evidence == written.evidence
    assert again.model_blob == written.model_blob


@pytest.mark.long  # tracking/test_running_studies.py has the same shorter
def test_a_killed_study_goes_on_where_it_was_and_tracks_nothing_twice(tmp_path):
    """SIGKILL after the first of four cells; the second run finishes, every cell once."""
    script = tmp_path / "study.py"
    script.write_text(
        "import sys, data_generators as dg, sandbox as sb\n"
        "world = dg.World(dg.scenarios.online_rental, customers=2_500, months=24, seed=5)\n"
        "if __name__ == '__main__':\n"
        "    sb.Study('killed', worlds=[world], models=[sb.models.RuleMatrix()],\n"
        "             seeds=[1, 2, 3, 4], level='none', jobs=1, evaluation_seed=3, replicas=4,\n"
        f"             workspace=sb.Workspace(sb.workspace.Path({str(tmp_path / 'r')!r}))).run()\n"
    )
    folder = tmp_path / "r" / "studies" / "killed"
    process = subprocess.Popen([sys.executable, str(script)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list(folder.glob("[0-9a-f]*/cell.json")):
        assert process.poll() is None, "the study ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()
    kept = {p.parent.name: p.stat().st_mtime_ns for p in folder.glob("[0-9a-f]*/cell.json")}
    assert 0 < len(kept) < 4
    subprocess.run([sys.executable, str(script)], check=True, stderr=subprocess.DEVNULL)
    cells = StudyResults.load(sb.Workspace(tmp_path / "r"), "killed").cells
    assert len({c.cell.seed for c in cells}) == 4
    for digest, written in kept.items():
        assert (folder / digest / "cell.json").stat().st_mtime_ns == written
    from sandbox.tracking import runs

    tracked = runs(sb.Workspace(tmp_path / "r"), "killed")
    assert len(tracked) == 4


def test_a_half_written_cell_is_not_a_result(tmp_path):
    folder = tmp_path / "cell"
    folder.mkdir()
    with pytest.raises(FileNotFoundError):
        CellResult.load(folder)


class Dies:
    """A model that takes the process down with it, once it is opened."""

    name, family, role, outputs = "dies", "test", "limit", ("pd",)

    def fit(self, features, labels):
        import os
        import signal

        os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_process_costs_one_cell_and_not_the_study(tmp_path):
    """At level none the model runs in the study's own worker process, and kills that."""
    results = study(tmp_path, [sb.models.RuleMatrix(), Dies()], seeds=[1, 2], jobs=2).run(
        progress=False, track=False
    )
    statuses = {c.cell.run_name: c.status for c in results.cells}
    assert len(statuses) == 4
    for name, status in statuses.items():
        assert status is (Status.KILLED if name.startswith("dies") else Status.OK)
