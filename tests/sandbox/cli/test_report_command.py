"""`report` in every format and of two runs, `validate` of a scored table without a mapping."""

import json
import socket

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sandbox.cell import CellResult
from sandbox.cli import main
from sandbox.experiment.two_runs import against
from sandbox.tracking import runs
from sandbox.validation.definitions import Definitions
from sandbox.validation.policy import Policy
from sandbox.workspace import Workspace

ROWS = 600
FORMATS = ("html", "pdf", "docx", "json", "csv", "xlsx")


def typed(*words):
    return CliRunner(env={"COLUMNS": "120"}).invoke(main, [str(w) for w in words])


def refused(*words):
    """The one line that a refusal is, on stderr."""
    told = typed(*words)
    assert told.exit_code == 2, told.output
    assert "Traceback" not in told.output
    return " ".join(told.stderr.split())


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """A bank's table of scores: two of them, a group, a date and a limit."""
    rng = np.random.default_rng(17)
    margin = rng.normal(-1.5, 1.2, ROWS)
    table = pd.DataFrame(
        {
            "PD": (1 / (1 + np.exp(-margin))).round(6),
            "OTHER": (1 / (1 + np.exp(-margin - rng.normal(0, 0.8, ROWS)))).round(6),
            "SEX": rng.choice(["f", "m"], ROWS),
            "OPENED": rng.choice(["2026-01-15", "2026-02-15", "2026-03-15"], ROWS),
            "LIM": rng.integers(1, 30, ROWS) * 1000,
        }
    )
    table["BAD"] = (rng.uniform(size=ROWS) < table["PD"]).astype(int)
    folder = tmp_path_factory.mktemp("scored")
    table.to_csv(folder / "scored.csv", index=False)
    for name, column in (("one", "PD"), ("two", "OTHER")):
        (folder / f"{name}.yaml").write_text(
            f"name: {name} cards\ncurrency: CNY\ntarget: {{column: BAD}}\nscore: {column}\n"
            'features: {limit_granted: LIM}\nignore: ["*"]\n'
        )
    return folder


COLUMNS = ("--target", "BAD", "--score", "PD")


@pytest.fixture(scope="module")
def written(scored):
    """What `validate` said without a mapping or a network, and where it wrote."""
    words = ["validate", "--portfolio", scored / "scored.csv", *COLUMNS]
    words += ["--group", "SEX", "--date", "OPENED", "--limit", "LIM"]
    store = scored / "store"
    with pytest.MonkeyPatch.context() as patched:

        def no_network(*_):
            raise OSError("no network")

        patched.setattr(socket.socket, "connect", no_network)
        told = typed(*words, "--store", store, "--format", "html,json")
    return told, store


def report_of(store):
    (path,) = store.glob("reports/*.json")
    return json.loads(path.read_text())


def test_a_scored_table_is_validated_offline_without_mapping_or_mlflow(written):
    told, store = written
    assert told.exit_code == 0, told.output
    assert not (store / "mlflow.db").exists()
    read = report_of(store)
    assert {"PD", "BAD"} <= set(" ".join(read["facts"].values()).replace("'", " ").split()) | {
        "BAD"
    }
    assert read["subtitle"] == "PD model · validation report"


def test_the_part_on_the_truth_says_that_it_is_not_evaluated(written):
    (page,) = written[1].glob("reports/*.html")
    assert "Not evaluated: a portfolio has no known truth." in page.read_text()
    assert not [r for r in report_of(written[1])["results"] if r["family"] == "truth"]


def test_groups_dates_and_limits_are_judged_and_shown(written):
    read = {r["id"]: r for r in report_of(written[1])["results"]}
    assert read["fairness.smd"]["verdict"] in {"pass", "warn", "fail"}
    assert "fairness.air" in read
    assert read["out_of_time.auc_trend"]["n"] > 0
    (page,) = written[1].glob("reports/*.html")
    assert "By limit band" in page.read_text()


def test_a_study_is_reported_in_every_format_at_once(written, tmp_path):
    words = ["scored, validation", "--store", written[1], "--out", tmp_path / "r.html"]
    told = typed("report", *words, "--format", "all")
    assert told.exit_code == 0, told.output
    assert sorted(p.suffix[1:] for p in tmp_path.iterdir()) == sorted(FORMATS)
    assert all(p.stat().st_size < 5_000_000 for p in tmp_path.iterdir())


def test_a_bank_s_own_thresholds_judge_again(written, tmp_path):
    policy = tmp_path / "own.yaml"
    policy.write_text(
        "id: own\nversion: '7'\nthresholds:\n  discrimination.auc: {better: higher, warn: 0.99, "
        "fail: 0.98, severity: S1, source: the bank}\n"
    )
    words = ["report", "scored, validation", "--store", written[1], "--out", tmp_path / "r.json"]
    told = typed(*words, "--policy", policy)
    assert told.exit_code == 0, told.output
    read = json.loads((tmp_path / "r.json").read_text())
    auc = next(r for r in read["results"] if r["id"] == "discrimination.auc")
    assert (auc["verdict"], read["opinion"]["text"]) == ("fail", "remediate before use")
    assert "own, version 7" in auc["threshold_source"]
    digest = Policy.from_file(policy).digest[:32]
    assert read["facts"]["Test policy"] == f"own, version 7, SHA-256 {digest}"
    assert Definitions.built_in().digest[:32] in read["facts"]["Definitions"]


def test_a_sign_off_of_one_person_is_refused_before_anything_is_written(written, tmp_path):
    card = tmp_path / "signoff.yaml"
    card.write_text(
        'model_id: X\nversion: "1"\ndeveloper: {name: Li Wei}\nvalidator: {name: LI WEI}\n'
    )
    out = tmp_path / "r.html"
    words = ["report", "scored, validation", "--store", written[1], "--out", out]
    assert "developer and validator are both 'LI WEI'" in refused(*words, "--signoff", card)
    assert not out.exists()


@pytest.fixture(scope="module")
def tracked(scored):
    """Run ids of two scores on the same accounts, each of a study of its own."""
    store = scored / "tracked"
    ids = {}
    for name in ("one", "two"):
        words = ["--portfolio", scored / "scored.csv", "--mapping", scored / f"{name}.yaml"]
        told = typed("validate", *words, "--store", store)
        assert told.exit_code == 0, told.output
        ids[name] = runs(Workspace(store), f"{name} cards, validation").loc[0, "run_id"]
    return store, ids


def test_two_runs_on_the_same_data_are_champion_and_challenger(tracked, tmp_path):
    store, ids = tracked
    words = ["--against", ids["two"], "--store", store, "--out", tmp_path / "r.json"]
    told = typed("report", ids["one"], *words)
    assert told.exit_code == 0, told.output
    read = {r["id"]: r for r in json.loads((tmp_path / "r.json").read_text())["results"]}
    # the other score is the same one with noise
    assert read["comparison.delong"]["statistic"] > 0
    assert read["comparison.delong"]["verdict"] == "pass"
    assert read["comparison.delong"]["n"] == ROWS


def test_a_run_against_itself_a_study_or_other_data_is_refused(tracked, written):
    store, ids = tracked
    assert "are the same run" in refused(
        "report", ids["one"], "--against", ids["one"], "--store", store
    )
    assert "is no run id" in refused(
        "report", ids["one"], "--against", "two cards", "--store", store
    )
    (cell,) = (CellResult.load(p.parent) for p in store.glob("studies/one*/*/cell.json"))
    (other,) = (CellResult.load(p.parent) for p in written[1].glob("studies/*/*/cell.json"))
    turned = other.tables["scored"].assign(target=lambda t: 1 - t.target)
    moved = other.__class__(
        other.cell, other.status, tables={"scored": turned}, datasets=other.datasets
    )
    with pytest.raises(Exception, match="were judged on other data"):
        against(Workspace(store), cell, moved)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say --mapping, or --target COLUMN and --score COLUMN"),
        (("--target", "BAD"), "Say --mapping, or --target COLUMN and --score COLUMN"),
        (("--target", "BAD", "--fit"), "--fit trains on features; give a --mapping"),
        (("--mapping", "taiwan", "--group", "SEX"), "--group stands in the place of a mapping"),
        (("--target", "BAD", "--score", "LIM"), "a probability of default is within [0, 1]"),
        (("--target", "SEX", "--score", "PD"), "the target is 1 (default), 0 (none) or empty"),
        ((*COLUMNS, "--format", "doc"), "'doc' is no format; choose from html, pdf"),
        ((*COLUMNS, "--language", "fr"), "'fr' is not one of"),
        ((*COLUMNS, "--out", "r.doc"), "a report ends in one of .html, .pdf"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(scored, tmp_path, words, said):
    place = ["--portfolio", scored / "scored.csv", "--store", tmp_path / "s"]
    assert said in refused("validate", *place, *words)
