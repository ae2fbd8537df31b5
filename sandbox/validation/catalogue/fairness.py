"""Are groups treated alike?"""

from sandbox.validation.catalogue.entry import Entry

_GROUPS = "Find the features behind the difference and a less unequal alternative; or say why not."

ENTRIES: dict[str, Entry] = {
    "fairness.air": Entry(
        "Adverse impact ratio, lowest",
        "Every group is approved nearly as often as the largest one.",
        _GROUPS,
        "fair/air",
    ),
    "fairness.smd": Entry(
        "Standardised mean difference of scores, largest",
        "Scores of every group lie near those of the largest one.",
        _GROUPS,
        "fair/smd",
    ),
    "fairness.equal_opportunity": Entry(
        "Equal opportunity, lowest",
        "Good customers of every group are approved nearly as often as those of the largest one.",
        _GROUPS,
        "fair/equal_opportunity",
        share=True,
    ),
    "fairness.calibration": Entry(
        "Calibration by group",
        "Defaults of every group are those that its PDs give (Holm-adjusted over groups).",
        "Recalibrate by group, or find what the model misses about it.",
    ),
}
