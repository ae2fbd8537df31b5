"""Does the model hold: under noise, in every slice, on new customers, trained again?"""

from sandbox.validation.catalogue.entry import REBUILD, Entry

_SMOOTH = (
    "Smooth the model (fewer leaves, stronger regularisation) or bin the features it hangs on."
)
_SLICE = "Look at the slice by hand; add what tells its customers apart, or take it out of scope."
_OVERFIT = "Regularise, or train on more customers; report figures of unseen customers only."
_SEED = "Average several fits, or fix the seed and say so; find what the fit hangs on."
_MONOTONE = "Constrain the direction in training, or say why the expectation is wrong."

ENTRIES: dict[str, Entry] = {
    "robustness.noise_auc": Entry(
        "AUC lost under noise",
        "Ranking stays nearly as good when continuous features move by a tenth of their "
        "interquartile range.",
        _SMOOTH,
        "robust/noise_auc_loss",
    ),
    "robustness.noise_pd": Entry(
        "Change of scores under noise",
        "Scores move by a small part of their mean when continuous features move by a tenth of "
        "their interquartile range.",
        _SMOOTH,
        "robust/noise_pd_change",
        share=True,
    ),
    "robustness.noise_decisions": Entry(
        "Decisions flipped by noise",
        "Few decisions at the cut-off change when continuous features move by a tenth of their "
        "interquartile range.",
        _SMOOTH,
        "robust/noise_flipped",
        share=True,
    ),
    "robustness.weak_slice_auc": Entry(
        "Ranking in the weakest slice",
        "In no slice of a feature is the AUC lower than the PDs promise there, beyond a margin "
        "(Holm-adjusted over slices).",
        _SLICE,
    ),
    "robustness.weak_slice_rate": Entry(
        "Observed over expected in the slice furthest off",
        "In every slice of a feature the bad cases are those that the PDs give once level and "
        "slope are fitted on all rows, within a margin (Holm-adjusted over slices).",
        _SLICE,
    ),
    "robustness.overfit": Entry(
        "AUC in training less AUC in evaluation",
        "The model ranks customers it did not learn from as well as those it did, within a margin "
        "(power: against a gap of 0.05).",
        _OVERFIT,
        "robust/overfit_auc",
    ),
    "robustness.overfit_log_loss": Entry(
        "Log loss in evaluation less that in training",
        "Scores are as near to outcomes of customers the model did not learn from, at the same "
        "share of bad cases, within a margin.",
        _OVERFIT,
        "robust/overfit_log_loss",
    ),
    "robustness.overfit_slice": Entry(
        "Overfit in the worst slice",
        "In no slice of a feature is the AUC in training above that in evaluation, beyond a margin "
        "(Holm-adjusted over slices).",
        _OVERFIT,
    ),
    "robustness.seed_pd": Entry(
        "Deviation of scores over refits",
        "Trained again under other seeds, the model gives nearly the same scores.",
        _SEED,
        "robust/seed_deviation",
        share=True,
    ),
    "robustness.seed_decisions": Entry(
        "Decisions that depend on the seed",
        "Two refits under different seeds rarely decide differently.",
        _SEED,
        "robust/seed_flipped",
        share=True,
    ),
    "robustness.seed_auc": Entry(
        "Spread of AUC over refits",
        "Refits under other seeds rank equally well.",
        REBUILD,
        "robust/seed_auc_spread",
    ),
    "robustness.monotonicity": Entry(
        "Rows against the expected direction, worst feature",
        "Scores move with each feature as its meaning leads one to expect, others held fixed.",
        _MONOTONE,
        "robust/against_direction",
        share=True,
    ),
    "robustness.monotonicity_size": Entry(
        "Largest move against the expected direction",
        "Where scores move against the expected direction, they do so by next to nothing.",
        _MONOTONE,
        "robust/largest_against",
    ),
}
