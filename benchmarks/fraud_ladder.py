"""What interactions and the identity graph add: recall of fraud at 2% false positives, by model.

python benchmarks/fraud_ladder.py --scenario ecommerce --seeds 10

Rungs: logistic regression, boosted trees, boosted trees with counts of earlier applications on the
device and at the address, boosted trees with graph features. All learn from one world and are
judged on another, seed by seed, both with the truth as labels: this measures what is in the
data, not how late or incomplete a bank's labels are. Columns are those of the tables
applications and profiles together, without identifiers and times; logistic regression gets
amounts and ages as logarithms, and categories as flags.
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
from sandbox.experiment.fraud_trial import FPR, recall_by_typology
from sandbox.features import NOT_FEATURES, earlier_within
from sandbox.graph_features import graph_features
from sandbox.models.boosted_fraud import BoostedFraud
from sandbox.models.logistic_fraud import LogisticFraud

#: recall that each step up the ladder should add at least
STEP = 0.03
#: days of the counts on devices and addresses
COUNTED = 30.0
RUNGS = ("logistic", "boosted", "with counts", "with graph")
#: which rung is measured against which
STEPS = ((1, 0), (3, 1), (3, 2))
#: columns that never reach a model: ids, times, and text
LEFT_OUT = (*NOT_FEATURES, "court_text")
#: from this largest value a column without negative values is taken as a logarithm
LOG_FROM = 50.0


def described(world: World) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Columns of both tables, counts on device and address, and graph features."""
    seen = world.observed()
    applications = seen.applications
    profiles = seen.profiles.drop(columns=["customer_id", "event_time", "known_at"])
    both = pd.concat([applications, profiles], axis=1).drop(columns=list(LEFT_OUT))
    words = [c for c in both if both[c].dtype == "category"]
    plain = pd.get_dummies(both, columns=words, dtype=float).astype(np.float64)
    income = np.maximum(applications["declared_income"], 1.0)
    plain["request_to_income"] = applications["requested_amount"] / income
    day = applications["event_time"].to_numpy()
    counts = pd.DataFrame(
        {
            f"{kind}_applications": earlier_within(applications[f"{kind}_id"], day, COUNTED)
            for kind in ("device", "address")
        }
    )
    graph = graph_features(applications, seen.links, seen.fraud_labels, seen.decisions)
    return plain, counts, graph


def for_lines(columns: pd.DataFrame) -> pd.DataFrame:
    """The same with logarithms of what is skewed."""
    skewed = [c for c in columns if columns[c].min() >= 0 and columns[c].max() > LOG_FROM]
    return columns.assign(**{c: np.log1p(columns[c]) for c in skewed})


def recall(typology: np.ndarray, score: np.ndarray) -> float:
    """Share of all fraud above the score that 2% of the honest exceed."""
    least = np.quantile(score[typology == ""], 1 - FPR, method="higher")
    return float((score[typology != ""] > least).mean())


def ladder(asked: argparse.Namespace, scenario: str, number: int) -> tuple[list[float], dict, dict]:
    """Recall by rung, of the last by typology, and the AUC of graph features of rings' members."""
    market = scenarios.by_name(scenario).replace(fraud__rate=asked.rate)
    if asked.difficulty != "medium":
        market = market.at_difficulty(asked.difficulty)
    seed = asked.seed + 1_000 * number + zlib.crc32(scenario.encode())
    worlds = [World(market, asked.customers, asked.months, seed + k) for k in range(2)]
    (plain, counts, graph), (plain2, counts2, graph2) = map(described, worlds)
    labels, typology = (w.truth.fraud() for w in worlds)
    plain = plain.dropna(axis=1, how="all")  # such as what only businesses have
    target = pd.DataFrame({"target": (labels != "").astype(float)})
    trees = partial(BoostedFraud, trees=asked.trees, depth=4)
    rungs = (
        (LogisticFraud(), for_lines(plain), for_lines(plain2)),
        (trees(), plain, plain2),
        (trees(), plain.join(counts), plain2.join(counts2)),
        (trees(), plain.join(graph), plain2.join(graph2)),
    )
    found = []
    for model, learnt, judged in rungs:
        score = model.fit(learnt, target).predict(judged.reindex(columns=learnt.columns))[:, 0]
        found.append(recall(typology, score))
    by_typology = recall_by_typology(typology, score).set_index("typology")["recall_at_fpr_2pct"]
    return found, by_typology.to_dict(), single(graph2, typology)


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
        aucs[str(name)] = max(max(a, 1 - a) for a in (roc_auc_score(ring, v) for v in sides))
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
    parser.add_argument("--months", type=int, default=6)
    parser.add_argument("--rate", type=float, default=0.011)
    parser.add_argument("--trees", type=int, default=150)
    parser.add_argument("--difficulty", default="medium", choices=["easy", "medium", "hard"])
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    rows, alone, caught = [], [], []
    for name in asked.scenario:
        each = [ladder(asked, name, number) for number in range(asked.seeds)]
        table = np.array([found for found, _, _ in each])
        differences = [interval(table[:, a] - table[:, b]) for a, b in STEPS]
        rows.append([name, *(f"{value:.3f}" for value in table.mean(axis=0)), *differences])
        kinds = pd.DataFrame([by for _, by, _ in each]).mean()
        caught.append([name, ", ".join(f"{kind} {value:.2f}" for kind, value in kinds.items())])
        best = pd.DataFrame([aucs for _, _, aucs in each]).mean().nlargest(4)
        alone.append([name, ", ".join(f"{column} {auc:.2f}" for column, auc in best.items())])
    steps = [f"{RUNGS[a]} - {RUNGS[b]}" for a, b in STEPS]
    title = (
        f"Recall at {FPR:.0%} false positives, {asked.seeds} pairs of worlds of "
        f"{asked.customers:,}, {asked.difficulty}; differences paired, 95% over seeds, "
        f"aim {STEP:+g}"
    )
    print_table(["scenario", *RUNGS, *steps], rows, title)
    print_table(["scenario", "recall with the graph"], caught, "By typology")
    print_table(["scenario", "AUC, rings against the honest"], alone, "Best graph features alone")


if __name__ == "__main__":
    main()
