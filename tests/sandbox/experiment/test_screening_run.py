"""Screening with a model of a study: a world's last days, and a file's applications."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data_generators import World, scenarios
from sandbox.cell import Cell, CellResult
from sandbox.errors import BadInput
from sandbox.experiment.results import StudyResults
from sandbox.experiment.screening_run import (
    Setting,
    learned,
    market_of,
    model_of,
    screen_file,
    screen_world,
)
from sandbox.isolation import Status
from sandbox.lists import ListStore, NewEntry
from sandbox.lists.clock import world_time
from sandbox.rules import default_rules
from sandbox.screening.applications_file import read_applications
from sandbox.screening.verdict_log import read_log
from sandbox.workspace import Workspace

WORLD = World(scenarios.online_rental, 1500, 12, seed=11)


def study(tmp_path, role="fraud", blob=b"opaque"):
    cells = tuple(
        CellResult(
            Cell("small", name, "hgb", role, "online_rental", 1, name), Status.OK,
            metrics={"fraud/auprc": auprc}, model_blob=blob, model_kind="joblib",
            inputs=("age", "neighbours"), outputs=("score",),
        )
        for name, auprc in (("a model", 0.2), ("a better one", 0.4))
    )  # fmt: skip
    return StudyResults(Workspace(tmp_path), "small", cells)


def test_the_best_fraud_model_of_a_study_is_taken_or_the_one_named(tmp_path):
    best = model_of(study(tmp_path), None)
    assert (best.name, best.inputs) == ("a better one", ("age", "neighbours"))
    assert (str(best.artefact.kind), best.artefact.payload) == ("joblib", b"opaque")
    assert model_of(study(tmp_path), "a model").name == "a model"


def test_studies_without_a_fraud_model_to_screen_with_are_refused(tmp_path):
    with pytest.raises(BadInput, match="no fraud models"):
        model_of(study(tmp_path, role="limit"), None)
    with pytest.raises(BadInput, match="left no model as bytes"):
        model_of(study(tmp_path, blob=None), None)


def test_a_model_screens_the_market_that_it_was_learned_on(tmp_path):
    one = study(tmp_path)
    cells = [
        replace(c, cell=replace(c.cell, scenario="travel"), model_blob=b"other") for c in one.cells
    ]
    both = StudyResults(one.workspace, "both", (*one.cells, *cells))
    assert market_of(both, None, "travel") == "travel"
    assert market_of(one, None, "travel") == "online_rental"
    assert model_of(both, None, "travel").artefact.payload == b"other"
    with pytest.raises(BadInput, match="no fraud models of travel; it has those of online_rental"):
        market_of(one, "travel", "online_rental")
    with pytest.raises(BadInput, match="no model 'bogus' on online_rental; it has a model, a bet"):
        model_of(one, "bogus")


@pytest.fixture(scope="module")
def chosen():
    return learned(WORLD, 355.0, "process")


def test_a_model_learns_nothing_of_the_days_it_will_screen(chosen):
    assert not any(name.startswith(("partner_traced", "neighbours_back")) for name in chosen.inputs)
    assert {"list_black", "neighbours", "device_applications_7d"} <= set(chosen.inputs)
    with pytest.raises(BadInput, match="No fraud was confirmed by day 3"):
        learned(WORLD, 3.0, "process")


def test_days_of_a_world_are_screened_and_only_their_applications_have_cases(chosen):
    days = screen_world(WORLD, chosen, Setting(default_rules(), level="process"), days=6.0)
    applied = WORLD.observed().applications["event_time"]
    assert len(days.verdicts) == (applied > applied.max() - 6.0).sum()
    assert days.setting.capacity == 1
    assert all(verdict.score is not None for verdict in days.verdicts)
    with pytest.raises(BadInput, match="999999 is not among those screened"):
        days.case(999999)
    with pytest.raises(BadInput, match=r"there was no alert|the last alerts are"):
        days.case(999999)
    case = days.case(days.verdicts[-1].application_id)
    assert case.money is None


def test_a_log_is_gone_on_with_by_later_applications_alone(chosen, tmp_path):
    rows = WORLD.observed().applications.sort_values(["event_time", "customer_id"]).tail(20)
    setting = Setting(default_rules(), 1, log=tmp_path / "log.jsonl", level="process")
    parts = []
    for name, some in (("early", rows.head(12)), ("late", rows.tail(8))):
        some.to_csv(tmp_path / f"{name}.csv", index=False)
        parts.append(read_applications(tmp_path / f"{name}.csv"))
    for part in parts:
        screen_file(part, chosen, setting)
    log = read_log(setting.log)
    assert [each.application_id for each in log] == rows["customer_id"].tolist()
    alerts = [each.alert_day for each in log if each.alert_day is not None]
    assert len(alerts) == len(set(alerts))
    for part in parts:
        with pytest.raises(
            BadInput, match=r"has verdicts up to day .* give a log that ends before"
        ):
            screen_file(part, chosen, setting)
    assert len(read_log(setting.log)) == 20


def test_a_file_is_screened_against_the_lists_of_a_store(chosen, tmp_path):
    rows = WORLD.observed().applications.head(30)
    rows.to_csv(tmp_path / "today.csv", index=False)
    given = read_applications(tmp_path / "today.csv")
    first = rows.sort_values(["event_time", "customer_id"]).iloc[0]
    with ListStore(f"sqlite:///{tmp_path}/lists.db", now=lambda: world_time(0.0)) as store:
        black = NewEntry("black", "phone", str(first["phone_id"]), "confirmed fraud")
        device = NewEntry("black", "device", str(first["device_id"]), "confirmed fraud")
        store.add_many([black, device], "test")
        found = screen_file(given, chosen, Setting(default_rules(), 5, level="process"), store)
    assert len(found.verdicts) == 30
    assert found.verdicts[0].decision == "decline"
    assert len(found.verdicts[0].lists) == 2
    assert np.isfinite(pd.Series([v.score for v in found.verdicts], dtype=float)).all()
