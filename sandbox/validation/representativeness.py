"""Are the rows that a model learnt from like those it is used on?"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2_contingency, norm

from sandbox.errors import BadInput
from sandbox.validation.distances import distance
from sandbox.validation.grades import holm
from sandbox.validation.inputs import Vector
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.roc import auc
from sandbox.validation.slicing import CATEGORIES, benjamini_hochberg

#: level at which a feature has moved beyond chance, adjusted for the number of features
LEVEL = 0.05
#: rows of each side that the classifier sees, half to learn from
ROWS = 5_000
FEATURES, CLASSIFIER = "data.representativeness", "data.classifier_two_sample"
DOOR = "data.through_the_door"


def distance_table(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Each feature of both tables compared, the most distant first.

    Columns: `feature`, `distance` (numbers: Kolmogorov–Smirnov; words: total variation; both the
    largest difference of a probability, 0 to 1), `missing` (share missing in `other` less that in
    `one`), `p_value` (Kolmogorov–Smirnov, or χ² of the words; Bonferroni with the χ² of missing
    against known where both have any to tell), `p_holm`, `p_bh`.
    """
    both = [c for c in one.columns if c in other.columns]
    if not both:
        raise BadInput("The two tables share no column; give the same features in both.")
    if not len(one) or not len(other):
        raise BadInput(f"{len(one)} and {len(other)} rows to compare; give at least one each.")
    rows = [(str(name), *_compared(one[name], other[name])) for name in both]
    table = pd.DataFrame(rows, columns=["feature", "distance", "missing", "p_value"])
    table["p_holm"] = holm(table["p_value"])
    table["p_bh"] = benjamini_hochberg(table["p_value"])
    return table.sort_values("distance", ascending=False, ignore_index=True, kind="stable")


def _compared(one: pd.Series, other: pd.Series) -> tuple[float, float, float]:
    numbers = [pd.api.types.is_numeric_dtype(c) for c in (one, other)]
    if numbers[0] != numbers[1]:
        raise BadInput(
            f"{one.name} is {one.dtype} on one side and {other.dtype} on the other; give one kind."
        )
    gaps = [c.isna().to_numpy() for c in (one, other)]
    missing = float(gaps[1].mean() - gaps[0].mean())
    known = [c[~g] for c, g in zip((one, other), gaps, strict=True)]
    apart, p_value = 0.0, 1.0
    if min(map(len, known)):
        apart, p_value = _numbers(*known) if numbers[0] else _words(*known)
    if gaps[0].any() or gaps[1].any():
        counts = np.array([[g.sum(), (~g).sum()] for g in gaps])
        p_value = min(1.0, 2 * min(p_value, _chi_square(counts)))
    return max(apart, abs(missing)), missing, p_value


def _numbers(one: pd.Series, other: pd.Series) -> tuple[float, float]:
    values = [c.to_numpy(dtype=np.float64) for c in (one, other)]
    # places in the order say as much, and infinite values have one
    places = np.unique(np.concatenate(values), return_inverse=True)[1].astype(np.float64)
    found = distance(places[: len(one)], places[len(one) :])
    return found.ks, found.p_value


def _words(one: pd.Series, other: pd.Series) -> tuple[float, float]:
    words = [c.astype("string") for c in (one, other)]
    common = pd.concat(words).value_counts().index[:CATEGORIES]
    # the rarer words together, so that no cell of the table is nearly empty
    tallies = [w.where(w.isin(common), "other").value_counts() for w in words]
    counts = pd.concat(tallies, axis=1).fillna(0).to_numpy(dtype=float).T
    shares = counts / counts.sum(axis=1, keepdims=True)
    return float(np.abs(shares[0] - shares[1]).sum() / 2), _chi_square(counts)


def _chi_square(counts: npt.NDArray[np.float64]) -> float:
    counts = counts[:, counts.sum(axis=0) > 0]
    if counts.shape[1] < 2:
        return 1.0
    return float(chi2_contingency(counts, correction=False).pvalue)


def told_apart(one: pd.DataFrame, other: pd.DataFrame, seed: int = 0) -> tuple[float, float, int]:
    """AUC of a classifier that tells the tables apart, its one-sided p-value, and rows tested.

    Classifier two-sample test: Lopez-Paz and Oquab (2017), ICLR. Trees learn from half of at most
    5,000 rows a side and are judged on the other half, by the Mann–Whitney test of AUC = 0.5; words
    are coded by their rank in frequency. 0.5 where the tables are alike.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(seed)
    both = [c for c in one.columns if c in other.columns]
    size = min(len(one), len(other), ROWS)
    if not both or size < 4:
        raise BadInput(f"{size} rows a side in {len(both)} shared columns; give at least 4 in one.")
    sides = [t[both].iloc[rng.permutation(len(t))[:size]] for t in (one, other)]
    table = pd.concat(sides, ignore_index=True)
    matrix = np.column_stack([_coded(table[name]) for name in both])
    side = np.repeat([0.0, 1.0], size)
    learn = np.tile(np.arange(size) < size // 2, 2)
    # trees cannot bin a column without any value
    matrix[:, np.isnan(matrix[learn]).all(axis=0)] = 0.0
    trees = HistGradientBoostingClassifier(
        max_iter=50, max_leaf_nodes=8, learning_rate=0.1, early_stopping=False, random_state=seed
    )
    trees.fit(matrix[learn], side[learn])
    score = trees.predict_proba(matrix[~learn])[:, 1]
    area = auc(side[~learn], score)
    half = size - size // 2
    deviation = np.sqrt((2 * half + 1) / (12 * half * half))
    return area, float(norm.sf((area - 0.5) / deviation)), 2 * half


def _coded(column: pd.Series) -> Vector:
    if pd.api.types.is_numeric_dtype(column):
        # trees look at the order alone, and cannot bin what is infinite
        largest = np.finfo(np.float32).max
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.asarray(np.clip(values, -largest, largest))
    words = column.astype("string")
    ranks = {word: float(i) for i, word in enumerate(words.value_counts().index)}
    return np.asarray(words.map(ranks).to_numpy(dtype=np.float64, na_value=np.nan))


def validate_representativeness(
    training: pd.DataFrame | None, evaluation: pd.DataFrame | None, policy: Policy
) -> tuple[ValidationResult, ...]:
    """Training against evaluation, feature by feature and all features at once."""
    n = 0 if evaluation is None else len(evaluation)
    reason = _shortfall(training, evaluation, policy)
    if reason or training is None or evaluation is None:
        tests = (FEATURES, CLASSIFIER)
        return tuple(not_evaluated(t, reason, n=n, policy=policy) for t in tests)
    area, p_value, rows = told_apart(training, evaluation)
    # Hanley and McNeil (1982), Radiology 143, of as many rows a side
    least, most = area / (2 - area), 2 * area * area / (1 + area)
    few = rows / 2 - 1
    spread = area * (1 - area) + few * (least - area * area) + few * (most - area * area)
    half = float(norm.ppf(0.975) * np.sqrt(max(spread, 0.0)) / (rows / 2))
    return (
        _by_feature(FEATURES, distance_table(training, evaluation), n, policy),
        judge(
            CLASSIFIER,
            area,
            n=rows,
            policy=policy,
            p_value=p_value,
            interval=(area - half, area + half),
            note="AUC of trees on rows they did not learn from; 0.5 where nothing differs",
        ),
    )


def validate_through_the_door(
    features: pd.DataFrame | None, labelled: npt.ArrayLike | None, policy: Policy
) -> ValidationResult:
    """Rows with an outcome against everybody who applied.

    `features` of all n applicants, `labelled` n flags whether the outcome was seen. The first are a
    part of the second, so they are tested against the rest: the distance to all is that to the
    rest times the share of the rest.
    """
    n = 0 if features is None else len(features)
    if features is None or labelled is None:
        return not_evaluated(DOOR, "applicants without a label are not known", n=n, policy=policy)
    seen = np.asarray(labelled, dtype=bool)
    if seen.shape != (n,):
        raise BadInput(f"labelled has shape {seen.shape} for {n} rows; give one flag a row.")
    if seen.all():
        return not_evaluated(DOOR, "every applicant has a label", n=n, policy=policy)
    reason = _shortfall(features[seen], features[~seen], policy)
    if reason:
        return not_evaluated(DOOR, reason, n=n, policy=policy)
    table = distance_table(features[seen], features[~seen])
    table[["distance", "missing"]] *= float((~seen).mean())
    note = f"{seen.mean():.0%} of {n:,} applicants have a label"
    return _by_feature(DOOR, table, n, policy, note)


def _shortfall(one: pd.DataFrame | None, other: pd.DataFrame | None, policy: Policy) -> str:
    if one is None or other is None:
        return "features of training and evaluation were not both given"
    if not len([c for c in one.columns if c in other.columns]):
        return "the two tables share no feature"
    short = min(len(one), len(other))
    few = f"{short} rows on one side; at least {policy.minimum_rows} needed"
    return few if short < policy.minimum_rows else ""


def _by_feature(
    test: str, table: pd.DataFrame, n: int, policy: Policy, note: str = ""
) -> ValidationResult:
    """The largest distance that is beyond chance; 0 where none is."""
    moved = table[table["p_holm"] < LEVEL]
    figure = float(moved["distance"].iloc[0]) if len(moved) else 0.0
    said = (
        f"{moved['feature'].iloc[0]}; {len(moved)} of {len(table)} features moved beyond chance"
        if len(moved)
        else f"no feature of {len(table)} moved beyond chance"
    )
    return judge(
        test,
        figure,
        n=n,
        policy=policy,
        p_value=float(table["p_holm"].min()),
        note="; ".join(part for part in (said, note) if part),
        table=table,
    )
