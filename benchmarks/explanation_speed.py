"""Explanations a CPU-second: ours over all rows, shap's TreeExplainer over fewer, side by side.

`python benchmarks/explanation_speed.py [--rows 100000] [--shap-rows 2000]` prints a table for
histogram gradient boosting, XGBoost and LightGBM: 100 trees of depth 6 on 30 features,
interventional against 100 rows. Ours is the whole call, `explain`, with the model's own output
and the additivity gate; shap's is `shap_values` alone. One thread: set OMP_NUM_THREADS=1.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd

FEATURES, TREES, DEPTH, BACKGROUND = 30, 100, 6, 100
TRAINING = 20_000


def table(rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    # whole multiples of 1/64: single and double precision agree on them
    numbers = np.round(random.normal(size=(rows, FEATURES)) * 64) / 64
    return pd.DataFrame(numbers, columns=[f"f{i}" for i in range(FEATURES)])


def models() -> dict[str, object]:
    import lightgbm
    import xgboost
    from sklearn.ensemble import HistGradientBoostingClassifier

    one = {"n_jobs": 1, "random_state": 0}
    return {
        "histogram boosting": HistGradientBoostingClassifier(
            max_iter=TREES, max_depth=DEPTH, max_leaf_nodes=None, early_stopping=False
        ),
        "XGBoost": xgboost.XGBClassifier(n_estimators=TREES, max_depth=DEPTH, **one),
        "LightGBM": lightgbm.LGBMClassifier(
            n_estimators=TREES, max_depth=DEPTH, num_leaves=2**DEPTH, verbose=-1, **one
        ),
    }


def timed(work):
    started = time.process_time()
    result = work()
    return result, time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--shap-rows", type=int, default=2_000)
    asked = parser.parse_args()
    import shap

    from sandbox.explanation import explain

    training = table(TRAINING, 0)
    noise = np.random.default_rng(1).logistic(size=TRAINING)
    risk = training["f0"] * training["f1"] + training.iloc[:, 2:12].sum(axis=1) + noise
    target = (risk > 1).astype(int)
    rows, background = table(asked.rows, 2), training.head(BACKGROUND)
    few = rows.head(asked.shap_rows)
    explain(models()["XGBoost"].fit(training, target), rows.head(10), background)  # imports
    print(
        f"{asked.rows:,} rows (shap {asked.shap_rows:,}), {TREES} trees, depth {DEPTH}, "
        f"{FEATURES} features, background {BACKGROUND}"
    )
    print(
        f"{'':20}{'ours, s':>9}{'rows/CPU-s':>12}{'shap rows/CPU-s':>17}{'times':>7}"
        f"{'apart at most':>15}{'peak MiB':>10}"
    )
    for name, model in models().items():
        model.fit(training, target)
        ours, own = timed(lambda m=model: explain(m, rows, background))
        tree = shap.TreeExplainer(model, background, feature_perturbation="interventional")
        theirs, spent = timed(lambda t=tree: t.shap_values(few))
        apart = np.abs(ours.values[: len(few)] - np.asarray(theirs)).max()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        fast, slow = asked.rows / own, asked.shap_rows / spent
        print(
            f"{name:20}{own:9.1f}{fast:12,.0f}{slow:17,.0f}{fast / slow:7.1f}{apart:15.1e}"
            f"{peak:10,.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
