"""Are frauds caught, and at what price in alerts?"""

from sandbox.validation.catalogue.entry import TUNE, Entry

ENTRIES: dict[str, Entry] = {
    "fraud.auprc": Entry(
        "Average precision (AUPRC)",
        "Frauds gather at the top of the ranking.",
        TUNE,
        "fraud/auprc",
    ),
    "fraud.recall_at_fpr_1pct": Entry(
        "Recall at 1% FPR",
        "Frauds are caught while at most 1% of good cases are alerted.",
        TUNE,
        "fraud/recall_at_fpr_1pct",
        share=True,
    ),
    "fraud.recall_at_fpr_2pct": Entry(
        "Recall at 2% FPR",
        "Frauds are caught while at most 2% of good cases are alerted.",
        TUNE,
        "fraud/recall_at_fpr_2pct",
        share=True,
    ),
    "fraud.recall_at_fpr_5pct": Entry(
        "Recall at 5% FPR",
        "Frauds are caught while at most 5% of good cases are alerted.",
        TUNE,
        "fraud/recall_at_fpr_5pct",
        share=True,
    ),
    "fraud.cp_at_100": Entry(
        "Precision of top 100",
        "The 100 cases that an analyst opens first are frauds.",
        TUNE,
        "fraud/cp_at_100",
        share=True,
    ),
}
