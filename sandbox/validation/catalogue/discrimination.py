"""Does the score rank bad cases above good ones?"""

from sandbox.validation.catalogue.entry import REBUILD, Entry

ENTRIES: dict[str, Entry] = {
    "discrimination.auc": Entry(
        "Area under the ROC curve (AUC)",
        "The score ranks a bad case above a good one.",
        REBUILD,
        "perf/auc",
    ),
    "discrimination.gini": Entry(
        "Gini coefficient", "Twice the AUC less one.", REBUILD, "perf/gini"
    ),
    "discrimination.ks": Entry(
        "Kolmogorov–Smirnov distance (KS)",
        "Bad cases score higher than good ones (signed: below 0 they score lower).",
        REBUILD,
        "perf/ks",
    ),
    "discrimination.auprc": Entry(
        "Average precision (AUPRC)",
        "Bad cases gather at the top of the ranking.",
        REBUILD,
        "perf/auprc",
    ),
    "discrimination.h_measure": Entry(
        "H-measure",
        "The score saves losses when what errors cost is uncertain (0 none, 1 all).",
        REBUILD,
        "perf/h_measure",
    ),
    "discrimination.cost_saved": Entry(
        "Saving over the cost curve",
        "The score's best threshold costs less than deciding alike for all, whatever the costs.",
        REBUILD,
        "perf/cost_saved",
        share=True,
    ),
}
