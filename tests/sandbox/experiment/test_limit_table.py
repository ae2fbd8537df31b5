"""One command's table: every limit model on every market, resumed and not run twice."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import data_generators as dg
import sandbox as sb
from sandbox.cell import Cell, CellResult
from sandbox.cli.program import main
from sandbox.experiment import Study, limits_job
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.limit_table import by_market, over_markets
from sandbox.experiment.observable_bound import observable_values
from sandbox.isolation import Status


def cell(model, scenario, seed, value, oracle=100.0, status=Status.OK):
    metrics = {"truth/profit_per_customer": value, "truth/oracle_profit_per_customer": oracle}
    metrics["truth/regret_per_customer"] = oracle - value
    where = Cell("s", model, "f", "limit", scenario, seed, f"{model}{scenario}{seed}")
    return CellResult(cell=where, status=status, metrics=metrics, seconds=2.0)


CELLS = (
    cell("a", "travel", 1, 60.0),
    cell("a", "travel", 2, 90.0, oracle=200.0),
    cell("b", "travel", 1, 50.0),
    cell("b", "travel", 2, 70.0, oracle=200.0),
    cell("a", "ecommerce", 1, 10.0),
    cell("a", "ecommerce", 2, 20.0),
    cell("b", "ecommerce", 1, 40.0),
    cell("b", "ecommerce", 2, 30.0),
    cell("c", "ecommerce", 1, 99.0, status=Status.RAISED),
)


def test_each_market_has_its_models_from_best_to_worst():
    table = by_market(CELLS)
    assert table["scenario"].tolist() == ["travel", "travel", "ecommerce", "ecommerce"]
    assert table["model"].tolist() == ["a", "b", "b", "a"]
    first = table.iloc[0]
    assert (first["seeds"], first["value"], first["regret"]) == (2, 75.0, 75.0)
    assert first["captured"] == 0.5
    assert first["seconds"] == 2.0
    assert np.isnan(first["approved"])


def test_over_markets_the_best_has_rivals_paired_world_by_world():
    table = over_markets(CELLS).set_index("model")
    assert list(table.index) == ["b", "a"]
    assert table["markets"].tolist() == [2, 2]
    assert table["seeds"].tolist() == [4, 4]
    gaps = np.array([10.0, 20.0, -30.0, -10.0])
    assert table["behind"]["a"] == gaps.mean()
    assert table["behind_low"]["a"] < gaps.mean() < table["behind_high"]["a"]
    assert table["behind"]["b"] == 0.0


def test_a_model_that_failed_somewhere_is_compared_with_nobody():
    table = over_markets((*CELLS[:-2], cell("b", "ecommerce", 2, 1.0, status=Status.RAISED)))
    assert table["behind"].isna().all()
    assert by_market(CELLS[-1:]).empty
    assert over_markets(CELLS[-1:]).empty


def test_regret_to_the_best_observable_stands_beside_where_it_was_learnt():
    found = {"scenario": ["travel"] * 2, "seed": [1, 2], "observable": [80.0, 120.0]}
    table = by_market(CELLS, pd.DataFrame(found))
    assert table["regret_observable"].head(2).tolist() == [25.0, 40.0]
    assert table["regret_observable"].tail(2).isna().all()
    assert "regret_observable" not in by_market(CELLS)


def test_the_best_observable_decides_for_those_that_models_are_judged_on(tmp_path, two_models):
    world = dg.World(dg.scenarios.travel, customers=800, months=12)
    models = limits_job.limit_models()
    study = Study(
        "s", worlds=[world], models=models, seeds=[1, 2], workspace=sb.Workspace(tmp_path),
        evaluation_seed=1, replicas=2,
    )  # fmt: skip
    table = observable_values(study.planned(), 1_500, progress=False)
    assert table["seed"].tolist() == [1, 2]
    assert (table["scenario"] == "travel").all()
    assert np.isfinite(table["observable"]).all()


def test_all_models_are_there_and_each_has_a_name_of_its_own():
    models = limits_job.limit_models()
    assert len({m.name for m in models}) == len(models) == 8
    caps = {m.name: m.caps for m in models}
    assert caps["PD and EAD, bare"] == "none"
    assert caps["PD and EAD, capped"] == "house and law"
    assert caps["causal pair"] == "law"


@pytest.fixture
def two_models(monkeypatch):
    models = (
        Entrant.of(sb.models.RuleMatrix()),
        Entrant.of(sb.models.CausalPair(trees=20), caps="law"),
    )
    monkeypatch.setattr(limits_job, "limit_models", lambda months=24: models)
    monkeypatch.setenv("COLUMNS", "120")  # or names wrap


def test_the_command_prints_and_writes_the_table_and_resumes(two_models, tmp_path):
    words = ["limits", "--scenario", "travel", "--customers", "1500", "--months", "12"]
    words += ["--seeds", "1", "--replicas", "2", "--evaluation-seed", "1", "--jobs", "1"]
    words += ["--isolation", "none", "--store", str(tmp_path / "r")]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 0, told.output
    assert "Limit models on travel" in told.stdout
    for word in ("regret", "of the oracle", "PD gap", "causal pair", "rule matrix"):
        assert word in " ".join(told.stdout.split())
    table = pd.read_csv(tmp_path / "r" / "reports" / "travel-limit-models.csv")
    assert set(table["model"]) == {"rule matrix", "causal pair"}
    assert np.allclose(table["regret"], table["oracle"] - table["value"])
    runs = sorted((tmp_path / "r" / "studies").rglob("cell.json"))
    before = [path.stat().st_mtime_ns for path in runs]
    again = CliRunner().invoke(main, words)
    assert again.stdout == told.stdout
    assert len(runs) == 2
    assert [path.stat().st_mtime_ns for path in runs] == before


def test_an_unknown_market_is_one_sentence():
    told = CliRunner().invoke(main, ["limits", "--scenario", "travl"])
    assert told.exit_code == 2
    assert "There is no scenario 'travl'; the nearest is travel" in told.stderr
