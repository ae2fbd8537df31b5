"""Every test by name: what it asks, what to do when it fails, which metric carries its figure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """The fixed words of one test."""

    #: what a reader calls the test
    title: str
    #: what is tested, in one sentence
    hypothesis: str
    #: what to do when it does not hold
    remedy: str
    #: the tracked metric that carries the statistic; empty when none does
    metric: str = ""
    #: whether the figure is a share, written in per cent
    share: bool = False


_REBUILD = "Review features and specification; compare with a challenger before use."
_RECALIBRATE = "Recalibrate on recent outcomes, then repeat the calibration tests."
_SOURCE = "Trace the column to its source and correct or exclude it."
_SHIFT = "Find the features that moved (characteristic stability) and confirm the scope of use."
_TUNE = "Review features and alert threshold with the fraud team."
_EXPLAIN = "Explain by a method that fits the model, and give no reasons from these contributions."
_POLICY = "Review cut-off, limit ladder and caps against the oracle by segment."

#: id -> its words; a policy may set thresholds for these ids and no others
CATALOGUE: dict[str, Entry] = {
    "data.missingness": Entry(
        "Missing values",
        "No feature is missing for a large share of rows.",
        _SOURCE,
        share=True,
    ),
    "data.duplicates": Entry("Duplicate rows", "Rows are not repeated.", _SOURCE, share=True),
    "data.constant": Entry("Constant columns", "Every feature takes more than one value.", _SOURCE),
    "data.leakage": Entry(
        "Leakage screen",
        "No single feature separates the classes so well that it must contain the outcome.",
        "Check when the feature becomes known; remove it if that is after the decision.",
    ),
    "discrimination.auc": Entry(
        "Area under the ROC curve (AUC)",
        "The score ranks a bad case above a good one.",
        _REBUILD,
        "perf/auc",
    ),
    "discrimination.gini": Entry(
        "Gini coefficient", "Twice the AUC less one.", _REBUILD, "perf/gini"
    ),
    "discrimination.ks": Entry(
        "Kolmogorov–Smirnov distance (KS)",
        "Bad cases score higher than good ones (signed: below 0 they score lower).",
        _REBUILD,
        "perf/ks",
    ),
    "discrimination.auprc": Entry(
        "Average precision (AUPRC)",
        "Bad cases gather at the top of the ranking.",
        _REBUILD,
        "perf/auprc",
    ),
    "fraud.auprc": Entry(
        "Average precision (AUPRC)",
        "Frauds gather at the top of the ranking.",
        _TUNE,
        "fraud/auprc",
    ),
    "fraud.recall_at_fpr_1pct": Entry(
        "Recall at 1% FPR",
        "Frauds are caught while at most 1% of good cases are alerted.",
        _TUNE,
        "fraud/recall_at_fpr_1pct",
        share=True,
    ),
    "fraud.recall_at_fpr_2pct": Entry(
        "Recall at 2% FPR",
        "Frauds are caught while at most 2% of good cases are alerted.",
        _TUNE,
        "fraud/recall_at_fpr_2pct",
        share=True,
    ),
    "fraud.recall_at_fpr_5pct": Entry(
        "Recall at 5% FPR",
        "Frauds are caught while at most 5% of good cases are alerted.",
        _TUNE,
        "fraud/recall_at_fpr_5pct",
        share=True,
    ),
    "fraud.cp_at_100": Entry(
        "Precision of top 100",
        "The 100 cases that an analyst opens first are frauds.",
        _TUNE,
        "fraud/cp_at_100",
        share=True,
    ),
    "calibration.brier": Entry(
        "Brier score", "Predicted probabilities are close to outcomes.", _RECALIBRATE, "calib/brier"
    ),
    "calibration.ece": Entry(
        "Expected calibration error",
        "Observed rates equal predicted ones across the score range.",
        _RECALIBRATE,
        "calib/ece",
    ),
    "calibration.slope": Entry(
        "Calibration slope",
        "Predictions are neither too extreme (below 1) nor too flat (above 1).",
        _RECALIBRATE,
        "calib/slope",
    ),
    "calibration.intercept": Entry(
        "Calibration intercept",
        "Predictions are right on average (0); above 0 they are too low.",
        _RECALIBRATE,
        "calib/intercept",
    ),
    "calibration.hosmer_lemeshow": Entry(
        "Hosmer–Lemeshow test",
        "Observed and expected events agree in all score groups; power is against true "
        "rates 20% above predicted.",
        _RECALIBRATE,
    ),
    "calibration.jeffreys": Entry(
        "Jeffreys test by grade",
        "No grade's PD is understated (one-sided, Holm-adjusted over grades).",
        _RECALIBRATE,
    ),
    "calibration.spiegelhalter": Entry(
        "Spiegelhalter test",
        "The Brier score is what predictions that are right would give; power is against true "
        "rates 20% above predicted.",
        _RECALIBRATE,
    ),
    "stability.psi": Entry(
        "Population stability index of the score",
        "Evaluation scores are distributed as training scores were.",
        _SHIFT,
        "stability/psi",
    ),
    "stability.csi": Entry(
        "Characteristic stability index, largest",
        "Each feature is distributed as in training.",
        _SHIFT,
    ),
    "explanation.faithfulness_correlation": Entry(
        "Faithful to the model, feature by feature",
        "Contributions go with the fall of the model's output when a feature alone is replaced by "
        "values of the background (correlation over the features of the rows tested).",
        _EXPLAIN,
        "explain/faithfulness_correlation",
    ),
    "explanation.faithfulness_deletion": Entry(
        "Faithful to the model, strongest removed first",
        "The output falls faster than in a random order when the features with the largest "
        "contributions are replaced first: the area between, over the area that the contributions "
        "promise (1 as promised, 0 no better than random).",
        _EXPLAIN,
        "explain/faithfulness_deletion",
    ),
    "explanation.structure": Entry(
        "Faithful to the structure",
        "Contributions, added up by the trait that a feature measures, rank a customer's traits as "
        "the true contributions to its log-odds of default do (a good model need not).",
        "None: a model may use proxies of the true drivers.",
        "truth/explanation_rank_correlation",
    ),
    "explanation.reason_stability": Entry(
        "Reasons kept under noise",
        "The top four reasons of a customer stay when figures move by next to nothing.",
        "Smooth the model or merge codes that stand for one another.",
        "explain/reason_stability",
        share=True,
    ),
    "truth.pd_rmse": Entry(
        "Error of the PD against the true PD (RMSE)",
        "Predicted PDs are close to the true PDs of the world.",
        _RECALIBRATE,
        "truth/pd_rmse",
    ),
    "truth.pd_skill": Entry(
        "Skill of the PD against the true PD",
        "Predicted PDs are closer to the true ones than the mean true PD for everyone: 1 less the "
        "ratio of mean squared errors (1 perfect, 0 no better than that constant).",
        "Recalibrate; where grouping dominates, look for features that tell customers apart.",
        "truth/pd_skill",
    ),
    "truth.discrimination_ceiling": Entry(
        "Share of attainable discrimination",
        "The ranking comes near that of the true PD.",
        _REBUILD,
        "truth/discrimination_ceiling",
        share=True,
    ),
    "truth.regret": Entry(
        "Regret against the oracle",
        "The model's decisions earn what decisions that know the truth would earn.",
        _POLICY,
        "truth/regret_per_customer",
    ),
    "truth.oracle_profit": Entry(
        "Profit of the oracle",
        "What decisions that know the truth would earn.",
        _POLICY,
        "truth/oracle_profit_per_customer",
    ),
    "truth.value_captured": Entry(
        "Share of the oracle's profit captured",
        "The model's decisions earn a good part of what is attainable.",
        _POLICY,
        "truth/value_captured",
        share=True,
    ),
}
