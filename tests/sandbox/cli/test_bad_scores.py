"""Scores that cannot be judged: each named in a sentence, none passes, nothing half-written."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from sandbox.cli import main
from sandbox.errors import BadInput
from sandbox.validation.fairness import validate_fairness
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict
from sandbox.validation.suite import validate_scores

PROGRAM = [sys.executable, "-c", "from sandbox.cli import main; main()"]
ROWS = 400
COLUMNS = ("--target", "BAD", "--score", "PD")
UNKNOWN = (
    "id: own\nversion: '7'\nthresholds:\n  discrimination.auk: {better: higher, warn: 0.7, "
    "fail: 0.6, severity: S1, source: the bank}\n"
)


def table(rows=ROWS, **columns):
    rng = np.random.default_rng(17)
    pd_ = rng.beta(2, 5, rows).round(6)
    bad = (rng.random(rows) < pd_).astype(int)
    made = {"PD": pd_, "BAD": bad, "SEX": rng.choice(["f", "m"], rows)}
    return pd.DataFrame({**made, **columns})


#: what is wrong -> the table, words after the columns, part of the sentence that says so
REFUSED = {
    "one class only": (
        table(BAD=0),
        (),
        "scored.csv has one class only (0 in every row)",
    ),
    "30 rows": (table(30), (), "has 30 accounts with an outcome"),
    "a score outside [0, 1]": (
        table().assign(PD=lambda t: t.PD + (t.index == 7)),
        (),
        "a probability of default is within [0, 1]",
    ),
    "an unknown test": (
        table(),
        ("--policy", "own.yaml"),
        "own.yaml, line 4: no test is called 'discrimination.auk'; the nearest is",
    ),
    "an unknown group": (table(), ("--group", "REGION"), "has no column 'REGION'"),
}
#: what is wrong -> the table, words after the columns, the test that says so and its reason
NAMED = {
    "constant scores": (
        table(PD=0.2),
        (),
        "discrimination.auc",
        "all 400 scores are the same",
    ),
    "one group": (
        table(SEX="f"),
        ("--group", "SEX"),
        "fairness.smd",
        "every attribute has one group only",
    ),
    "no groups": (table(), (), "fairness.smd", "no attribute of a group was given"),
}


def laid_out(folder, scored):
    scored.to_csv(folder / "scored.csv", index=False)
    (folder / "own.yaml").write_text(UNKNOWN)
    return ("validate", "--portfolio", "scored.csv", *COLUMNS, "--store", "s", "--format", "json")


def in_this_process(words, folder, monkeypatch):
    monkeypatch.chdir(folder)
    told = CliRunner(env={"COLUMNS": "300"}).invoke(main, words)
    return told.exit_code, told.stderr


def in_its_own(words, folder, _):
    told = subprocess.run(
        [*PROGRAM, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    return told.returncode, told.stderr


TYPED = [in_this_process, pytest.param(in_its_own, marks=pytest.mark.long)]


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("wrong", REFUSED)
def test_it_is_refused_in_one_sentence_and_nothing_is_written(wrong, typed, tmp_path, monkeypatch):
    scored, words, said = REFUSED[wrong]
    status, errors = typed((*laid_out(tmp_path, scored), *words), tmp_path, monkeypatch)
    assert status == 2
    assert said in " ".join(errors.split())
    assert "Traceback" not in errors
    assert sorted(p.name for p in tmp_path.iterdir()) == ["own.yaml", "scored.csv"]


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("wrong", NAMED)
def test_it_is_named_in_the_report_and_not_green(wrong, typed, tmp_path, monkeypatch):
    scored, words, test, reason = NAMED[wrong]
    status, errors = typed((*laid_out(tmp_path, scored), *words), tmp_path, monkeypatch)
    assert status == 0, errors
    (path,) = (tmp_path / "s").glob("reports/*")
    read = json.loads(path.read_text())
    results = {r["id"]: r for r in read["results"]}
    assert (results[test]["verdict"], results[test]["reason"]) == ("not evaluated", reason)
    # it weighs in the opinion, by a finding of its family
    family = {"discrimination": "Discrimination", "fairness": "Fairness"}[test.partition(".")[0]]
    (found,) = [f for f in read["findings"] if f["title"].startswith(family)]
    assert found["severity"] in {"S2", "S3"}
    assert read["opinion"]["text"] != "approve"


@pytest.mark.parametrize(
    "scored",
    [table(BAD=0), table(BAD=1), table(PD=0.2), table(30)],
    ids=["good", "bad", "flat", "few"],
)
@pytest.mark.parametrize("role", ["pd", "limit", "fraud"])
def test_in_python_no_test_of_scores_passes_and_each_says_why(scored, role):
    results = validate_scores(scored["BAD"], scored["PD"], role=role)
    ranking = [r for r in results if r.family in {"discrimination", "fraud"}]
    assert ranking
    for result in ranking:
        assert result.verdict is Verdict.NOT_EVALUATED
        assert "400" in result.reason or "30" in result.reason
    # calibration of constant scores can be judged; of one class or 30 rows nothing can
    if scored["PD"].nunique() > 1:
        assert all(r.verdict is Verdict.NOT_EVALUATED for r in results if r.family == "calibration")


@pytest.mark.parametrize("score", [-0.01, 1.01, np.nan, np.inf])
def test_in_python_a_score_outside_0_and_1_is_refused(score):
    scored = table().assign(PD=lambda t: t.PD.where(t.index != 7, score))
    with pytest.raises(BadInput, match=r"\[0, 1\]|finite"):
        validate_scores(scored["BAD"], scored["PD"], role="pd")


@pytest.mark.parametrize("groups", [None, pd.DataFrame(index=range(ROWS)), table(SEX="f")[["SEX"]],
                                    table().assign(SEX=None)[["SEX"]]])  # fmt: skip
def test_in_python_missing_groups_are_named(groups):
    scored = table()
    approved = np.ones(ROWS)
    given = (scored["BAD"], scored["PD"], approved, groups)
    for result in validate_fairness(*given, Policy.default()):
        assert result.verdict is Verdict.NOT_EVALUATED
        assert "group" in result.reason


def test_in_python_a_policy_with_an_unknown_test_is_refused(tmp_path):
    (tmp_path / "own.yaml").write_text(UNKNOWN)
    with pytest.raises(BadInput, match=r"own.yaml, line 4: no test is called"):
        Policy.from_file(tmp_path / "own.yaml")
