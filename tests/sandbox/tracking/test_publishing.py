"""A report in the store: on the runs it compares, with a champion and a challenger of one use."""

from dataclasses import replace

import pytest
from tracked_cells import cell_result

from sandbox.tracking import open_store
from sandbox.tracking.publishing import Published, publish
from sandbox.workspace import Workspace


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        yield open_store(Workspace(tmp_path_factory.mktemp("results")))


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "limits-limit.html"
    path.write_text("<p>fine</p>")
    return path


def aliases(store, name):
    """Which run an alias of a registered model stands for."""
    found = store.client.get_registered_model(name).aliases
    return {
        alias: store.client.get_model_version(name, version).run_id
        for alias, version in found.items()
    }


def reports_at(store, run_id):
    return [file.path for file in store.client.list_artifacts(run_id, "report")]


def test_best_and_runner_up_are_champion_and_challenger_of_their_use(store, report):
    cells = tuple(cell_result("spring", model=name) for name in ("pair", "boosted", "rules"))
    runs = {each.cell.digest: store.log(each) for each in cells}
    publish(store, runs, Published(report, cells))
    ids = [runs[each.cell.digest] for each in cells]
    assert aliases(store, "limit.online_rental") == {"champion": ids[0], "challenger": ids[1]}
    for run_id in ids:
        assert reports_at(store, run_id) == ["report/limits-limit.html"]
        assert store.client.get_run(run_id).info.status == "FINISHED"


def test_a_study_without_a_runner_up_has_no_challenger(store, report):
    first, second, alone = (cell_result("summer", model=name, seed=7) for name in "abc")
    runs = {each.cell.digest: store.log(each) for each in (first, second, alone)}
    publish(store, runs, Published(report, (first, second)))
    assert set(aliases(store, "limit.online_rental")) == {"champion", "challenger"}
    publish(store, runs, Published(report, (alone,)))
    assert aliases(store, "limit.online_rental") == {"champion": runs[alone.cell.digest]}


def test_uses_do_not_share_aliases(store, report):
    here = cell_result("two markets", role="fraud")
    there = replace(here, cell=replace(here.cell, scenario="car_purchase", digest="there"))
    runs = {each.cell.digest: store.log(each) for each in (here, there)}
    for each in (here, there):
        publish(store, runs, Published(report, (each,)))
    assert aliases(store, "fraud.online_rental") == {"champion": runs[here.cell.digest]}
    assert aliases(store, "fraud.car_purchase") == {"champion": runs["there"]}


def test_scores_without_a_model_are_never_champion(store, report):
    scores = cell_result("own scores", role="pd", model="bank", model_blob=None)
    model = cell_result("own scores", role="pd", model="scorecard")
    runs = {each.cell.digest: store.log(each) for each in (scores, model)}
    publish(store, runs, Published(report, (scores, model)))
    assert aliases(store, "pd.online_rental") == {"challenger": runs[model.cell.digest]}


def test_a_report_that_is_there_is_not_sent_again(store, report, monkeypatch):
    cell = cell_result("again")
    runs = {cell.cell.digest: store.log(cell)}
    publish(store, runs, Published(report, (cell,)))
    monkeypatch.setattr(type(store), "attach_report", None)
    publish(store, runs, Published(report, (cell,)))
    assert len(reports_at(store, runs[cell.cell.digest])) == 1
