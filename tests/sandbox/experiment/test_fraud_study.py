"""One command's tables: every fraud model on every market, in the sandbox, resumed."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from scipy import stats

import sandbox as sb
from sandbox.cell import Cell, CellResult
from sandbox.cli.program import main
from sandbox.experiment import fraud_job
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.fraud_table import by_market, by_typology, differences, over_markets
from sandbox.isolation import Status

PAIRS = (("a", "b"), ("a", "c"), ("a", "nobody"))


def cell(model, scenario, seed, recall, saved=1.0, oracle=10.0, status=Status.OK, kinds=None):
    metrics = {
        "fraud/recall_at_fpr_2pct": recall,
        "value/fraud_saved_per_customer": saved,
        "truth/fraud_oracle_per_customer": oracle,
    }
    where = Cell("s", model, "f", "fraud", scenario, seed, f"{model}{scenario}{seed}")
    tables = {} if kinds is None else {"recall_by_typology": kinds}
    return CellResult(cell=where, status=status, metrics=metrics, tables=tables, seconds=2.0)


CELLS = (
    cell("a", "travel", 1, 0.5, saved=3.0, oracle=5.0),
    cell("a", "travel", 2, 0.3, saved=1.0, oracle=15.0),
    cell("b", "travel", 1, 0.2),
    cell("b", "travel", 2, 0.1),
    cell("a", "ecommerce", 1, 0.4),
    cell("a", "ecommerce", 2, 0.2),
    cell("b", "ecommerce", 1, 0.6),
    cell("b", "ecommerce", 2, 0.1),
    cell("c", "ecommerce", 1, 0.9, status=Status.RAISED),
)


def naive_interval(values):
    """95% by scipy's own interval of a mean."""
    return stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))


def test_each_market_has_its_models_by_recall_with_an_interval_over_seeds():
    table = by_market(CELLS)
    assert table["scenario"].tolist() == ["travel", "travel", "ecommerce", "ecommerce"]
    assert table["model"].tolist() == ["a", "b", "b", "a"]
    first = table.iloc[0]
    assert first["recall"] == pytest.approx(0.4)
    assert (first["recall_low"], first["recall_high"]) == pytest.approx(naive_interval([0.5, 0.3]))
    # a ratio of means, not a mean of ratios
    assert first["captured"] == pytest.approx(2.0 / 10.0)
    assert (first["seeds"], first["seconds"]) == (2, 2.0)
    assert np.isnan(first["auprc"])


def test_alerts_without_a_fraud_make_the_false_alarms_of_a_market_infinite_and_not_fewer():
    found = cell("a", "travel", 1, 0.5)
    found.metrics.update({"fraud/alerts": 9.0, "fraud/false_positive_ratio": 2.0})
    none = cell("a", "travel", 2, 0.0)
    none.metrics.update({"fraud/alerts": 9.0})
    assert by_market([found])["false_positives"].tolist() == [2.0]
    assert by_market([found, none])["false_positives"].tolist() == [np.inf]
    assert over_markets([found, none])["false_positives"].tolist() == [np.inf]


def test_over_markets_every_market_has_the_same_weight():
    table = over_markets(CELLS).set_index("model")
    assert table.loc["a", "recall"] == pytest.approx((0.4 + 0.3) / 2)
    low, high = naive_interval([(0.5 + 0.4) / 2, (0.3 + 0.2) / 2])
    assert table.loc["a", ["recall_low", "recall_high"]].tolist() == pytest.approx([low, high])
    assert table["markets"].tolist() == [2, 2]
    assert table["seeds"].tolist() == [4, 4]
    assert list(table.index) == ["a", "b"]


def test_differences_are_paired_by_world_and_their_interval_is_over_seeds():
    """Worlds of one seed are alike in all markets, so they count as one."""
    (row,) = differences(CELLS, PAIRS).to_dict("records")
    of_seeds = [np.mean([0.3, -0.2]), np.mean([0.2, 0.1])]
    assert row["difference"] == pytest.approx(np.mean(of_seeds))
    assert (row["low"], row["high"]) == pytest.approx(naive_interval(of_seeds))
    assert (row["model"], row["against"], row["markets"], row["seeds"]) == ("a", "b", 2, 2)


def test_a_world_that_one_of_a_pair_did_not_get_through_is_left_out_of_both():
    cells = (*CELLS[:7], cell("b", "ecommerce", 2, 0.1, status=Status.KILLED))
    (row,) = differences(cells, PAIRS).to_dict("records")
    assert row["difference"] == pytest.approx(np.mean([np.mean([0.3, -0.2]), 0.2]))
    assert differences(CELLS[-1:], PAIRS).empty
    assert by_market(CELLS[-1:]).empty
    assert over_markets(CELLS[-1:]).empty


def test_recall_by_kind_pools_all_cases_and_not_all_worlds():
    def kinds(ring, cases):
        return pd.DataFrame(
            {"typology": ["ring"], "applications": [cases], "recall_at_fpr_2pct": [ring]}
        )

    cells = (
        cell("a", "travel", 1, 0.5, kinds=kinds(0.5, 2)),
        cell("a", "travel", 2, 0.5, kinds=kinds(0.1, 10)),
        cell("b", "travel", 1, 0.5, kinds=kinds(1.0, 2)),
    )
    (row,) = by_typology(cells).to_dict("records")
    assert row == {
        "typology": "ring", "applications": 12, "a": pytest.approx(2 / 12), "b": pytest.approx(1.0)
    }  # fmt: skip


def test_all_models_are_there_and_the_steps_are_between_them():
    models = fraud_job.fraud_models()
    names = [m.name for m in models]
    assert len(set(names)) == 7
    assert {name for step in fraud_job.STEPS for name in step} == set(names)
    assert all(m.explained for m in models)


@pytest.fixture
def few_models(monkeypatch):
    models = (
        Entrant.of(sb.models.FraudRules(), name="rules"),
        Entrant.of(sb.models.FraudStack(trees=10, folds=2), name="stack"),
    )
    monkeypatch.setattr(fraud_job, "fraud_models", lambda: models)
    monkeypatch.setattr(fraud_job, "STEPS", (("stack", "rules"),))
    monkeypatch.setenv("COLUMNS", "120")  # or names wrap


def test_the_command_prints_and_writes_the_tables_and_resumes(few_models, tmp_path):
    words = ["fraud", "--scenario", "travel", "--customers", "1500", "--months", "12"]
    words += ["--seeds", "1", "--evaluation-seed", "1", "--jobs", "1"]
    words += ["--isolation", "namespace", "--store", str(tmp_path / "r")]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 0, told.output
    for word in ("Fraud models on travel", "oracle", "AUPRC", "stack", "identity theft"):
        assert word in " ".join(told.stdout.split())
    table = pd.read_csv(tmp_path / "r" / "reports" / "travel-fraud-models.csv")
    assert set(table["model"]) == {"rules", "stack"}
    assert np.allclose(table["regret"], table["oracle"] - table["saved"])
    assert (table["oracle"] >= table["saved"]).all()
    steps = pd.read_csv(tmp_path / "r" / "reports" / "travel-fraud-models-steps.csv")
    assert {"recall", "saved"} == set(steps["of"])
    runs = sorted((tmp_path / "r" / "studies").rglob("cell.json"))
    before = [path.stat().st_mtime_ns for path in runs]
    again = CliRunner().invoke(main, words)
    assert again.stdout == told.stdout
    assert len(runs) == 2
    assert [path.stat().st_mtime_ns for path in runs] == before


@pytest.mark.parametrize(("word", "least"), [("fraud", "1,000"), ("limits", "500")])
def test_a_market_of_too_few_customers_is_refused_before_anything_runs(word, least, tmp_path):
    words = [word, "--customers", "5", "--store", str(tmp_path / "r")]
    told = CliRunner().invoke(main, words)
    assert told.exit_code == 2
    assert "from 5 customers of a market, which are too few" in told.stderr
    assert f"at least {least}" in told.stderr
    assert not (tmp_path / "r").exists()


def test_an_unknown_market_for_fraud_is_one_sentence():
    told = CliRunner().invoke(main, ["fraud", "--scenario", "travl"])
    assert told.exit_code == 2
    assert "There is no scenario 'travl'; the nearest is travel" in told.stderr
