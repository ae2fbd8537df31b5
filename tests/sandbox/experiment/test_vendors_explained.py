"""A vendor's model is explained in its cell like a built-in one, or the cell says why not."""

import joblib
import lightgbm
import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

import data_generators as dg
import sandbox as sb
from sandbox.errors import BadInput
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.explained import _check_order
from sandbox.explanation.additivity import AdditivityError
from sandbox.features import credit_features
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


def test_scores_rounded_to_single_precision_keep_the_order_and_others_do_not():
    margin = np.linspace(-3, 3, 500)
    score = 1 / (1 + np.exp(-margin))
    _check_order(margin, score.astype(np.float32).astype(float))
    score[100] += 0.01
    with pytest.raises(AdditivityError, match="does not follow the scores: in row 101"):
        _check_order(margin, score)
