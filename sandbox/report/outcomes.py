"""Section 6: what came of the model's scores and decisions."""

from sandbox import plots
from sandbox.report import exhibits, figures
from sandbox.report.basis import tests_of
from sandbox.report.challengers import challengers
from sandbox.report.decisions import decisions
from sandbox.report.discrimination import discrimination
from sandbox.report.document import (
    Block,
    Gap,
    Heading,
    Paragraph,
    Picture,
    Section,
    table_of,
)
from sandbox.report.findings import by_reason
from sandbox.report.portfolio import portfolio
from sandbox.report.standing import Judged, Standing
from sandbox.report.target import UNDER_INCUMBENT
from sandbox.report.wording import (
    Form,
    count,
    four,
    percent,
    plural,
    probability,
    two,
)

#: families of tests on what happened as time went by
_OVER_TIME = {
    "outcomes": "Outcomes over time",
    "out_of_time": "Out of time",
    "portfolio": "Vintages and portfolio",
}


def outcomes(standing: Standing, judged: tuple[Judged, ...]) -> Section:
    """Discrimination, calibration, stability, challengers, decisions and the truth."""
    role = standing.role
    blocks: list[Block] = [Heading("Discrimination"), *discrimination(standing, judged)]
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
    if standing.challengers or any(j.worst.family == "comparison" for j in judged):
        blocks += tests_of(standing, judged, "comparison", "Champion against challenger, tests")
    if role == "limit":
        blocks += [Heading("Limit decisions"), *decisions(standing)]
    blocks += [Heading("Against the truth"), *_truth(standing, judged)]
    return Section(6, "Outcomes", (*blocks, *_over_time(standing, judged)))


def _over_time(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    """Each family that has something to show; the others together, under one heading."""
    shown: list[Block] = []
    silent: dict[str, list[str]] = {}
    for family, title in _OVER_TIME.items():
        tests = tests_of(standing, judged, family, f"{title}, tests")
        more = portfolio(standing) if family == "portfolio" else []
        more = more or exhibits.of_family(standing, judged, family)
        own = [j for j in judged if j.worst.family == family]
        if more or not all(isinstance(block, Gap) for block in tests):
            shown += [Heading(title), *tests, *more]
        elif own or standing.role != "fraud":
            silent.setdefault("; ".join(by_reason(own)) or _no_result(standing), []).append(title)
    if not silent:
        return shown
    items = tuple(f"{'; '.join(titles)}: {reason}." for reason, titles in silent.items())
    said = Gap("Not evaluated; the appendix has each test with its reason.", items)
    said = Gap(f"Not evaluated: {items[0]}") if len(items) == 1 else said
    return [*shown, Heading("Without data over time" if shown else "Over time"), said]


def _no_result(standing: Standing) -> str:
    return standing.champion.unfinished or "no result of this family was recorded"


def _calibration(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    blocks = tests_of(standing, judged, "calibration", "Calibration tests")
    rests = f" {UNDER_INCUMBENT}" if standing.role == "limit" else ""
    reference = standing.champion.reference
    # the same seed as in the line of the test above, so that both count the same grades
    tested = next((j for j in judged if j.worst.id == "calibration.jeffreys"), None)
    table = None if tested is None else tested.worst.table
    if table is None:
        table = reference.tables.get("calibration")
    elif tested is not None and len(tested.verdicts) > 1:
        rests = f" Seed {tested.seed} of {len(tested.verdicts)}.{rests}"
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
        ("p_holm", "p, Holm", probability),
        ("power", "Power", two),
    )
    spec = tuple(s for s in spec if s[0] in table.columns)
    note = (
        "Grades are tenths of the evaluation table by score, the safest first. Jeffreys interval "
        "and one-sided p-value; the test counts grades by the p-value in column Holm, which allows "
        "for as many tests as there are grades: of ten right grades one or the other falls below "
        "5% by chance. Power is that of a single 5% test when the true rate is 20% above the PD."
        + rests
    )
    return [
        *blocks,
        Picture(
            "Predicted and observed default rates, with 95% Jeffreys intervals", svg, rests.strip()
        ),
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
    note = f"{len(top)} of {plural(len(table), 'feature')}, largest first; "
    note += "chance is the 95% level for these sizes."
    return [table_of("Characteristic stability", spec, top, note)]


def _truth(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    if standing.role == "fraud" and standing.world_made and not standing.champion.unfinished:
        return [
            Paragraph(
                "The fraud trial itself is judged on the truth: target of every figure in this "
                "section is what each application truly was, not what a bank would have confirmed. "
                "A bank's own data would show fewer frauds, and later."
            )
        ]
    if reason := standing.no_truth:
        return [Gap(f"Not evaluated: {reason}.")]
    blocks: list[Block] = [
        Paragraph(
            "The world of this study was made, so every customer's true PD and the best decision "
            "are known. No model saw them; they serve to judge alone. True PDs are those at the "
            "incumbent's limit; profit, regret and oracle are at each decision's own limit."
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
            "does not tell apart. Shares are of the model's total; skill is 1 less the total over "
            "the error of the constant."
        )
        blocks.append(table_of("Error against the true PD, in parts", spec, parts, note))
    return [*blocks, *_as_others(standing)]


def _as_others(standing: Standing) -> list[Block]:
    """Decisions and PDs with an attribute changed, an attribute a row."""
    table = figures.result_table(standing.champion.reference, "truth.counterfactual_fairness")
    if table is None:
        return []
    spec: tuple[tuple[str, str, Form | None], ...] = (
        ("attribute", "Attribute", None),
        ("n", "Customers", count),
        ("changed", "Decisions that change", percent),
        ("worse", "Would have more", percent),
        ("better", "Would have less", percent),
        ("pd_change", "Change of the PD", percent),
        ("true_change", "Change of the true PD", percent),
        ("unexplained", "Beyond the true change", percent),
    )
    note = (
        "The same customers and noise with the attribute changed: age and education by mirrored "
        "rank, persons and businesses each for the other. What follows from the attribute in "
        "their application follows. Changes are means of absolute values; the true one is of a "
        "limit of 10,000 RMB."
    )
    return [table_of("With another attribute", spec, table, note)]
