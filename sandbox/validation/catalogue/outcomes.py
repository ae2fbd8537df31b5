"""What came of it: later periods, months on book, late labels, the rejected, and drift."""

from sandbox.validation.catalogue.entry import REBUILD, RECALIBRATE, Entry

_LABELS = "Learn and judge on mature cohorts, or correct by the maturity curve."
_REJECTS = "Approve a small share at random, and infer from their outcomes."
_MONITOR = "Set the monitor's limit anew: by its run length where nothing has changed."

ENTRIES: dict[str, Entry] = {
    "out_of_time.auc_change": Entry(
        "AUC out of time less in time",
        "The model ranks no worse after the time it was built on (DeLong, one-sided); "
        "power against a fall of 0.05.",
        REBUILD,
        "outcomes/auc_change",
    ),
    "out_of_time.calibration_change": Entry(
        "Outcome less PD, out of time less in time",
        "PDs are no further below outcomes than in the time they were built on (one-sided); "
        "power against rates 20% above.",
        RECALIBRATE,
        "outcomes/calibration_change",
        share=True,
    ),
    "out_of_time.auc_trend": Entry(
        "Trend of the AUC a period",
        "Ranking does not fade from period to period (weighted slope, one-sided).",
        REBUILD,
    ),
    "out_of_time.calibration_trend": Entry(
        "Trend of default log-odds beyond the PDs",
        "PDs do not fall behind outcomes from period to period (score test, one-sided).",
        RECALIBRATE,
    ),
    "out_of_time.through_the_door": Entry(
        "Accepted against all applicants (PSI)",
        "Those on whom outcomes were seen are distributed as those who are scored.",
        "Infer the outcomes of the rejected, and say where the model is extrapolated.",
        "outcomes/through_the_door_psi",
    ),
    "outcomes.back_test_mob": Entry(
        "Back-test by month on book: observed over expected defaults",
        "At no month on book have more accounts defaulted than expected (Jeffreys, "
        "Holm-adjusted); power against rates 20% above.",
        RECALIBRATE,
        "outcomes/back_test_mob",
    ),
    "outcomes.back_test_vintage": Entry(
        "Back-test by vintage: observed over expected defaults",
        "In no vintage have more accounts defaulted than expected (Jeffreys, Holm-adjusted); "
        "power against rates 20% above.",
        "Find what was lent otherwise in that vintage; recalibrate if it goes on.",
        "outcomes/back_test_vintage",
    ),
    "outcomes.late_labels": Entry(
        "Bad labels that come in the second half of the window",
        "Most bad labels are known early in the performance window.",
        _LABELS,
        share=True,
    ),
    "outcomes.label_bias": Entry(
        "Default rate that is still to come",
        "The default rate known today is nearly that at the end of the window (Kaplan-Meier).",
        _LABELS,
        "outcomes/label_bias",
        share=True,
    ),
    "outcomes.reject_spread": Entry(
        "Disagreement of reject-inference methods",
        "Methods of reject inference come to nearly the same bad rate: highest less lowest, over "
        "their mean.",
        _REJECTS,
        "outcomes/reject_spread",
        share=True,
    ),
    "outcomes.reject_overlap": Entry(
        "Accepted cases that stand for the rejected",
        "Enough accepted cases resemble the rejected (effective number after weights).",
        _REJECTS,
    ),
    "truth.delayed_labels": Entry(
        "Bias of the corrected default rate",
        "Corrected for late labels, the default rate is that of the world (relative).",
        _LABELS,
        "truth/delayed_labels_bias",
        share=True,
    ),
    "truth.reject_inference": Entry(
        "Bias of reject inference",
        "The inferred bad rate of the rejected is that of the world (relative).",
        _REJECTS,
        "truth/reject_inference_bias",
        share=True,
    ),
    "truth.drift_delay": Entry(
        "Delay of drift detection, months",
        "A change of the population is found soon after it happened.",
        _MONITOR,
        "truth/drift_delay",
    ),
    "truth.false_alarms": Entry(
        "Streams with a false alarm before the change",
        "The monitor stays silent while nothing has changed.",
        _MONITOR,
        "truth/drift_false_alarms",
        share=True,
    ),
}
