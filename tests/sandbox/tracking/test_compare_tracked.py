"""`risk-sandbox compare` and `ui`, on a real store of runs."""

import json
import os
from dataclasses import replace
from io import StringIO

import pandas as pd
import pytest
from click.testing import CliRunner
from tracked_cells import cell_result

from sandbox.cli import compare_output, main
from sandbox.isolation.outcome import Status
from sandbox.tracking import comparison, open_store, reading, server
from sandbox.workspace import Workspace

#: expected profit by model and seed
PROFIT = {
    "rule matrix": (240.0, 250.0, 260.0),
    "causal pair": (200.4, 210.1, 219.5),
    "boosted PD with a long name": (239.0, 252.0, 257.0),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two studies: one of three models, two markets and three seeds with a failure; one small."""
    root = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        opened = open_store(Workspace(root))
        opened.log(tried("the older one", "rule matrix", "travel", 1, 100.0))
        for market, factor in (("online_rental", 1.0), ("travel", 0.5)):
            for model, values in list(PROFIT.items())[: 3 if factor == 1 else 2]:
                for seed, value in enumerate(values, 1):
                    opened.log(tried("spring", model, market, seed, factor * value))
        lost = tried("spring", "unlucky", "travel", 1, 0.0)
        opened.log(replace(lost, status=Status.TIMED_OUT, reason="took too long", metrics={}))
        yield root


def tried(study, model, market, seed, profit):
    """A cell without what takes time to log."""
    result = cell_result(study, model=model, seed=seed)
    cell = replace(result.cell, scenario=market, digest=f"{study}-{model}-{market}-{seed}")
    metrics = {
        "truth/profit_per_customer": profit,
        "value/approval_rate": 0.5 + seed / 100,
        "perf/auc": 0.7 + seed / 100,
    }
    return replace(
        result, cell=cell, metrics=metrics, attribution=None, model_blob=None, tables={}, results=()
    )


def typed(store, *words):
    return CliRunner().invoke(main, [*words, "--store", str(store)])


@pytest.mark.parametrize("width", [80, 120])
def test_a_person_reads_means_differences_and_what_holds(store, width, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    told = typed(store, "compare", "--scenario", "online_rental")
    assert told.exit_code == 0, told.output
    lines = told.output.splitlines()
    assert max(map(len, lines)) <= width
    assert lines[0] == "Study: spring"  # the latest, not the one whose name was first
    said = " ".join(told.output.split())
    assert "Limit models on online rental: means of 3 seeds" in said
    assert "truth/profit_per_customer" in said
    assert "expected profit, RMB a customer" in said
    assert "Differences to rule matrix, seed by seed (3 of them)" in said
    assert "truth/profit_per_customer -40.0" in said
    assert "causal pair is worse in truth/profit_per_customer" in said
    assert "equal on every seed" in said
    assert "any two models here, as the best was picked from the same figures" in said
    assert "Other studies: 'the older one'" in said
    assert "More seeds decide more" not in said  # something is decided


def test_an_interval_without_zero_is_explained_where_the_word_is_noise():
    """The reader sees both in one row; alone the difference would count, among three not."""
    seeds = [1, 2, 3, 4]
    draws = {"perf/auc": (0.01, -0.01, 0.02, -0.02), "calib/ece": (0.01, -0.02, 0.01, 0.0)}
    rows = [
        {"role": "limit", "scenario": "travel", "model": model, "seed": seed,
         "value/approval_rate": 0.5 + shift * value,
         **{name: 0.7 + shift * values[seed - 1] for name, values in draws.items()}}
        for model, shift in (("one", 0), ("other", 1))
        for seed, value in zip(seeds, (0.01, 0.04, 0.03, 0.06), strict=True)
    ]  # fmt: skip
    found = comparison.compare(pd.DataFrame(rows), "limit", ["travel"], (), "one")
    assert set(found.differences["word"]) == {"may be noise"}
    said = compare_output.conclusion(found)
    assert "interval of value/approval_rate leaves out 0; alone it would count" in said
    assert "More seeds decide more" in said


def test_several_scenarios_are_followed_by_all_of_them_and_failures_are_listed(store):
    told = typed(store, "compare", "spring", "--against", "causal pair")
    said = " ".join(told.output.split())
    assert "Limit models on all 2 scenarios: means of 3 seeds, each scenario with the same" in said
    assert "rule matrix is better in truth/profit_per_customer" in said
    left_out = "Not compared here, having no seed with figures in all scenarios: boosted PD with"
    assert left_out in said
    assert "Runs without figures" in told.output
    assert "unlucky" in told.output
    assert "timed out" in said
    assert "this table, with 5% risk together (Holm)" in said


def test_one_seed_says_that_there_is_no_interval(store):
    told = typed(store, "compare", "the older one")
    assert "rule matrix is alone here" in " ".join(told.output.split())


def test_csv_and_json_hold_the_same_figures(store):
    words = ("compare", "spring", "--metric", "truth/profit_per_customer", "--format")
    table = pd.read_csv(StringIO(typed(store, *words, "csv").output))
    record = json.loads(typed(store, *words, "json").output)
    assert set(table["metric"].dropna()) == {"truth/profit_per_customer"}
    assert table["scenario"].value_counts().to_dict() == {
        "online_rental": 3, "travel": 3, "all 2 scenarios": 2,
    }  # fmt: skip
    first = table[(table["scenario"] == "online_rental") & (table["model"] == "causal pair")]
    assert first["word"].tolist() == ["worse"]
    figures = {row["model"]: row for row in record["comparisons"][0]["figures"]}
    assert figures["causal pair"]["low"] == pytest.approx(first["low"].item())
    assert figures["rule matrix"].get("low") is None
    assert record["without_figures"][0]["model"] == "unlucky"
    assert table[table["model"] == "unlucky"]["why"].str.contains("timed out").all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["spirng"], "There is no study 'spirng'"),
        (["spirng"], "did you mean 'spring'?"),
        (["--metric", "auc"], "no metric 'auc'; did you mean perf/auc?"),
        (["--metric", "value/approval"], "did you mean value/approval_rate?"),
        (["--against", "rule matix"], "no model 'rule matix'; did you mean rule matrix?"),
        (["--scenario", "mars"], "no scenario 'mars'; it has online_rental, travel"),
        (["--role", "fraud"], "no role 'fraud'; it has limit"),
    ],
)
def test_unknown_names_are_answered_with_the_nearest(store, words, said):
    told = typed(store, "compare", *words)
    assert told.exit_code == 2
    assert said in told.stderr
    assert told.stdout == ""


def test_a_place_without_results_is_told_so(tmp_path):
    told = typed(tmp_path, "compare")
    assert told.exit_code == 2
    assert "There are no results in" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_help_says_how_the_words_are_to_be_read():
    told = " ".join(CliRunner().invoke(main, ["compare", "--help"]).output.split())
    assert "95% t-intervals" in told
    assert "all differences of a table together" in told


def test_with_a_tracking_server_ui_prints_its_address_and_starts_nothing(store, monkeypatch):
    monkeypatch.setattr("sandbox.tracking.connection.is_remote", lambda uri: True)
    monkeypatch.setattr(
        reading, "tracking_uri", lambda workspace: "https://me:secret@mlflow.bank.example"
    )
    monkeypatch.setattr(reading, "_client", lambda workspace: open_store(workspace).client)
    told = typed(store, "ui", "--study", "the older one")
    assert told.exit_code == 0, told.output
    address = told.output.splitlines()[0]
    assert address.startswith("https://mlflow.bank.example/#/experiments/")
    assert address.endswith("viewStateShareKey=limit&workflowType=machine_learning")
    assert "press Compare" in told.output
    assert "'spring'" in told.output


def test_an_earlier_ui_on_the_same_port_is_recognised(store, monkeypatch):
    mark = store / server.MARK
    mark.write_text(json.dumps({"address": "http://127.0.0.1:5000", "process": os.getpid()}))
    monkeypatch.setattr(server, "_is_healthy", lambda address: True)
    told = typed(store, "ui")
    mark.unlink()
    assert told.exit_code == 2
    assert "An earlier `risk-sandbox ui` shows these results already" in told.stderr
    assert "http://127.0.0.1:5000/#/experiments/" in told.stderr
    told = typed(store, "ui", "--study", "sprong")
    assert "did you mean 'spring'?" in told.stderr
