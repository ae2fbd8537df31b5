"""Fraud models: families left out, a forest that needs no labels, a stack that only rises."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LogisticRegression

from sandbox.errors import BadInput
from sandbox.explanation.contributions import attribute
from sandbox.models import BoostedFraud, FraudStack, IsolationForestFraud, LogisticFraud
from sandbox.models.rising_line import RisingLine, logistic

ROWS = 4_000


@pytest.fixture(scope="module")
def tables():
    """Fraud where a device is new, and among neighbours; lists that know some of both kinds."""
    rng = np.random.default_rng(5)
    features = pd.DataFrame(
        {
            "device_age_days": rng.exponential(300.0, ROWS),
            "requested_amount": rng.lognormal(9.0, 1.0, ROWS),
            "device_applications_7d": rng.poisson(0.2, ROWS).astype(float),
            "neighbours": rng.poisson(1.0, ROWS).astype(float),
            "span_days": np.where(rng.random(ROWS) < 0.4, np.nan, rng.exponential(90.0, ROWS)),
            "email_age_days": rng.exponential(500.0, ROWS),
        }
    )
    odds = -4.0 + 2.0 * (features["device_age_days"] < 40) + 0.8 * features["neighbours"]
    fraud = rng.random(ROWS) < 1 / (1 + np.exp(-odds))
    features["list_black"] = (rng.random(ROWS) < np.where(fraud, 0.2, 0.01)).astype(float)
    features["list_white"] = (rng.random(ROWS) < np.where(fraud, 0.01, 0.2)).astype(float)
    target = fraud.astype(float)
    target[::7] = np.nan
    return features, pd.DataFrame({"target": target})


@pytest.fixture(scope="module")
def stack(tables):
    return FraudStack(trees=30).fit(*tables)


@pytest.mark.parametrize("kind", [BoostedFraud, LogisticFraud, IsolationForestFraud])
def test_a_family_that_is_left_out_has_no_say(tables, kind):
    features, labels = tables
    model = kind(families=("application", "velocity")).fit(features, labels)
    assert "neighbours" not in model.columns_
    assert "device_applications_7d" in model.columns_
    other = features.assign(neighbours=99.0, span_days=0.0, list_black=5.0)
    assert np.array_equal(model.predict(other), model.predict(features))
    values, _, _ = attribute(model, features.iloc[:50], features.iloc[50:90])
    assert (values[:, features.columns.get_loc("neighbours")] == 0).all()
    assert np.abs(values[:, features.columns.get_loc("device_age_days")]).max() > 0


@pytest.mark.parametrize("kind", [BoostedFraud, LogisticFraud, IsolationForestFraud, FraudStack])
def test_a_family_that_there_is_not_is_refused(tables, kind):
    features, labels = tables
    with pytest.raises(BadInput, match="'grpah' is no family; choose among application"):
        kind(families=("grpah",)).fit(features, labels)
    with pytest.raises(BadInput, match="None of the 8 columns is of purposes"):
        kind(families=("purposes",)).fit(features, labels)


def test_the_forest_ranks_as_scikit_learns_own_and_labels_give_only_the_level(tables):
    features, labels = tables
    model = IsolationForestFraud().fit(features, labels)
    seen = labels["target"].notna()
    filled = features.fillna(features[seen].median()).to_numpy()
    own = IsolationForest(max_samples=256, random_state=0).fit(filled[seen])
    score = model.predict(features)[:, 0]
    assert spearmanr(score, -own.score_samples(filled)).statistic > 1 - 1e-9
    other = labels.assign(target=labels["target"].sample(frac=1.0, random_state=1).to_numpy())
    other["target"] = other["target"].where(seen, np.nan).where(~seen | other["target"].notna(), 0)
    again = IsolationForestFraud().fit(features, other).predict(features)[:, 0]
    assert spearmanr(score, again).statistic > 1 - 1e-9
    assert score[seen].mean() == pytest.approx(labels["target"].mean(), rel=1e-3)


def test_contributions_of_the_forest_are_shapley_values_of_the_depth(tables):
    names = ["device_age_days", "neighbours", "span_days"]
    features, labels = tables[0][names], tables[1]
    model = IsolationForestFraud(trees=5, rows=64).fit(features, labels)
    rows, background = features.iloc[:6], features.iloc[100:110]
    values, base, _ = attribute(model, rows, background)

    def worth(row, taken):
        return model.margin(background.assign(**row[list(taken)].to_dict())).mean()

    for place in range(len(rows)):
        row = rows.iloc[place]
        assert base[place] == pytest.approx(worth(row, ()))
        for column, name in enumerate(names):
            others = [other for other in names if other != name]
            subsets = itertools.chain.from_iterable(
                itertools.combinations(others, size) for size in range(3)
            )
            shapley = sum(
                math.factorial(len(s))
                * math.factorial(2 - len(s))
                / 6
                * (worth(row, (*s, name)) - worth(row, s))
                for s in subsets
            )
            assert values[place, column] == pytest.approx(shapley, abs=1e-6)


def test_hits_on_lists_move_the_stack_one_way_only(stack, tables):
    features = tables[0].head(500)
    blind = FraudStack(trees=30, families=("application", "velocity", "graph")).fit(*tables)
    for hits, rising in (("list_black", 1), ("list_white", -1)):
        steps = [blind.predict(features.assign(**{hits: float(k)}))[:, 0] for k in range(4)]
        assert (rising * np.diff(steps, axis=0) >= 0).all()
        assert (rising * (steps[-1] - steps[0])).mean() > 0.01
    assert (stack.line_.slopes[:2] >= 0).all()


def test_a_voice_that_speaks_wrong_is_not_heard(tables):
    features, labels = tables
    misled = features.assign(list_black=1.0 - features["list_black"])
    model = FraudStack(trees=10).fit(misled, labels)
    slopes = dict(zip(model.listed_, model.line_.slopes[-2:], strict=True))
    assert slopes["list_black"] == 0.0
    assert slopes["list_white"] < 0.0


def test_the_stack_believes_trees_by_what_they_say_of_rows_they_did_not_see(tables):
    """Labels without any pattern: trees that grew on a row know it, and would be believed."""
    features, labels = tables
    rng = np.random.default_rng(0)
    noise = pd.DataFrame({"target": (rng.random(ROWS) < 0.05).astype(float)})
    model = FraudStack(trees=60, smallest_leaf=5).fit(features, noise)
    said = model.boosted_.margin(features).reshape(-1, 1)
    learnt_by_heart = LogisticRegression(C=1e6).fit(said, noise["target"]).coef_[0, 0]
    assert learnt_by_heart > 1.0
    assert model.line_.slopes[0] < 0.2
    assert labels["target"].notna().any()


def test_the_stack_stands_without_rules_and_lists(tables):
    features = tables[0][["requested_amount"]].set_axis(["unheard_of"], axis=1)
    model = FraudStack(trees=5).fit(features, tables[1])
    assert model.rules_ is None
    assert model.listed_ == []
    assert len(model.line_.slopes) == 1


def test_a_stack_of_one_fold_is_refused(tables):
    with pytest.raises(BadInput, match="folds is 1"):
        FraudStack(folds=1).fit(*tables)


def test_a_rising_line_is_logistic_regression_where_all_slopes_rise():
    rng = np.random.default_rng(2)
    parts = rng.normal(size=(3_000, 2)) * [1.0, 20.0]
    event = (rng.random(3_000) < logistic(-2.0 + parts @ [1.0, 0.05])).astype(float)
    line = RisingLine.fitted(parts, event, np.ones(2), penalty=0.0)
    plain = LogisticRegression(C=np.inf, tol=1e-10).fit(parts, event)
    assert line.slopes == pytest.approx(plain.coef_[0], rel=1e-3)
    assert line.level == pytest.approx(plain.intercept_[0], rel=1e-3)
    fallen = RisingLine.fitted(-parts, event, np.ones(2), penalty=0.0, least=0.01)
    assert fallen.slopes == pytest.approx([0.01, 0.01])
