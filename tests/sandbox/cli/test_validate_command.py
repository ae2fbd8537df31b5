"""`validate`, then `report` and `ui`, on a small portfolio, as a person types them."""

import os
import re
import socket
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sandbox.cli import main
from sandbox.tracking import runs
from sandbox.workspace import Workspace

ROWS = 1_500
MAPPING = """
name: my cards
currency: CNY
id: ACCOUNT
target: {column: BAD, positive: 1, meaning: 90 days past due}
score: PD
features:
  income: {column: INCOME, unit: CNY}
  utilisation: UTIL
  region: {column: REGION, kind: category}
"""


def typed(*words: str):
    return CliRunner(env={"COLUMNS": "120"}).invoke(main, words)


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Path:
    """A folder with a portfolio of two features that matter, scores, and a mapping."""
    rng = np.random.default_rng(11)
    table = pd.DataFrame(
        {
            "ACCOUNT": [f"A{i}" for i in range(ROWS)],
            "INCOME": rng.lognormal(9, 0.5, ROWS).round(2),
            "UTIL": rng.uniform(size=ROWS).round(4),
            "REGION": rng.choice(["north", "south"], ROWS),
        }
    )
    margin = -2 - 1.5 * (np.log(table["INCOME"]) - 9) + 2 * table["UTIL"]
    true_pd = 1 / (1 + np.exp(-margin))
    table["BAD"] = (rng.uniform(size=ROWS) < true_pd).astype(int)
    table["PD"] = true_pd.round(6)
    folder = tmp_path_factory.mktemp("bank")
    table.to_csv(folder / "cards.csv.gz", index=False)
    (folder / "cards.yaml").write_text(MAPPING)
    return folder


@pytest.fixture(scope="module")
def validated(bank):
    """What `validate --fit` said, and the folder of results."""
    store = bank / "results"
    words = ["--portfolio", f"{bank / 'cards.csv.gz'}", "--mapping", f"{bank / 'cards.yaml'}"]
    return typed("validate", *words, "--fit", "--store", f"{store}"), store


def test_it_ends_with_a_table_of_the_models_and_what_to_type_next(validated):
    told, store = validated
    assert told.exit_code == 0, told.output
    for name in ("bank's PD", "boosted PD", "scorecard"):
        (row,) = [line for line in told.stdout.splitlines() if line.strip().startswith(name)]
        assert 0.6 < float(re.findall(r"0\.\d{3}", row)[0]) < 1.0  # AUC
    assert f"risk-sandbox ui --store {store}" in told.stdout


def test_the_report_is_one_file_that_names_the_model(validated):
    _, store = validated
    (report,) = store.glob("reports/*.html")
    assert "my cards" in report.read_text()


def test_every_model_is_a_run_in_mlflow(validated):
    _, store = validated
    found = runs(Workspace(store), "my cards, validation")
    assert sorted(found["model"]) == ["bank's PD", "boosted PD", "scorecard"]
    assert (found["status"] == "ok").all()


def test_a_report_can_be_had_of_a_study_and_of_one_run(validated, tmp_path):
    _, store = validated
    place = ["--store", f"{store}", "--out", f"{tmp_path / 'r.html'}"]
    told = typed("report", "my cards, validation", *place)
    assert told.exit_code == 0, told.output
    found = runs(Workspace(store), "my cards, validation").set_index("model")
    told = typed("report", found.loc["scorecard", "run_id"], *place)
    assert told.exit_code == 0, told.output
    assert "r.html: scorecard on my cards." in told.stdout
    assert (tmp_path / "r.html").stat().st_size > 10_000


def test_a_run_that_is_not_there_is_told(validated):
    told = typed("report", "0" * 32, "--store", f"{validated[1]}")
    assert (told.exit_code, told.stderr.count("\n")) == (2, 1)
    assert "There is no run" in told.stderr


def test_an_occupied_port_is_told_with_one_that_is_free(validated):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = typed("ui", "--port", str(port), "--store", f"{validated[1]}")
    assert (told.exit_code, told.stderr.count("\n")) == (2, 1)
    assert f"Port {port}" in told.stderr
    assert "--port" in told.stderr


def test_a_store_that_is_a_file_is_told(bank):
    words = ["--portfolio", f"{bank / 'cards.csv.gz'}", "--mapping", f"{bank / 'cards.yaml'}"]
    told = typed("validate", *words, "--store", f"{bank / 'cards.yaml'}")
    assert (told.exit_code, told.stderr.count("\n")) == (2, 1)
    assert "is a file, not a folder" in told.stderr


def scored_alone(bank: Path, *words: str):
    files = ["--portfolio", f"{bank / 'cards.csv.gz'}", "--mapping", f"{bank / 'cards.yaml'}"]
    return typed("validate", *files, *words)


def test_an_isolation_level_is_said_to_be_unused_when_no_model_runs(bank, tmp_path):
    told = scored_alone(bank, "--isolation", "vm", "--store", f"{tmp_path}")
    assert told.exit_code == 0, told.output
    assert told.stderr.startswith("--isolation vm was not used: no model runs")
    assert "not used" not in scored_alone(bank, "--store", f"{tmp_path}").output


def test_an_isolation_level_that_is_not_there_is_refused_when_models_run(bank, tmp_path):
    # root is refused at lsm; an ordinary user's host seldom has runsc
    level = "lsm" if os.geteuid() == 0 else "vm"
    told = scored_alone(bank, "--fit", "--isolation", level, "--store", f"{tmp_path / 's'}")
    assert (told.exit_code, told.stderr.count("\n")) == (2, 1)
    assert f"Isolation level {level} cannot be had on this host" in told.stderr
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("rows", "words", "said"),
    [
        (40, [], "has 40 accounts with an outcome, "),
        (100, ["--fit"], " with an outcome in its test part of 30%, "),
    ],
)
def test_too_few_accounts_are_told_before_anything_is_written(bank, tmp_path, rows, words, said):
    pd.read_csv(bank / "cards.csv.gz").head(rows).to_csv(tmp_path / "few.csv", index=False)
    files = ["--portfolio", f"{tmp_path / 'few.csv'}", "--mapping", f"{bank / 'cards.yaml'}"]
    told = typed("validate", *files, *words, "--store", f"{tmp_path / 's'}")
    assert (told.exit_code, told.stderr.count("\n")) == (2, 1)
    assert said in told.stderr
    assert "at least 50 of them and 10 of either kind" in told.stderr
    assert not (tmp_path / "s").exists()


def test_a_model_that_failed_stands_in_the_table_and_in_the_status(bank, tmp_path, monkeypatch):
    from sandbox.models.boosted_pd import BoostedPD

    class Fails(BoostedPD):
        def fit(self, features, labels):
            raise ValueError("no such luck")

    monkeypatch.setattr("sandbox.models.boosted_pd.BoostedPD", Fails)
    told = scored_alone(bank, "--fit", "--store", f"{tmp_path}", "--isolation", "none")
    assert told.exit_code == 2, told.output
    assert "boosted PD (failed)" in told.stdout
    assert "no such luck" in told.stdout.split("Best by")[0]
    assert "Validation report: " in told.stdout
    assert told.stderr.startswith("1 of 3 models' runs failed, first boosted PD")
