"""Which types a skops file may hold: this list and no other.

skops opens a file only if every type in it is trusted. MLflow writes the list of trusted types
into the model's own MLmodel file and reads it back from there, so a crafted model trusts itself
(GHSA-w582-9x45-8mpx). Here the list is code. On top of what skops itself trusts (numbers, text,
NumPy's and SciPy's arrays and functions, scikit-learn's public estimators) it holds the types
that credit models are made of and whose construction runs no code of the file's.
"""

#: types trusted beyond skops's own defaults, by full name
TRUSTED = (
    # what mappings of parameters are kept in
    "collections.OrderedDict",
    "collections.defaultdict",
    # parts of scikit-learn's estimators that its public interface does not list
    "sklearn._loss.link.LogitLink",
    "sklearn._loss.loss.HalfBinomialLoss",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.compose._column_transformer._RemainderColsList",
    "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    # boosted trees, which read their state from numbers and text
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
    "xgboost.core.Booster",
    "xgboost.sklearn.XGBClassifier",
    "xgboost.sklearn.XGBRegressor",
)
