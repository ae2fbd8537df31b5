"""One call explains every estimator, as Shapley's own formula does and adding up."""

import itertools
import math

import lightgbm
import numpy as np
import optbinning
import pandas as pd
import pytest
import shap
import sklearn.ensemble as se
import xgboost
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import sandbox as sb
from sandbox.errors import BadInput
from sandbox.explanation import tree_ensembles
from sandbox.explanation.any_model import QUICK, _Game
from sandbox.explanation.contributions import found_in

ROWS = 500
SEED = {"random_state": 0}
FEW = {"n_estimators": 8, **SEED}
THREAD = {"n_jobs": 1, **FEW}
QUIET = {"verbose": -1, **THREAD}


@pytest.fixture(scope="module")
def data():
    draw = np.random.default_rng(0)
    whole = pd.DataFrame(draw.normal(size=(ROWS, 4)), columns=list("abcd"))
    whole["d"] = draw.integers(0, 4, ROWS).astype(float)
    event = (whole.a * whole.b + whole.d + draw.normal(size=ROWS) > 1.5).astype(int).to_numpy()
    return whole, whole.mask(draw.random(whole.shape) < 0.15), event


def raw(model, x):
    return model.decision_function(x)


def probability(model, x):
    return model.predict_proba(x)[:, 1]


def predicted(model, x):
    return model.predict(x)


def xgb_margin(model, x):
    return model.predict(x, output_margin=True)


def lgb_margin(model, x):
    return model.predict(x, raw_score=True)


def logarithm(model, x):
    return np.log(model.predict(x))


def columns(*parts):
    return ColumnTransformer(list(parts), remainder="passthrough", sparse_threshold=0)


ONE_HOT = ("one hot", OneHotEncoder(handle_unknown="ignore"), ["d"])
#: model, how to ask it for what is explained, whether values are missing, words of the method
ESTIMATORS = {
    "logistic": (LogisticRegression(), raw, False, "closed form"),
    "ridge": (Ridge(), predicted, False, "closed form"),
    "elastic net": (ElasticNet(alpha=0.01), predicted, False, "closed form"),
    "gradient descent": (SGDClassifier(loss="log_loss", **SEED), raw, False, "closed form"),
    "linear machine": (LinearSVC(), raw, False, "closed form"),
    "scaled": (
        make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), LogisticRegression()),
        raw, True, "closed form",
    ),
    "one hot": (
        make_pipeline(columns(ONE_HOT), SimpleImputer(), LogisticRegression()),
        raw, True, "closed form",
    ),
    "binned": (
        make_pipeline(optbinning.BinningProcess(list("abcd")), LogisticRegression()),
        raw, True, "closed form",
    ),
    "scorecard": (
        optbinning.Scorecard(optbinning.BinningProcess(list("abcd")), LogisticRegression()),
        raw, True, "closed form",
    ),
    "histogram": (se.HistGradientBoostingClassifier(max_iter=8), raw, True, "woodelf"),
    "amounts": (se.HistGradientBoostingRegressor(max_iter=8), predicted, True, "woodelf"),
    "counts": (
        se.HistGradientBoostingRegressor(loss="poisson", max_iter=8), logarithm, False, "woodelf",
    ),
    "gradient": (se.GradientBoostingClassifier(**FEW), raw, False, "woodelf"),
    "gradient amounts": (se.GradientBoostingRegressor(**FEW), predicted, False, "woodelf"),
    "forest": (se.RandomForestClassifier(max_depth=4, **FEW), probability, True, "woodelf"),
    "deep forest": (se.RandomForestClassifier(**FEW), probability, False, "woodelf"),
    "forest amounts": (se.RandomForestRegressor(max_depth=4, **FEW), predicted, True, "woodelf"),
    "extra trees": (se.ExtraTreesClassifier(max_depth=4, **FEW), probability, True, "woodelf"),
    "tree": (DecisionTreeClassifier(max_depth=4, **SEED), probability, True, "woodelf"),
    "tree amounts": (DecisionTreeRegressor(max_depth=4, **SEED), predicted, True, "woodelf"),
    "xgboost": (xgboost.XGBClassifier(max_depth=4, **THREAD), xgb_margin, True, "woodelf"),
    "xgboost amounts": (xgboost.XGBRegressor(**THREAD), predicted, True, "woodelf"),
    "lightgbm": (lightgbm.LGBMClassifier(**QUIET), lgb_margin, True, "woodelf"),
    "lightgbm amounts": (lightgbm.LGBMRegressor(**QUIET), predicted, True, "woodelf"),
    "scaled trees": (
        make_pipeline(StandardScaler(), se.HistGradientBoostingClassifier(max_iter=8)),
        raw, True, "woodelf",
    ),
    # woodelf reads these otherwise than their libraries do, or not at all
    "native categories": (
        se.HistGradientBoostingClassifier(max_iter=8, categorical_features=[3]),
        probability, False, "shap, exact",
    ),
    "averaged boosting": (
        lightgbm.LGBMClassifier(boosting_type="rf", subsample=0.5, subsample_freq=1, **QUIET),
        probability, True, "shap, exact",
    ),
    "zeros as missing": (
        lightgbm.LGBMClassifier(zero_as_missing=True, **QUIET), probability, True, "shap, exact",
    ),
    "one hot trees": (
        make_pipeline(columns(ONE_HOT), se.HistGradientBoostingClassifier(max_iter=8)),
        probability, True, "shap, exact",
    ),
    "components": (
        make_pipeline(PCA(3), LogisticRegression()), probability, False, "shap, exact",
    ),
    "calibrated": (
        CalibratedClassifierCV(LogisticRegression(), cv=2), probability, False, "shap, exact",
    ),
    "machine": (SVC(), raw, False, "shap, exact"),
}  # fmt: skip


def shapley(say, row, background):
    """Interventional Shapley values by definition: every coalition, every background row."""
    width = len(row)
    worth = {}
    for members in itertools.product([False, True], repeat=width):
        mixed = background.copy()
        for column in np.flatnonzero(members):
            mixed.isetitem(column, np.repeat(row.iloc[column], len(mixed)))
        worth[members] = np.mean(say(mixed))
    values = np.zeros(width)
    for members, alone in worth.items():
        others = sum(members)
        for k in [k for k in range(width) if not members[k]]:
            weight = math.factorial(others) * math.factorial(width - others - 1)
            joined = (*members[:k], True, *members[k + 1 :])
            values[k] += weight / math.factorial(width) * (worth[joined] - alone)
    return values


@pytest.mark.parametrize("name", ESTIMATORS)
def test_contributions_are_the_shapley_values_of_the_definition(data, name):
    whole, holes, event = data
    model, ask, missing, method = ESTIMATORS[name]
    features = holes if missing else whole
    model = model.fit(features, event)
    rows, background = features.iloc[:40], features.iloc[100:130]
    found = found_in(model, rows, background)
    assert found.method.startswith(method)
    output = np.asarray(ask(model, rows), dtype=float)
    np.testing.assert_allclose(found.margin, output, atol=1e-5)
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, output, atol=1e-5)
    expected = [shapley(lambda x: ask(model, x), rows.iloc[i], background) for i in range(3)]
    np.testing.assert_allclose(found.values[:3], expected, atol=2e-6)


def test_an_isolation_forest_is_explained_by_its_cuts(data):
    whole, _, _ = data
    model = se.IsolationForest(max_features=0.6, **FEW).fit(whole)
    found = found_in(model, whole.head(50), whole.tail(30))
    order = np.corrcoef(found.margin, model.score_samples(whole.head(50)))[0, 1]
    assert order > 0.95
    assert "cuts" in found.output


def test_values_just_beside_a_threshold_take_the_branch_that_the_model_takes(data):
    """In single precision a threshold and a value may be the same that differ in double."""
    whole, _, event = data
    model = xgboost.XGBClassifier(**THREAD).fit(whole, event)
    thresholds = model.get_booster().trees_to_dataframe().query("Feature == 'a'")["Split"]
    near = np.float64(np.float32(thresholds.to_numpy()))
    rows = whole.head(len(near)).assign(a=near * (1 - 1e-9))
    found = found_in(model, rows, whole.tail(30))
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, found.margin, atol=1e-5)


def test_early_stopping_leaves_out_the_rounds_that_predictions_leave_out(data):
    whole, _, event = data
    model = xgboost.XGBClassifier(
        learning_rate=0.6, early_stopping_rounds=2, **{**THREAD, "n_estimators": 60}
    ).fit(whole[:200], event[:200], eval_set=[(whole[200:], event[200:])], verbose=False)
    assert model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    found = found_in(model, whole.head(50), whole.tail(30))
    np.testing.assert_allclose(found.margin, xgb_margin(model, whole.head(50)), atol=1e-5)


def test_early_stopping_by_a_callback_leaves_them_out_as_well(data):
    whole, _, event = data
    stop = xgboost.callback.EarlyStopping(rounds=2)
    given = {**THREAD, "n_estimators": 60}
    model = xgboost.XGBClassifier(learning_rate=0.6, callbacks=[stop], **given).fit(
        whole[:200], event[:200], eval_set=[(whole[200:], event[200:])], verbose=False
    )
    assert model.best_iteration + 1 < model.get_booster().num_boosted_rounds()
    found = found_in(model, whole.head(50), whole.tail(30))
    np.testing.assert_allclose(found.margin, xgb_margin(model, whole.head(50)), atol=1e-5)


@pytest.mark.parametrize("maker", [se.GradientBoostingClassifier, se.GradientBoostingRegressor])
def test_trees_that_were_never_grown_are_not_read(data, maker):
    """treelite reads as many trees as were asked for, whether they are there or not."""
    whole, _, event = data
    model = maker(n_iter_no_change=2, n_estimators=300, **SEED).fit(whole, event)
    assert len(model.estimators_) < 300
    announced = tree_ensembles._as_grown(model)
    assert announced.n_estimators == len(model.estimators_)
    assert model.n_estimators == 300
    found = found_in(model, whole.head(20), whole.tail(30))
    assert found.method.startswith("woodelf")


def test_a_column_of_categories_that_no_tree_splits_on_is_no_obstacle(data):
    whole, _, event = data
    words = whole.assign(d=pd.Categorical(whole["d"].map(str)))
    model = lightgbm.LGBMClassifier(min_data_per_group=ROWS + 1, **QUIET).fit(words, event)
    found = found_in(model, words.head(5), words.tail(20))
    np.testing.assert_allclose(found.margin, probability(model, words.head(5)))
    assert not found.values[:, 3].any()


def test_raw_scores_that_are_no_log_odds_are_not_called_so(data):
    whole, _, event = data
    steep = lightgbm.LGBMClassifier(sigmoid=2.0, **QUIET).fit(whole, event)
    root = lightgbm.LGBMRegressor(reg_sqrt=True, **QUIET).fit(whole, event * 9.0)
    for model, words in ((steep, "binary sigmoid:2"), (root, "regression sqrt")):
        assert found_in(model, whole.head(5), whole.tail(9)).output == f"raw score ({words})"


def test_text_and_categories_are_explained_by_asking(data):
    whole, _, event = data
    words = whole.assign(d=whole["d"].map({0.0: "west", 1.0: "east", 2.0: "north", 3.0: None}))
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    trees = se.RandomForestClassifier(max_depth=3, **FEW)
    mixing = make_pipeline(columns(("words", encoder, ["d"])), PCA(2), trees)
    model = make_pipeline(*mixing.named_steps.values()).fit(words.fillna("none"), event)
    found = found_in(model, words.fillna("none").head(20), words.fillna("none").tail(30))
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, found.margin)
    assert np.abs(found.values[:, 3]).max() > 0


class Scored:
    """Any object with predict."""

    def __init__(self, function):
        self.predict = function


@pytest.mark.parametrize("seed", range(3))
def test_asked_models_keep_efficiency_symmetry_and_dummies(seed):
    """Twelve features, so orders are drawn: what adds up does, what has no effect gets none."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(draw.normal(size=(60, 12)), columns=[f"f{i}" for i in range(12)])
    table["f1"] = table["f0"]
    model = Scored(lambda x: (x["f0"] * x["f1"] + x["f2"]).to_numpy())
    found = found_in(model, table.head(10), table.tail(20), seed=seed)
    assert found.method.startswith("shap, permutation")
    np.testing.assert_allclose(found.values.sum(axis=1) + found.base, found.margin)
    np.testing.assert_allclose(found.values[:, 0], found.values[:, 1], atol=1e-9)
    np.testing.assert_allclose(found.values[:, 3:], 0.0, atol=1e-12)
    alone = table["f2"].head(10) - table["f2"].tail(20).mean()
    np.testing.assert_allclose(found.values[:, 2], alone)


def test_a_feature_of_large_numbers_that_differ_little_is_not_left_out():
    """shap alone takes numbers for equal that differ by less than one in 100,000."""
    stamps = pd.DataFrame({"time": 1.7e9 + np.arange(40.0), "rest": np.arange(40.0) % 3})
    model = Scored(lambda x: (x["time"] - 1.7e9 + x["rest"]).to_numpy())
    found = found_in(model, stamps.head(10), stamps.tail(20))
    np.testing.assert_allclose(found.values[:, 0], np.arange(10.0) - 29.5)


def test_the_background_has_the_smallest_codes_which_shap_can_tell_apart():
    rows, usual = pd.DataFrame({"x": np.arange(500.0)}), pd.DataFrame({"x": [700.0, 3.0]})
    game = _Game.of(rows, usual, lambda table: table["x"].to_numpy())
    assert game.background[:, 0].tolist() == [0, 1]
    assert game.say(game.rows).tolist() == rows["x"].tolist()


@pytest.mark.long
def test_a_feature_of_very_many_values_is_not_left_out():
    rows = 150_000
    table = pd.DataFrame({"row": np.arange(float(rows)), "rest": np.arange(float(rows)) % 3})
    model = Scored(lambda x: (x["row"] + x["rest"]).to_numpy())
    found = found_in(model, table, pd.DataFrame({"row": [150_000.0], "rest": [0.0]}))
    np.testing.assert_allclose(found.values[:, 0], table["row"] - 150_000)


def test_the_same_seed_gives_the_same_and_no_global_draw_is_used_up(data):
    draw = np.random.default_rng(5)
    table = pd.DataFrame(draw.normal(size=(40, 10)), columns=list("abcdefghij"))
    model = Scored(lambda x: x.prod(axis=1).to_numpy())
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again, other = (found_in(model, table[:5], table[20:], seed=s) for s in (1, 1, 2))
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    assert np.array_equal(first.values, again.values)
    assert not np.array_equal(first.values, other.values)


def test_rows_that_would_take_too_long_are_refused_with_how_many_can_be_had():
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(9_000, 40)))
    wide.columns = [f"f{i}" for i in range(40)]
    model = Scored(lambda x: x.sum(axis=1).to_numpy())
    with pytest.raises(BadInput, match=r"72,900,000 rows, about .* explain 6,172 rows"):
        sb.explain(model, wide, wide.head(100))
    few = found_in(model, wide.head(1_000), wide.head(20), budget=QUICK)
    assert len(few.values) == QUICK.explained
    assert "rows scored" in few.method


def test_what_comes_back_is_shaps_own_and_its_plots_draw_it(data):
    import matplotlib as mpl

    mpl.use("Agg")
    whole, _, event = data
    model = LogisticRegression().fit(whole, event)
    found = sb.explain(model, whole.head(30), whole.tail(30))
    assert isinstance(found, shap.Explanation)
    assert found.feature_names == list("abcd")
    assert found.output_names == "log-odds of class 1"
    assert np.array_equal(found.data, whole.head(30).to_numpy())
    total = found.values.sum(axis=1) + found.base_values
    np.testing.assert_allclose(total, model.decision_function(whole.head(30)))
    for draw, shown in (
        (shap.plots.beeswarm, found), (shap.plots.bar, found), (shap.plots.waterfall, found[0]),
        (shap.plots.scatter, found[:, "a"]),
    ):  # fmt: skip
        draw(shown, show=False)
        mpl.pyplot.close("all")


def test_what_cannot_be_explained_is_refused_with_what_can(data):
    whole, _, event = data
    three = LogisticRegression().fit(whole, event + (whole["a"] > 1))
    with pytest.raises(BadInput, match=r"3 classes .* one class against the rest"):
        sb.explain(three, whole.head(5), whole.tail(5))
    with pytest.raises(BadInput, match="no predict"):
        sb.explain(StandardScaler().fit(whole), whole.head(5), whole.tail(5))
    words = Scored(lambda x: np.repeat("good", len(x)))
    with pytest.raises(BadInput, match="not numbers; give a model"):
        sb.explain(words, whole.head(5), whole.tail(5))
    two = LogisticRegression().fit(whole, event)
    with pytest.raises(BadInput, match="no column c"):
        sb.explain(two, whole[["a", "b"]].head(5), whole[["a", "b"]].tail(5))
    with pytest.raises(BadInput, match="101 rows; 1 to 100 are needed: draw them"):
        sb.explain(two, whole.head(5), whole.head(101))
    both = xgboost.XGBRegressor(**THREAD).fit(whole, whole[["a", "b"]])
    with pytest.raises(BadInput, match=r"shape \(5, 2\) for 5 rows; one number a row"):
        sb.explain(both, whole.head(5), whole.tail(5))
    many = se.RandomForestClassifier(**FEW).fit(whole, np.c_[event, event + (whole["a"] > 1)])
    with pytest.raises(BadInput, match="2 outputs; give a model of one of them"):
        sb.explain(many, whole.head(5), whole.tail(5))
    twice = whole.set_axis(["a", "b", "c", "a"], axis=1)
    with pytest.raises(BadInput, match="two columns 'a'; give each"):
        sb.explain(two, twice.head(5), twice.tail(5))
    with pytest.raises(BadInput, match="pandas DataFrame"):
        sb.explain(two, whole.to_numpy(), whole.to_numpy())


def test_a_model_that_does_not_answer_twice_alike_is_an_error_that_names_a_row(data):
    """Contributions cannot add up to an output that changes between two questions."""
    from sandbox.explanation.additivity import AdditivityError

    whole, _, _ = data
    draw = np.random.default_rng(0)
    with pytest.raises(AdditivityError, match=r"row \d of 5"):
        sb.explain(Scored(lambda x: draw.normal(size=len(x))), whole.head(5), whole.tail(5))
