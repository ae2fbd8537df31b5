"""Section 6: what came of the model's scores and decisions."""

from sandbox import plots
from sandbox.report import figures
from sandbox.report.basis import tests_of
from sandbox.report.challengers import challengers
from sandbox.report.decisions import decisions, recorded
from sandbox.report.document import (
    Block,
    Gap,
    Heading,
    Paragraph,
    Picture,
    Section,
    table_of,
)
from sandbox.report.standing import TYPOLOGIES, Contender, Judged, Standing
from sandbox.report.wording import (
    Form,
    count,
    four,
    percent,
    probability,
    two,
)
from sandbox.validation.discrimination import score_bands


def outcomes(standing: Standing, judged: tuple[Judged, ...]) -> Section:
    """Discrimination, calibration, stability, challengers, decisions and the truth."""
    role = standing.role
    blocks: list[Block] = [Heading("Discrimination"), *_discrimination(standing, judged)]
    blocks.append(Heading("Calibration"))
    if role == "fraud":
        blocks.append(
            Gap("Not evaluated: a fraud score ranks cases and is not read as a probability.")
        )
    else:
        blocks += _calibration(standing, judged)
    blocks += [Heading("Stability"), *tests_of(standing, judged, "stability", "Stability tests")]
    blocks += _moved(standing)
    blocks += [Heading("Champion and challengers"), *challengers(standing)]
    if role == "limit":
        blocks += [Heading("Limit decisions"), *decisions(standing)]
    blocks += [Heading("Against the truth"), *_truth(standing, judged)]
    blocks.append(
        Gap("Not evaluated in this version: vintages, roll rates and back-test by month on book.")
    )
    return Section(6, "Outcomes", tuple(blocks))


def _discrimination(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    blocks = tests_of(standing, judged, "discrimination", "Discrimination tests")
    if standing.role == "fraud":
        blocks += tests_of(standing, judged, "fraud", "Fraud capture")
        blocks += recorded(standing, TYPOLOGIES, "Recall by kind of fraud")
    return [*blocks, *_curves(standing), *_bands(standing.champion)]


def _curves(standing: Standing) -> list[Block]:
    roc = figures.curves(standing, "discrimination.auc")
    scores = figures.result_table(standing.champion.reference, "discrimination.ks")
    precision = figures.curves(standing, "fraud.auprc")
    if roc is None or scores is None:
        return []
    note = "Curves are those of each model's first finished run."
    if precision is None:
        svg = figures.draw(
            "roc",
            3.4,
            lambda ax: plots.plot_roc(roc, ax),
            lambda ax: plots.plot_score_distribution(scores, ax),
            square=True,
        )
        title = "ROC curve, and scores of good and bad cases with their largest distance (KS)"
        return [Picture(title, svg, note)]
    scored = standing.champion.reference.tables.get("scored")
    base = None if scored is None else float(scored["target"].mean())
    svg = figures.draw(
        "roc",
        3.4,
        lambda ax: plots.plot_recall_at_fpr(roc, ax),
        lambda ax: plots.plot_precision_recall(precision, ax, base),
        square=True,
    )
    whole = figures.draw(
        "whole",
        3.4,
        lambda ax: plots.plot_roc(roc, ax),
        lambda ax: plots.plot_score_distribution(scores, ax),
        square=True,
    )
    return [
        Picture("Recall where alerts are worked, and precision against recall", svg, note),
        Picture("ROC curve, and scores of good cases and frauds (KS)", whole, note),
    ]


def _bands(champion: Contender) -> list[Block]:
    scored = champion.reference.tables.get("scored")
    if scored is None or not {"score", "target"} <= set(scored.columns):
        return []
    seen = scored[scored["target"].notna()]
    if seen["target"].nunique() < 2:
        return []
    spec: tuple[tuple[str, str, Form | None], ...] = (
        ("band", "Band", None),
        ("score_from", "Score from", four),
        ("score_to", "to", four),
        ("n", "Cases", count),
        ("bad", "Bad", count),
        ("bad_rate", "Bad rate", percent),
        ("captured", "Captured", percent),
        ("lift", "Lift", two),
    )
    left_out = len(scored) - len(seen)
    note = "Riskiest band first; captured is the share of all bad cases down to that band."
    if left_out:
        note += f" {left_out:,} cases whose outcome was never observed are left out."
    rows = score_bands(seen["target"], seen["score"])
    return [table_of("Score bands", spec, rows, note)]


def _calibration(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    blocks = tests_of(standing, judged, "calibration", "Calibration tests")
    reference = standing.champion.reference
    table = figures.result_table(reference, "calibration.jeffreys")
    if table is None:
        table = reference.tables.get("calibration")
    if table is None or table.empty:
        return blocks
    svg = figures.draw(
        "calibration",
        3.4,
        lambda ax: plots.plot_calibration(table, ax),
        lambda ax: plots.plot_rates_by_grade(table, ax),
        square=True,
    )
    spec: tuple[tuple[str, str, Form | None], ...] = (
        ("grade", "Grade", None),
        ("n", "Cases", count),
        ("defaults", "Defaults", count),
        ("mean_pd", "Mean PD", percent),
        ("observed_rate", "Observed", percent),
        ("low", "95% from", percent),
        ("high", "to", percent),
        ("p_value", "p, PD too low", probability),
        ("power", "Power", two),
    )
    spec = tuple(s for s in spec if s[0] in table.columns)
    note = (
        "Grades are tenths of the evaluation table by score. Jeffreys interval and one-sided "
        "p-value; power is that of a 5% test when the true rate is 20% above the PD."
    )
    return [
        *blocks,
        Picture("Predicted and observed default rates, with 95% Jeffreys intervals", svg),
        table_of("Calibration by grade", spec, table, note),
    ]


def _moved(standing: Standing) -> list[Block]:
    table = figures.result_table(standing.champion.reference, "stability.csi")
    if table is None:
        return []
    spec: tuple[tuple[str, str, Form | None], ...] = (
        ("feature", "Feature", None),
        ("psi", "Index", four),
        ("bins", "Bins", count),
        ("benchmark", "Chance stays below", four),
    )
    top = table.head(10)
    note = f"The {len(top)} largest of {len(table)}; chance is the 95% level for these sizes."
    return [table_of("Characteristic stability", spec, top, note)]


def _truth(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    if reason := standing.no_truth:
        return [Gap(f"Not evaluated: {reason}.")]
    blocks: list[Block] = [
        Paragraph(
            "The world of this study was made, so every customer's true PD and the best decision "
            "are known. No model saw them; they serve to judge alone."
        ),
        *tests_of(standing, judged, "truth", "Tests against the truth"),
    ]
    parts = figures.result_table(standing.champion.reference, "truth.pd_rmse")
    if parts is not None:
        spec: tuple[tuple[str, str, Form | None], ...] = (
            ("part", "Part", None),
            ("mean_squared_error", "Mean squared error", lambda v: f"{v:.6f}"),
            ("share", "Share", percent),
        )
        note = (
            "Miscalibration can be mended by recalibration; grouping is risk that the model "
            "does not tell apart."
        )
        blocks.append(table_of("Error against the true PD, in parts", spec, parts, note))
    return blocks
