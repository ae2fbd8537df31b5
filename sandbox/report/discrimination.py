"""Section 6.1: how the score ranks."""

from sandbox import plots
from sandbox.report import figures
from sandbox.report.basis import tests_of
from sandbox.report.document import Block, Picture, table_of
from sandbox.report.standing import TYPOLOGIES, Contender, Judged, Standing
from sandbox.report.target import UNDER_INCUMBENT
from sandbox.report.wording import Form, count, percent, plural, significant, two
from sandbox.validation.discrimination import score_bands, wilson


def discrimination(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    """Tests, recall by kind of fraud, curves and score bands."""
    blocks = tests_of(standing, judged, "discrimination", "Discrimination tests")
    if standing.role == "fraud":
        blocks += tests_of(standing, judged, "fraud", "Fraud capture")
        blocks += _typologies(standing)
    note = UNDER_INCUMBENT if standing.role == "limit" else ""
    return [*blocks, *_curves(standing), *_bands(standing.champion, note)]


def _typologies(standing: Standing) -> list[Block]:
    """Recall of each kind of fraud with Wilson's interval: some kinds are few."""
    table = standing.champion.reference.tables.get(TYPOLOGIES)
    if table is None or table.empty:
        return []
    pairs = zip(table["recall_at_fpr_2pct"], table["applications"], strict=True)
    ends = [wilson(float(recall * n), int(n)) for recall, n in pairs]
    shown = table.assign(
        typology=table["typology"].astype(str).str.replace("_", " "),
        low=[low for low, _ in ends],
        high=[high for _, high in ends],
    )
    spec: tuple[tuple[str, str, Form | None], ...] = (
        ("typology", "Kind of fraud", None),
        ("applications", "Applications", count),
        ("recall_at_fpr_2pct", "Recall at 2% FPR", percent),
        ("low", "95% from", percent),
        ("high", "to", percent),
    )
    note = "First finished run. Wilson's interval, the threshold held fixed."
    return [table_of("Recall by kind of fraud", spec, shown, note)]


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


def _bands(champion: Contender, rests: str) -> list[Block]:
    scored = champion.reference.tables.get("scored")
    if scored is None or not {"score", "target"} <= set(scored.columns):
        return []
    seen = scored[scored["target"].notna()]
    if seen["target"].nunique() < 2:
        return []
    spec: tuple[tuple[str, str, Form | None], ...] = (
        ("band", "Band", None),
        ("score_from", "Score from", significant),
        ("score_to", "to", significant),
        ("n", "Cases", count),
        ("bad", "Bad", count),
        ("bad_rate", "Bad rate", percent),
        ("captured", "Captured", percent),
        ("lift", "Lift", two),
    )
    left_out = len(scored) - len(seen)
    note = (
        "Riskiest band first: the tenths by score that are also the grades of the calibration "
        "tests, equal scores kept together; captured is the share of all bad cases down to that "
        "band."
    )
    if left_out:
        verb = "is" if left_out == 1 else "are"
        note += f" {plural(left_out, 'case')} whose outcome was never observed {verb} left out."
    if rests:
        note += f" {rests}"
    rows = score_bands(seen["target"], seen["score"])
    return [table_of("Score bands", spec, rows, note)]
