"""The scorecard: points that read as promised, additive to the last digit, at home in a sandbox."""

import json
import subprocess
import sys

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from sandbox.errors import BadInput
from sandbox.explanation.contributions import attribute
from sandbox.isolation import Artefact, Status, worker
from sandbox.models.protocol import Explainable, Model
from sandbox.models.scorecard import Scorecard

ROWS = 4_000


@pytest.fixture(scope="module")
def accounts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Income lowers risk, utilisation and one region raise it, noise says nothing."""
    rng = np.random.default_rng(3)
    features = pd.DataFrame(
        {
            "noise": rng.normal(size=ROWS),
            "income": rng.lognormal(9, 0.5, ROWS),
            "utilisation": np.where(rng.uniform(size=ROWS) < 0.1, np.nan, rng.uniform(size=ROWS)),
            "region": rng.integers(0, 4, ROWS).astype(float),
        }
    )
    margin = (
        -2.0
        - 1.2 * (np.log(features["income"]) - 9)
        + 2.0 * features["utilisation"].fillna(0.7)
        + 0.8 * (features["region"] == 2)
    )
    target = (rng.uniform(size=ROWS) < 1 / (1 + np.exp(-margin))).astype(float)
    target[:300] = np.nan
    return features, pd.DataFrame({"target": target})


@pytest.fixture(scope="module")
def fitted(accounts) -> Scorecard:
    return Scorecard(categories=["region"]).fit(*accounts)


def test_it_is_a_model_that_can_be_explained(fitted):
    assert isinstance(fitted, Model)
    assert isinstance(fitted, Explainable)


def test_it_returns_probabilities_near_the_rate_it_learned(fitted, accounts):
    features, labels = accounts
    pd_of_row = fitted.predict(features)
    assert pd_of_row.shape == (ROWS, 1)
    assert pd_of_row.dtype == np.float64
    assert ((pd_of_row > 0) & (pd_of_row < 1)).all()
    seen = labels["target"].notna()
    # the intercept of a logistic regression makes the means agree
    assert pd_of_row[seen].mean() == pytest.approx(labels["target"].mean(), abs=1e-4)


def test_rows_whose_outcome_was_never_observed_teach_it_nothing(fitted, accounts):
    features, labels = accounts
    seen = labels["target"].notna()
    again = Scorecard(categories=["region"]).fit(features[seen], labels[seen])
    np.testing.assert_array_equal(fitted.predict(features), again.predict(features))


def test_a_feature_that_says_nothing_gets_no_points(fitted):
    assert set(fitted.bins_["feature"]) == {"income", "utilisation", "region"}


def test_no_feature_rewards_the_bin_that_defaults_more(accounts):
    features, labels = accounts
    # two near copies: one of them turns its sign in an unconstrained fit
    noise = np.random.default_rng(4).normal(scale=0.05, size=ROWS)
    card = Scorecard().fit(features.assign(copy=np.log(features["income"]) + noise), labels)
    assert (card.coefficients_ <= 0).all()
    for _, rows in card.bins_.groupby("feature"):
        ordered = rows.sort_values("woe")
        assert (np.diff(ordered["points"]) >= 0).all()


def test_the_points_of_a_rows_bins_add_up_to_its_score(fitted, accounts):
    features = accounts[0].head(50)
    total = np.zeros(len(features))
    for name, rows in fitted.bins_.groupby("feature"):
        at = fitted.cuts_[name].grouping.positions(features[name].to_numpy())
        total += rows["points"].to_numpy()[at]
    np.testing.assert_allclose(total, fitted.points(features), atol=1e-9)


def test_points_mean_odds_and_twenty_more_double_them(fitted, accounts):
    pd_of_row = fitted.predict(accounts[0])[:, 0]
    odds = (1 - pd_of_row) / pd_of_row
    expected = 600 + 20 * np.log2(odds / 50)
    np.testing.assert_allclose(fitted.points(accounts[0]), expected, atol=1e-9)


def test_contributions_add_up_in_the_order_of_the_features_given(fitted, accounts):
    features = accounts[0]
    values, base, margin = attribute(fitted, features.head(200), features.tail(100))
    np.testing.assert_allclose(values.sum(axis=1) + base, margin, atol=1e-12)
    assert (values[:, 0] == 0).all()  # noise
    turned = features[features.columns[::-1]]
    again, _ = fitted.contributions(turned.head(200), turned.tail(100))
    np.testing.assert_array_equal(again, values[:, ::-1])


def test_a_pickle_gives_the_same_scores_where_optbinning_was_never_imported(
    fitted, accounts, tmp_path
):
    features = accounts[0]
    (tmp_path / "model").write_bytes(cloudpickle.dumps(fitted))
    features.to_parquet(tmp_path / "features")
    program = (
        "import pickle, sys, numpy as np, pandas as pd\n"
        "model = pickle.load(open('model', 'rb'))\n"
        "np.save('scores', model.predict(pd.read_parquet('features')))\n"
        "assert 'optbinning' not in sys.modules and 'ortools' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "scores.npy"), fitted.predict(features))


def test_fitted_in_the_sandbox_it_is_the_same_scorecard(fitted, accounts):
    features, labels = accounts
    with worker() as inside:
        blob = inside.fit(Artefact.built_in(Scorecard(categories=["region"])), features, labels)
    assert blob.status is Status.OK, blob.reason
    with worker() as inside:
        scores = inside.score(blob.value, features, ("pd",))
    assert scores.status is Status.OK, scores.reason
    np.testing.assert_array_equal(scores.value, fitted.predict(features))


def test_its_parameters_survive_cloning_and_json():
    card = Scorecard(max_bins=5, categories=("region",))
    assert clone(card).get_params() == card.get_params()
    again = Scorecard(**json.loads(json.dumps(card.get_params())))
    assert list(again.categories) == ["region"]


def test_features_without_information_are_refused_with_the_best_of_them(accounts):
    features, labels = accounts
    with pytest.raises(BadInput, match=r"information value of 0\.02 or more; the best is noise"):
        Scorecard().fit(features[["noise"]], labels)


def test_one_class_is_refused(accounts):
    features, labels = accounts
    with pytest.raises(BadInput, match="both classes"):
        Scorecard().fit(features, labels * 0)
