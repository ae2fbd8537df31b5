"""Are the tables fit to judge by?"""

from sandbox.validation.catalogue.entry import SOURCE, Entry

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
}
