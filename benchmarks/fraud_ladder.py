"""What each kind of fraud model adds: recall of true fraud at 2% false positives, rung by rung.

python benchmarks/fraud_ladder.py --scenario ecommerce --seeds 10 --labels truth

Rungs: rules by hand, isolation forest, logistic regression, boosted trees, boosted trees with
velocities, boosted trees with all families of columns (graph, traced money and lists), the stack.
All learn from one world and are judged on another, seed by seed, on the columns of the study
(`sandbox.experiment.fraud_trial`). `--labels bank` are what a bank knows at the end: late, of
approved applications alone, 70% of their fraud. `--labels truth` says what is in the data, however
late and incomplete a bank's labels are.
"""

import argparse
import zlib
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.metrics import roc_auc_score

from data_generators import World, scenarios
from sandbox.cli.tables import print_table
from sandbox.experiment.fraud_judge import FPR, recall_by_typology
from sandbox.experiment.fraud_trial import confirmed_by_the_end, screening_table
from sandbox.features import family_of
from sandbox.models import (
    BoostedFraud,
    FraudRules,
    FraudStack,
    IsolationForestFraud,
    LogisticFraud,
)

#: recall that each step of the claim should add at least
STEP = 0.03
ALONE, WITH_VELOCITY = ("application",), ("application", "velocity")
RUNGS = ("rules", "forest", "logistic", "boosted", "velocity", "graph", "stack")
#: which rung is measured against which
STEPS = (
    ("boosted", "logistic"),
    ("graph", "boosted"),
    ("graph", "velocity"),
    ("stack", "graph"),
    ("rules", "logistic"),
)


def recall(typology: np.ndarray, score: np.ndarray) -> float:
    """Share of all fraud above the score that 2% of the honest exceed."""
    least = np.quantile(score[typology == ""], 1 - FPR, method="higher")
    return float((score[typology != ""] > least).mean())


def models(asked: argparse.Namespace) -> dict[str, object]:
    """A model a rung."""
    trees = partial(BoostedFraud, trees=asked.trees, depth=asked.depth)
    return {
        "rules": FraudRules(),
        "forest": IsolationForestFraud(),
        "logistic": LogisticFraud(families=ALONE),
        "boosted": trees(families=ALONE),
        "velocity": trees(families=WITH_VELOCITY),
        "graph": trees(),
        "stack": FraudStack(trees=asked.trees, depth=asked.depth),
    }


def ladder(asked: argparse.Namespace, scenario: str, number: int) -> tuple[dict, dict, dict]:
    """Recall by rung, of the graph's by typology, and the AUC of graph columns on rings alone."""
    market = scenarios.by_name(scenario).replace(fraud__rate=asked.rate)
    if asked.difficulty != "medium":
        market = market.at_difficulty(asked.difficulty)
    seed = asked.seed + 1_000 * number + zlib.crc32(scenario.encode())
    learnt, judged = (World(market, asked.customers, asked.months, seed + k) for k in range(2))
    seen = learnt.observed()
    features = screening_table(learnt, seen)
    fresh = screening_table(judged, judged.observed(), list(features.columns))
    typology = judged.truth.fraud()
    truth = (learnt.truth.fraud() != "").astype(float)
    target = pd.DataFrame(
        {"target": truth if asked.labels == "truth" else confirmed_by_the_end(seen)}
    )
    found, kinds = {"confirmed": float(np.nansum(target["target"]))}, {}
    for name, model in models(asked).items():
        score = model.fit(features, target).predict(fresh)[:, 0]
        found[name] = recall(typology, score)
        if name == "graph":
            table = recall_by_typology(typology, score).set_index("typology")
            kinds = table["recall_at_fpr_2pct"].to_dict()
    graph = fresh[[c for c in fresh if family_of(c) == "graph"]]
    return found, kinds, single(graph, typology)


def single(columns: pd.DataFrame, typology: np.ndarray) -> dict[str, float]:
    """AUC of each column alone, either way round, members of rings against the honest."""
    kept = (typology == "") | (typology == "ring")
    ring = typology[kept] == "ring"
    if not ring.any():
        return {}
    aucs = {}
    for name, values in columns.loc[kept].items():
        # What is missing is a value of its own, on either side of all others.
        sides = [values.fillna(fill) for fill in (values.min() - 1, values.max() + 1)]
        known = [side.fillna(0.0) for side in sides]
        aucs[str(name)] = max(max(a, 1 - a) for a in (roc_auc_score(ring, v) for v in known))
    return aucs


def interval(values: np.ndarray) -> str:
    """Mean and its 95% interval over seeds (Student's t)."""
    if len(values) < 2:
        return f"{values.mean():+.3f}"
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():+.3f} ({values.mean() - half:+.3f} to {values.mean() + half:+.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", nargs="+", default=list(scenarios.catalogue()))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--customers", type=int, default=60_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--labels", default="bank", choices=["bank", "truth"])
    parser.add_argument("--rate", type=float, default=0.011)
    parser.add_argument("--trees", type=int, default=120)
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--difficulty", default="medium", choices=["easy", "medium", "hard"])
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    levels, steps, caught, alone = [], [], [], []
    for name in asked.scenario:
        each = [ladder(asked, name, number) for number in range(asked.seeds)]
        table = pd.DataFrame([found for found, _, _ in each])
        means = table.mean()
        levels.append([name, f"{means['confirmed']:.0f}", *(f"{means[r]:.3f}" for r in RUNGS)])
        steps.append([name, *(interval((table[a] - table[b]).to_numpy()) for a, b in STEPS)])
        kinds = pd.DataFrame([by for _, by, _ in each]).mean()
        caught.append([name, ", ".join(f"{kind} {value:.2f}" for kind, value in kinds.items())])
        best = pd.DataFrame([aucs for _, _, aucs in each]).mean().nlargest(4)
        alone.append([name, ", ".join(f"{column} {auc:.2f}" for column, auc in best.items())])
    title = (
        f"Recall at {FPR:.0%} false positives, {asked.seeds} pairs of worlds of "
        f"{asked.customers:,}, {asked.difficulty}, labels: {asked.labels}"
    )
    print_table(["scenario", "frauds to learn from", *RUNGS], levels, title, figures=8)
    headings = ["scenario", *(f"{a} - {b}" for a, b in STEPS)]
    print_table(headings, steps, f"Differences, paired, 95% over seeds, aim {STEP:+g}")
    print_table(["scenario", "recall with the graph"], caught, "By typology")
    print_table(["scenario", "AUC, rings against the honest"], alone, "Best graph features alone")


if __name__ == "__main__":
    main()
