"""Are predicted probabilities right?"""

from sandbox.validation.catalogue.entry import RECALIBRATE, Entry

ENTRIES: dict[str, Entry] = {
    "calibration.brier": Entry(
        "Brier score", "Predicted probabilities are close to outcomes.", RECALIBRATE, "calib/brier"
    ),
    "calibration.ece": Entry(
        "Expected calibration error",
        "Observed rates equal predicted ones across the score range.",
        RECALIBRATE,
        "calib/ece",
    ),
    "calibration.slope": Entry(
        "Calibration slope",
        "Predictions are neither too extreme (below 1) nor too flat (above 1).",
        RECALIBRATE,
        "calib/slope",
    ),
    "calibration.intercept": Entry(
        "Calibration intercept",
        "Predictions are right on average (0); above 0 they are too low.",
        RECALIBRATE,
        "calib/intercept",
    ),
    "calibration.hosmer_lemeshow": Entry(
        "Hosmer–Lemeshow test",
        "Observed and expected events agree in all score groups; power is against true "
        "rates 20% above predicted.",
        RECALIBRATE,
    ),
    "calibration.jeffreys": Entry(
        "Jeffreys test by grade",
        "No grade's PD is understated (one-sided, Holm-adjusted over grades).",
        RECALIBRATE,
    ),
    "calibration.spiegelhalter": Entry(
        "Spiegelhalter test",
        "The Brier score is what predictions that are right would give; power is against true "
        "rates 20% above predicted.",
        RECALIBRATE,
    ),
    "calibration.binomial": Entry(
        "Binomial test by grade",
        "No grade has more defaults than its PD explains (exact, Holm-adjusted over grades).",
        RECALIBRATE,
    ),
    "calibration.traffic_light": Entry(
        "Traffic lights by grade",
        "No grade has more defaults than its PD explains when customers fail together.",
        RECALIBRATE,
    ),
}
