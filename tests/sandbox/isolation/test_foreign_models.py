"""Models of libraries that nobody here wrote give the same scores inside and outside, bit for bit.

They are trained on real credit data where it is at hand (../shared, which users do not have),
and on made-up columns of the same names otherwise; the claim does not depend on which.
"""

import subprocess
from importlib.metadata import version

import joblib
import lightgbm
import mlflow
import numpy as np
import optbinning
import pandas as pd
import pytest
import skops.io
import uv
import xgboost
from real_accounts import REAL
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from sandbox.errors import BadInput
from sandbox.isolation import Artefact, Status, worker

PAY = ["PAY_0", *(f"PAY_{i}" for i in range(2, 7))]
AMOUNTS = [f"{what}_AMT{i}" for what in ("BILL", "PAY") for i in range(1, 7)]
ROWS = 6_000
ONE_THREAD = {"n_jobs": 1, "random_state": 0}


def made_up():
    random = np.random.default_rng(20)
    table = pd.DataFrame({"LIMIT_BAL": 1e4 * random.integers(1, 80, ROWS)})
    table = table.assign(AGE=random.integers(21, 75, ROWS))
    table = table.assign(**{name: random.integers(-2, 9, ROWS) for name in PAY})
    table = table.assign(**{name: random.integers(0, 300_000, ROWS) for name in AMOUNTS})
    risk = table["PAY_0"] - table["LIMIT_BAL"] / 3e5 + random.logistic(size=ROWS)
    return table, (risk > risk.quantile(0.78)).astype(int).to_numpy()


def real():
    table = pd.read_csv(REAL).head(ROWS)
    columns = ["LIMIT_BAL", "AGE", *PAY, *AMOUNTS]
    return table[columns], table["default.payment.next.month"].to_numpy()


@pytest.fixture(scope="module")
def data():
    features, target = real() if REAL.exists() else made_up()
    return features.astype(float), target


def scored_inside(artefact, features):
    with worker("namespace") as place:
        outcome = place.score(artefact, features, ("pd",))
    assert outcome.status is Status.OK, outcome.reason
    return outcome.value[:, 0]


def probability(model, features):
    return np.asarray(model.predict_proba(features))[:, 1].astype(np.float64)


def saved(how, model, folder, features, *packages, **options):
    """The folder of a model saved by MLflow with its signature and an example of its input."""
    signature = mlflow.models.infer_signature(features, model.predict(features.head()))
    required = [f"{package}=={version(package)}" for package in packages]
    example = features.head(3)
    how.save_model(
        model, folder, signature=signature, input_example=example, pip_requirements=required,
        **options,
    )  # fmt: skip
    return folder


def scorecard_pipeline(features, target):
    binning = optbinning.BinningProcess(list(features.columns), max_n_bins=5)
    return Pipeline([("bins", binning), ("model", LogisticRegression())]).fit(features, target)


def scorecard(features, target):
    binning = optbinning.BinningProcess(list(features.columns), max_n_bins=5)
    return optbinning.Scorecard(binning, LogisticRegression()).fit(features, target)


def boosted(kind):
    return lambda features, target: kind(n_estimators=60, **ONE_THREAD).fit(features, target)


def light(features, target):
    return lightgbm.LGBMClassifier(n_estimators=60, verbose=-1, **ONE_THREAD).fit(features, target)


@pytest.mark.parametrize(
    ("train", "how", "packages", "options"),
    [
        (scorecard_pipeline, "sklearn", ["optbinning"], {"serialization_format": "cloudpickle"}),
        (scorecard, "sklearn", ["optbinning"], {"serialization_format": "cloudpickle"}),
        (boosted(xgboost.XGBClassifier), "xgboost", ["xgboost-cpu"], {}),
        (light, "lightgbm", ["lightgbm", "skops"], {}),
    ],
    ids=["optbinning pipeline", "optbinning scorecard", "xgboost", "lightgbm"],
)
def test_a_model_saved_with_mlflow_scores_the_same_inside(
    data, tmp_path, train, how, packages, options
):
    features, target = data
    model = train(features, target)
    folder = saved(getattr(mlflow, how), model, tmp_path / "model", features, *packages, **options)
    artefact = Artefact.from_mlflow(folder)
    assert artefact.packages is None, "the installed packages are those that it was saved with"
    outside = probability(model, features)
    assert len(np.unique(outside)) > 100
    assert np.array_equal(scored_inside(artefact, features), outside)


@pytest.mark.parametrize("library", ["xgboost", "lightgbm"])
def test_a_bare_booster_scores_the_same_inside(data, tmp_path, library):
    features, target = data
    if library == "xgboost":
        matrix = xgboost.DMatrix(features, target)
        model = xgboost.train({"objective": "binary:logistic", "nthread": 1}, matrix, 20)
        outside = model.predict(matrix).astype(np.float64)
        mlflow.xgboost.save_model(model, tmp_path / "model", pip_requirements=["xgboost-cpu"])
    else:
        settings = {"objective": "binary", "num_threads": 1, "verbose": -1}
        model = lightgbm.train(settings, lightgbm.Dataset(features, target), 20)
        outside = model.predict(features)
        mlflow.lightgbm.save_model(model, tmp_path / "model", pip_requirements=["lightgbm"])
    inside = scored_inside(Artefact.from_mlflow(tmp_path / "model"), features)
    assert np.array_equal(inside, outside)


@pytest.mark.long
def test_a_model_with_packages_of_its_own_scores_the_same_inside(data, tmp_path, monkeypatch):
    downloads = subprocess.run([uv.find_uv_bin(), "cache", "dir"], capture_output=True, text=True)
    monkeypatch.setenv("UV_CACHE_DIR", downloads.stdout.strip())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    features, target = data
    model = boosted(xgboost.XGBClassifier)(features, target)
    folder = saved(mlflow.xgboost, model, tmp_path / "m", features, "xgboost-cpu", "scikit-learn")
    artefact = Artefact.from_mlflow(folder, environment="own")
    (packages,) = artefact.packages
    assert packages.is_relative_to(tmp_path / "cache")
    assert (packages / "xgboost").is_dir()
    assert np.array_equal(scored_inside(artefact, features), probability(model, features))


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(
            ColumnTransformer([("amounts", StandardScaler(), AMOUNTS)], remainder="passthrough"),
            HistGradientBoostingClassifier(max_iter=30, random_state=0),
        ),
        CalibratedClassifierCV(LogisticRegression(max_iter=50), cv=2),
        lightgbm.LGBMClassifier(n_estimators=30, verbose=-1, **ONE_THREAD),
        xgboost.XGBClassifier(n_estimators=30, **ONE_THREAD),
    ],
    ids=["histogram boosting", "calibrated", "lightgbm", "xgboost"],
)
@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_a_skops_file_scores_the_same_inside(data, tmp_path, estimator):
    features, target = data
    model = estimator.fit(features, target)
    skops.io.dump(model, tmp_path / "model.skops")
    inside = scored_inside(Artefact.from_file(tmp_path / "model.skops"), features)
    assert np.array_equal(inside, probability(model, features))


@pytest.mark.parametrize("maps", [True, False], ids=["maps", "matrix"])
def test_an_onnx_file_scores_the_same_inside(data, tmp_path, maps):
    import onnxruntime
    from skl2onnx import to_onnx

    features, target = data
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features.to_numpy(), target)
    given = features.to_numpy().astype(np.float32)
    graph = to_onnx(model, given[:1], options={"zipmap": maps}).SerializeToString()
    (tmp_path / "model.onnx").write_bytes(graph)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    said = session.run(None, {"X": given})[1]
    outside = np.array([row[1] for row in said], dtype=np.float64)
    inside = scored_inside(Artefact.from_file(tmp_path / "model.onnx"), features)
    assert np.array_equal(inside, outside)


def test_an_onnx_graph_that_reads_columns_by_name_scores_the_same_inside(data, tmp_path):
    import onnxruntime
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import DoubleTensorType

    features, target = data
    features = features[["LIMIT_BAL", "AGE"]]
    columns = [("amounts", StandardScaler(), list(features.columns))]
    model = make_pipeline(ColumnTransformer(columns), LogisticRegression()).fit(features, target)
    types = [(name, DoubleTensorType([None, 1])) for name in features.columns]
    graph = to_onnx(model, initial_types=types, options={"zipmap": False}).SerializeToString()
    (tmp_path / "model.onnx").write_bytes(graph)
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    given = {name: features[[name]].to_numpy() for name in features}
    outside = session.run(["probabilities"], given)[0][:, 1].astype(np.float64)
    artefact = Artefact.from_file(tmp_path / "model.onnx")
    assert np.array_equal(scored_inside(artefact, features), outside)


def test_a_joblib_file_scores_the_same_inside(data, tmp_path):
    features, target = data
    model = scorecard_pipeline(features, target)
    joblib.dump(model, tmp_path / "model.joblib", compress=3)
    inside = scored_inside(Artefact.from_file(tmp_path / "model.joblib"), features)
    assert np.array_equal(inside, probability(model, features))


SOURCE = '''
from sklearn.linear_model import LogisticRegression


class Steep(LogisticRegression):
    """A colleague's own estimator."""

    def __init__(self, C=1.0, slope=2.0):
        super().__init__(C=C, max_iter=50)
        self.slope = slope

    def decision_function(self, X):
        return self.slope * super().decision_function(X)
'''


def test_a_class_in_a_python_file_is_fitted_and_scores_the_same_inside(data, tmp_path):
    features, target = data
    features = (features - features.mean()) / features.std()
    (tmp_path / "steep.py").write_text(SOURCE)
    artefact = Artefact.from_python(tmp_path / "steep.py", "Steep", {"C": 0.5, "slope": 3.0})
    with worker("namespace") as place:
        fitted = place.fit(artefact, features, pd.DataFrame({"target": target.astype(float)}))
    assert fitted.status is Status.OK, fitted.reason
    names: dict = {}
    exec(SOURCE, names)
    model = names["Steep"](C=0.5, slope=3.0).fit(features, target.astype(float))
    assert np.array_equal(scored_inside(fitted.value, features), probability(model, features))


def test_a_model_in_the_registry_is_found_by_version_alias_and_run(data, tmp_path, monkeypatch):
    features, target = data
    store = f"sqlite:///{tmp_path / 'store.db'}"
    before = mlflow.get_tracking_uri()
    model = light(features, target)
    mlflow.set_tracking_uri(store)
    try:
        kept = mlflow.create_experiment("foreign", artifact_location=str(tmp_path / "files"))
        with mlflow.start_run(experiment_id=kept) as run:
            logged = mlflow.lightgbm.log_model(
                model, name="model", registered_model_name="pd", pip_requirements=["lightgbm"]
            )
        mlflow.MlflowClient().set_registered_model_alias("pd", "champion", "1")
    finally:
        mlflow.set_tracking_uri(before)
    outside = probability(model, features)
    named = {
        uri: Artefact.from_mlflow(uri, environment="installed", tracking_uri=store)
        for uri in ("models:/pd/1", "models:/pd@champion", f"runs:/{run.info.run_id}/model")
    }
    assert len({artefact.digest for artefact in named.values()}) == 1
    assert logged.model_uuid
    artefact = named["models:/pd@champion"]
    assert np.array_equal(scored_inside(artefact, features), outside)
    for missing in ("models:/pd/2", "models:/pd@gone", "models:/none/1", f"runs:/{'0' * 32}/model"):
        with pytest.raises(BadInput, match=f"MLflow has no model at {missing}"):
            Artefact.from_mlflow(missing, tracking_uri=store)
