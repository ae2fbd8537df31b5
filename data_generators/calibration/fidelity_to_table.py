"""How closely simulated accounts resemble a bank's own: three questions, a table each.

Held-out accounts, which the calibration has not seen, stand for the bank's own. scikit-learn is
imported only when a question needs it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data_generators.calibration.panel import PanelMapping
from data_generators.errors import InvalidInput
from data_generators.streams import Floats

#: of nearest-row distances
_QUANTILES = (0.01, 0.05, 0.1, 0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Discriminated:
    """How well real and simulated rows can be told apart."""

    #: area under the curve, five-fold
    auc: float
    #: one row a column: auc of that column alone, fall of the auc when it is shuffled
    columns: pd.DataFrame


def split(table: pd.DataFrame, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Accounts to fit on, a `share` of them at random, and those held out."""
    if not 0 < share < 1:
        raise InvalidInput(f"share is {share}; it must lie between 0 and 1, such as 0.6.")
    order = np.random.default_rng(seed).permutation(len(table))
    cut = int(share * len(table))
    return table.iloc[order[:cut]], table.iloc[order[cut:]]


def _booster() -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_depth=4, random_state=0)


def _folds() -> Any:
    from sklearn.model_selection import StratifiedKFold

    return StratifiedKFold(5, shuffle=True, random_state=0)


def train_synthetic_test_real(
    held_out: pd.DataFrame, synthetic: pd.DataFrame, mapping: PanelMapping
) -> pd.DataFrame:
    """AUC on real accounts of boosted trees that learned from simulated, and from real ones.

    Real on real is five-fold on the held-out accounts; columns `trained_on`, `auc`, `of_real`.
    """
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import cross_val_predict

    seen = [c for c in mapping.columns if c != mapping.target]
    x, y = held_out[seen], held_out[mapping.target]
    on_real = cross_val_predict(_booster(), x, y, cv=_folds(), method="predict_proba")[:, 1]
    learned = _booster().fit(synthetic[seen], synthetic[mapping.target])
    aucs = np.array([roc_auc_score(y, on_real), roc_auc_score(y, learned.predict_proba(x)[:, 1])])
    return pd.DataFrame(
        {"trained_on": ["real, five-fold", "simulated"], "auc": aucs, "of_real": aucs / aucs[0]}
    )


def discriminate(
    real: pd.DataFrame, synthetic: pd.DataFrame, mapping: PanelMapping, *, by_column: bool = True
) -> Discriminated:
    """Boosted trees told to separate the two, on all modelled columns.

    `synthetic` is cut to as many rows as `real`. The fall on shuffling is measured on a fold
    that the trees have not seen.
    """
    from sklearn.inspection import permutation_importance
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import cross_val_predict

    names = list(mapping.columns)
    x = pd.concat([real[names], synthetic[names].iloc[: len(real)]], ignore_index=True)
    y = np.arange(len(x)) >= len(real)

    def auc(columns: list[str]) -> float:
        p = cross_val_predict(_booster(), x[columns], y, cv=_folds(), method="predict_proba")
        return float(roc_auc_score(y, p[:, 1]))

    table = pd.DataFrame({"column": names})
    if by_column:
        table["auc_alone"] = [auc([c]) for c in names]
        train, test = next(_folds().split(x, y))
        fitted = _booster().fit(x.iloc[train], y[train])
        fall = permutation_importance(
            fitted, x.iloc[test], y[test], scoring="roc_auc", n_repeats=2, random_state=0
        )
        table["fall_when_shuffled"] = fall.importances_mean
        table = table.sort_values("fall_when_shuffled", ascending=False, ignore_index=True)
    return Discriminated(auc(names), table)


def nearest_rows(
    train: pd.DataFrame, held_out: pd.DataFrame, synthetic: pd.DataFrame, mapping: PanelMapping
) -> pd.DataFrame:
    """Quantiles of the distance to the closest training row, for held-out and simulated rows.

    Money is taken as its signed logarithm, every column is divided by its standard deviation in
    the training rows. Simulated rows that were copies would be nearer than held-out ones.
    """
    from sklearn.neighbors import NearestNeighbors

    as_logs = [mapping.limit, *mapping.bills, *mapping.payments]

    def scaled(table: pd.DataFrame) -> Floats:
        x = table[list(mapping.columns)].astype(float).copy()
        x[as_logs] = np.sign(x[as_logs]) * np.log1p(np.abs(x[as_logs]))
        return x.to_numpy()

    at = scaled(train)
    spread = np.maximum(at.std(axis=0), 1e-9)
    index = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(at / spread)
    distances = [index.kneighbors(scaled(t) / spread)[0][:, 0] for t in (held_out, synthetic)]
    return pd.DataFrame(
        {
            "quantile": _QUANTILES,
            "held_out": np.quantile(distances[0], _QUANTILES),
            "simulated": np.quantile(distances[1], _QUANTILES),
        }
    )
