"""Are the tables fit to judge by?"""

from sandbox.validation.catalogue.entry import SHIFT, SOURCE, Entry

ENTRIES: dict[str, Entry] = {
    "data.missingness": Entry(
        "Missing values",
        "No feature is missing for a large share of rows.",
        SOURCE,
        share=True,
    ),
    "data.duplicates": Entry("Duplicate rows", "Rows are not repeated.", SOURCE, share=True),
    "data.constant": Entry("Constant columns", "Every feature takes more than one value.", SOURCE),
    "data.leakage": Entry(
        "Leakage screen",
        "No single feature separates the classes so well that it must contain the outcome.",
        "Check when the feature becomes known; remove it if that is after the decision.",
    ),
    "data.ranges": Entry(
        "Values out of range",
        "Values lie in the ranges that were given, or else in those of training.",
        SOURCE,
        share=True,
    ),
    "data.representativeness": Entry(
        "Largest distance of a feature, training against evaluation",
        "No feature is distributed otherwise in training than in evaluation (largest difference of "
        "a probability among features that moved beyond chance, Holm-adjusted).",
        SHIFT,
    ),
    "data.classifier_two_sample": Entry(
        "Can training and evaluation be told apart",
        "A classifier that sees all features at once cannot tell training from evaluation rows.",
        SHIFT,
        "data/two_sample_auc",
    ),
    "data.through_the_door": Entry(
        "Largest distance of a feature, rows with a label against all who applied",
        "Rows with an outcome are distributed as all who came through the door (largest difference "
        "of a probability among features that differ beyond chance, Holm-adjusted).",
        "Infer the outcomes of the rejected, or limit the scope to those who would be accepted.",
    ),
    "data.point_in_time": Entry(
        "Known only after the decision",
        "Every value was known when the decision was taken.",
        "Rebuild the column as of the decision, or leave it out.",
        share=True,
    ),
    "data.leakage_by_time": Entry(
        "A feature's separation lost in the later half",
        "No single feature separates earlier cases better than later ones, beyond a margin: what "
        "is filled in after the outcome does (Holm-adjusted over features).",
        "Check when the feature becomes known; remove it if that is after the decision.",
    ),
    "data.duplicate_keys": Entry(
        "Keys that stand for several rows",
        "A key stands for one row.",
        "Find which of the rows is right, and why the others are there.",
        share=True,
    ),
    "data.key_overlap": Entry(
        "Evaluation rows that were in training",
        "No key of evaluation was seen in training.",
        "Split by key; repeat every test that compares with evaluation.",
        share=True,
    ),
}
