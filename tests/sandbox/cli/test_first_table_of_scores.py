"""`risk-sandbox validate` on a table as a bank has it: its coding, its place, its policy."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sandbox.cli import main
from sandbox.experiment import StudyResults
from sandbox.report.language import texts, translated, untranslated
from sandbox.workspace import Workspace

ROWS = 400
POLICY = """\
id: ours
version: "1"
thresholds:
  discrimination.auc: {better: higher, warn: 0.7, fail: 0.6, severity: S1, source: us}
"""


@pytest.fixture
def scored(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(23)
    pds = rng.beta(2, 5, ROWS).round(6)
    return pd.DataFrame(
        {
            "违约概率": pds,
            "违约": rng.binomial(1, pds),
            "性别": rng.choice(["男", "女"], ROWS),
            "SEX": rng.choice(["f", "m"], ROWS),
        }
    )


def validate(file, *words):
    columns = ("--target", "违约", "--score", "违约概率", "--store", "s")
    return CliRunner(env={"COLUMNS": "200"}).invoke(
        main, ["validate", "--portfolio", file, *columns, *words]
    )


def results(path):
    with open(path, encoding="utf-8") as file:
        return {r["id"]: r["statistic"] for r in json.load(file)["results"]}


def test_a_gb18030_table_with_semicolons_gives_the_figures_of_the_utf_8_one(scored):
    scored.to_csv("utf8.csv", index=False)
    scored.to_csv("gbk.csv", index=False, sep=";", encoding="gb18030")
    assert validate("utf8.csv", "--group", "性别", "--out", "a.json").exit_code == 0
    refused = validate("gbk.csv", "--out", "b.json")
    assert refused.exit_code == 2
    assert "--encoding gb18030" in refused.stderr
    told = validate("gbk.csv", "--group", "性别", "--out", "b.json", "--encoding", "gb18030")
    assert told.exit_code == 0, told.stderr
    assert results("b.json") == results("a.json")


def test_an_encoding_beside_a_mapping_is_refused(scored):
    scored.to_csv("utf8.csv", index=False)
    told = CliRunner().invoke(
        main,
        ["validate", "--portfolio", "utf8.csv", "--mapping", "m.yaml", "--encoding", "gbk"],
    )
    assert told.exit_code == 2
    assert "say it in m.yaml instead" in " ".join(told.stderr.split())


def test_a_place_where_no_report_can_be_is_refused_before_any_work(scored, tmp_path):
    scored.to_csv("utf8.csv", index=False)
    told = validate("utf8.csv", "--out", "utf8.csv/x.html")
    assert told.exit_code == 2
    assert "cannot be written" in told.stderr
    assert "is a file" in told.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["utf8.csv"]


def test_what_a_short_policy_leaves_unjudged_is_said_on_the_terminal_and_in_the_report(
    scored, tmp_path
):
    scored.to_csv("utf8.csv", index=False)
    (tmp_path / "p.yaml").write_text(POLICY)
    told = validate("utf8.csv", "--policy", "p.yaml", "--out", "r.html")
    assert told.exit_code == 0, told.stderr
    assert "sets no bounds for" in told.stderr
    assert "extends: standard" in told.stderr
    assert "sets no bounds for" in (tmp_path / "r.html").read_text("utf-8")
    (tmp_path / "q.yaml").write_text("extends: standard\n" + POLICY)
    told = validate("utf8.csv", "--policy", "q.yaml", "--out", "r.html")
    assert "sets no bounds for" not in told.stderr
    assert "Opinion by rule: approve with conditions." in told.stdout
    assert "sets no bounds for" not in (tmp_path / "r.html").read_text("utf-8")


def test_columns_beside_a_score_are_not_said_to_be_what_the_model_reads(scored, tmp_path):
    scored.to_csv("utf8.csv", index=False)
    assert validate("utf8.csv", "--out", "r.html").exit_code == 0
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "not known: only its scores were given" in page
    assert "Protected attributes among the model" not in page


def test_the_chinese_report_on_scores_alone_has_no_english_sentence(scored):
    scored.to_csv("utf8.csv", index=False)
    assert validate("utf8.csv", "--group", "性别", "--out", "r.json").exit_code == 0
    document = StudyResults.load(Workspace(Path("s")), "utf8, validation").best.document()
    assert untranslated(document, "zh") == ()
    said = texts(translated(document, "zh"))
    assert not [text for text in said if "not recorded" in text or "not known" in text]


def test_two_tables_of_one_file_name_are_kept_apart_by_name(scored):
    scored.to_csv("scored.csv", index=False)
    assert validate("scored.csv", "--name", "April", "--format", "json").exit_code == 0
    found = {p.name for p in Path("s/studies").iterdir()}
    assert found == {"april-validation"}
    blank = validate("scored.csv", "--name", " ")
    assert blank.exit_code == 2
    assert "names nothing; use letters or digits" in " ".join(blank.stderr.split())
