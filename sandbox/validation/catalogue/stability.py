"""Is the population what it was?"""

from sandbox.validation.catalogue.entry import SHIFT, Entry

ENTRIES: dict[str, Entry] = {
    "stability.psi": Entry(
        "Population stability index of the score",
        "Evaluation scores are distributed as training scores were.",
        SHIFT,
        "stability/psi",
    ),
    "stability.csi": Entry(
        "Characteristic stability index, largest",
        "Each feature is distributed as in training.",
        SHIFT,
    ),
    "stability.ks": Entry(
        "Kolmogorov–Smirnov distance of the score",
        "Evaluation scores are distributed as training scores were, at every score.",
        SHIFT,
        "stability/ks",
    ),
    "stability.wasserstein": Entry(
        "Wasserstein distance of the score",
        "Scores have moved by a small part of their standard deviation in training.",
        SHIFT,
        "stability/wasserstein",
    ),
    "stability.concentration": Entry(
        "Concentration of grades (Herfindahl)",
        "Customers are no more concentrated in few grades than in training (one-sided).",
        SHIFT,
    ),
    "stability.migration": Entry(
        "Stability of the migration matrix",
        "Farther moves between grades are rarer than nearer ones (Holm-adjusted).",
        SHIFT,
    ),
    "stability.auc_against_initial": Entry(
        "AUC against the initial validation",
        "The AUC has not fallen since the initial validation (one-sided).",
        SHIFT,
    ),
}
