"""AUC of the PD models on real card accounts, by stratified five-fold cross-validation.

    python benchmarks/taiwan_auc.py --portfolio ../shared/data/taiwan_credit_default.csv.gz

Without isolation: this measures the models. `--all` lets the models see the monitored
attributes (sex, marital status, age) as well, to say what keeping them out costs.
"""

import argparse
import time

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from sandbox.cli.tables import print_table
from sandbox.models import BoostedPD, Scorecard
from sandbox.portfolio import Portfolio

FOLDS, SHUFFLES = 5, (0, 1)


def aucs(model: object, features: pd.DataFrame, labels: pd.DataFrame) -> np.ndarray:
    """One AUC a fold and shuffle, on accounts that the model has not seen."""
    found = []
    for shuffle in SHUFFLES:
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=shuffle)
        for train, test in folds.split(features, labels["target"]):
            fitted = clone(model).fit(features.iloc[train], labels.iloc[train])
            score = fitted.predict(features.iloc[test])[:, 0]
            found.append(roc_auc_score(labels["target"].iloc[test], score))
    return np.array(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portfolio", required=True, help="the accounts: .csv.gz, .csv, .parquet")
    parser.add_argument("--mapping", default="taiwan", help="YAML file or name (taiwan)")
    parser.add_argument("--all", action="store_true", help="with the monitored attributes")
    asked = parser.parse_args()
    portfolio = Portfolio.from_file(asked.portfolio, asked.mapping)
    features = portfolio.features
    if asked.all:
        features = features.join(portfolio.monitored)
    rows = []
    for model in (BoostedPD(), Scorecard(categories=portfolio.categories)):
        started = time.perf_counter()
        auc = aucs(model, features, portfolio.labels)
        seconds = (time.perf_counter() - started) / len(auc)
        spread = f"{auc.mean():.4f} ± {auc.std(ddof=1) / np.sqrt(len(auc)):.4f}"
        rows.append([model.name, features.shape[1], spread, f"{auc.min():.4f}", f"{seconds:.2f}"])
    headings = ["model", "features", "AUC (mean ± s.e.)", "worst fold", "seconds a fold"]
    print_table(headings, rows, f"{portfolio.name}, {FOLDS} folds, {len(SHUFFLES)} shuffles", 4)


if __name__ == "__main__":
    main()
