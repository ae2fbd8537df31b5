"""A vendor's model is explained in its cell like a built-in one, or the cell says why not."""

from types import SimpleNamespace

import joblib
import lightgbm
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

import data_generators as dg
import sandbox as sb
from sandbox.errors import BadInput
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.explained import _check_order, explained, positions_explained
from sandbox.explanation.additivity import AdditivityError
from sandbox.features import credit_features
from sandbox.isolation import Outcome, Status
from sandbox.validation.result import Verdict


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vendors")
    world = dg.World(dg.scenarios.travel, customers=1_000, months=18, seed=8)
    known = credit_features(world.observed().applications).fillna(0.0)
    event = (np.random.default_rng(0).random(len(known)) < 0.3).astype(int)
    trees = lightgbm.LGBMClassifier(n_estimators=10, verbose=-1, n_jobs=1)
    joblib.dump(trees.fit(known, event), folder / "light.joblib")
    several = HistGradientBoostingClassifier(max_iter=5).fit(known, np.arange(len(known)) % 3)
    joblib.dump(several, folder / "three.joblib")
    models = [
        Entrant.from_file(folder / f"{name}.joblib", role="limit", outputs=("pd",))
        for name in ("light", "three")
    ]
    workspace = sb.Workspace(folder / "workspace")
    study = sb.Study("vendors", models=models, worlds=[world], workspace=workspace, seeds=[1])
    return study.run(progress=False, track=False)


def gate(results, model):
    cell = next(cell for cell in results.cells if cell.cell.model == model)
    return cell, next((r for r in cell.results if r.id == "explanation.additivity"), None)


def test_trees_of_a_vendor_are_explained_by_the_workers_own_account(results):
    cell, passed = gate(results, "light")
    assert passed.verdict is Verdict.PASS
    assert cell.attribution.output == "log-odds of class 1 (as the model's worker says)"
    assert "woodelf" in cell.attribution.method
    assert len(cell.attribution.values) == len(cell.attribution.features)
    shown = results.contender("limit", "light").explain().shap()
    np.testing.assert_array_equal(shown.values, cell.attribution.values)


def test_a_model_of_several_classes_says_why_it_is_not_explained_and_what_can_be(results):
    cell, missing = gate(results, "three")
    assert cell.attribution is None
    assert missing.verdict is Verdict.NOT_EVALUATED
    assert "3 classes" in missing.reason
    assert "one class against the rest" in missing.reason
    with pytest.raises(BadInput, match=r"no additive explanation to show: .* 3 classes"):
        results.contender("limit", "three").explain()


@pytest.mark.parametrize("rows", [1, 9, 10])
def test_an_explanation_of_a_handful_of_rows_is_not_judged(rows):
    """A slow model may get no further, and one that lies may say that it is slow."""
    table = pd.DataFrame({"bureau_utilisation": np.linspace(0, 1, 40)})
    trial = SimpleNamespace(evaluation_features=table, training_features=table)
    margin = table["bureau_utilisation"].to_numpy()[positions_explained(40)]
    given = (margin[:rows, None] - 0.5, np.full(rows, 0.5), margin[:rows])
    outcome = Outcome(Status.OK, given, "", evidence=None, said=("score", "shap"))
    attribution, gate = explained(trial, "", outcome, margin)
    assert (attribution is None) == (rows < 10)
    assert gate.verdict is (Verdict.NOT_EVALUATED if rows < 10 else Verdict.PASS)
    assert rows >= 10 or f"explained {rows} of 40 rows" in gate.reason


@pytest.mark.parametrize("name", ["good\x1b[2Jmodel", "two\nlines"])
def test_a_vendors_file_cannot_be_named_so_that_a_terminal_obeys(tmp_path, name):
    joblib.dump(HistGradientBoostingClassifier(), tmp_path / f"{name}.joblib")
    with pytest.raises(BadInput, match="give it a name of letters"):
        Entrant.from_file(tmp_path / f"{name}.joblib", role="limit", outputs=("pd",))


@pytest.mark.parametrize("name", ["s" * 300, "贷" * 90, "red \x1b[31m", "two\nlines"])
def test_a_study_has_a_name_that_a_folder_and_a_terminal_can_have(name):
    with pytest.raises(BadInput, match="use one line of at most 200 bytes"):
        sb.Study(name, models=[], worlds=[])


def test_scores_rounded_to_single_precision_keep_the_order_and_others_do_not():
    margin = np.linspace(-3, 3, 500)
    score = 1 / (1 + np.exp(-margin))
    _check_order(margin, score.astype(np.float32).astype(float))
    score[100] += 0.01
    with pytest.raises(AdditivityError, match="does not follow the scores: in row 101"):
        _check_order(margin, score)
