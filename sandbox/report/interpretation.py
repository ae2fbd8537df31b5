"""Section 8: explanation and fairness."""

from sandbox.report import exhibits, figures
from sandbox.report.basis import tests_of
from sandbox.report.directions import CLEAR, SHARE, directions
from sandbox.report.document import (
    Block,
    Gap,
    Heading,
    Paragraph,
    Picture,
    Section,
    table_of,
)
from sandbox.report.standing import Judged, Standing
from sandbox.report.wording import Form, four, percent, plural, three

#: features drawn and printed
ROWS = figures.FEATURES
#: which rule the bounds of fairness are
_POLICY = (
    "Bounds of fairness are a policy of the bank. No regulation named in this report sets them: "
    "Regulation B of 21 July 2026 knows no disparate impact."
)
#: reasons printed, the most frequent
REASONS = 8
_EXPECTED = {1: "raise", -1: "lower", 0: "–"}


def explanation(standing: Standing, judged: tuple[Judged, ...]) -> Section:
    """Section 8: what moves the score, in which direction."""
    blocks: list[Block] = [Heading("Explanation"), *_explanation(standing)]
    blocks += tests_of(standing, judged, "explanation", "Explanation tests")
    blocks += [*_structure(standing), *_reasons(standing)]
    asked = standing.champion.reference.attribution is not None
    if asked and not any(j.worst.id.startswith("explanation.faithfulness") for j in judged):
        blocks.append(Gap("Not evaluated: faithfulness of the explanation, stability of reasons."))
    blocks += [Heading("Fairness"), Paragraph(_POLICY)]
    blocks += tests_of(standing, judged, "fairness", "Fairness tests")
    blocks += exhibits.of_family(standing, judged, "fairness")
    return Section(8, "Explanation and fairness", tuple(blocks))


def _structure(standing: Standing) -> list[Block]:
    """Contributions and truth by trait, where the data was made."""
    table = standing.champion.reference.tables.get("explanation_structure")
    if table is None:
        return []
    shown = table.sort_values("true", ascending=False).copy()
    shown["player"] = shown["player"].str.replace("_", " ")
    spec: tuple[tuple[str, str, Form | None], ...] = (
        ("player", "Trait", None),
        ("true", "Share of truth", percent),
        ("attributed", "Share of contributions", percent),
        ("rank_correlation", "Rank correlation", three),
        ("sign_errors", "Wrong sign", percent),
    )
    note = (
        "Contributions of the features that measure a trait against the trait's true contribution "
        "to the log-odds of default, of the same customers. Rank correlation is over customers; "
        "wrong signs are counted where the true sign is clear. A good model may use proxies: this "
        "judges what the explanation tells of the world, not the model."
    )
    return [table_of("Traits, as explained and as they are", spec, shown, note)]


def _reasons(standing: Standing) -> list[Block]:
    """The reasons that are given most often."""
    table = standing.champion.reference.tables.get("reason_codes")
    if table is None or table.empty:
        return []
    spec: tuple[tuple[str, str, Form | None], ...] = (
        ("code", "Code", None),
        ("text_en", "Reason", None),
        ("text_zh", "In Chinese", None),
        ("share_top", "Among a case's reasons", percent),
        ("share_first", "First reason", percent),
    )
    top = table.head(REASONS)
    note = "Shares of the cases explained."
    if len(table) > len(top):
        note += f" {plural(len(table) - len(top), 'rarer reason')} not shown."
    return [table_of("Reasons given", spec, top, note)]


def _explanation(standing: Standing) -> list[Block]:
    attribution = standing.champion.reference.attribution
    if attribution is None:
        reason = standing.champion.unfinished or "the model was not explained"
        return [Gap(f"Not evaluated: {reason}.")]
    blocks: list[Block] = [
        Paragraph(
            f"Contributions of features to {attribution.output} for "
            f"{len(attribution.values):,} cases ({attribution.method}). For every case the "
            "contributions and the base value add up to the model's output."
        )
    ]
    drawn = figures.explanation(attribution)
    if drawn is None:
        blocks.append(Gap("Figures are not shown: the explanation plots cannot be loaded."))
    else:
        blocks.append(Picture("Mean strength of each feature", drawn[0]))
        blocks.append(
            Picture(
                "Contribution case by case",
                drawn[1],
                "A dot a case, coloured by the feature's value; grey where the value is missing.",
            )
        )
    whole = directions(standing)
    assert whole is not None
    moving = whole[whole["mean_abs"] > 0]
    table = (whole.head(1) if moving.empty else moving.head(ROWS)).copy()
    table["sense"] = [_sense(d) for d in table["direction"]]
    table["hoped"] = [
        _EXPECTED[int(e)] + (", against expectation" if a else "")
        for e, a in zip(table["expected"], table["against"], strict=True)
    ]
    spec: tuple[tuple[str, str, Form | None], ...] = (
        ("feature", "Feature", None),
        ("mean_abs", "Mean strength", four),
        ("share", "Share", percent),
        ("direction", "Rank correlation", three),
        ("sense", "Higher values", None),
        ("hoped", "Expected to", None),
    )
    left_out = attribution.values.shape[1] - len(table)
    note = (
        f"Strength in units of {attribution.output}; correlation of value and contribution. The "
        "expectation follows from the feature's name (–: none); an effect counts as against it "
        f"from a correlation of {CLEAR:g} and a share of {SHARE:.0%} on."
    )
    if left_out > 0:
        verb = "is" if left_out == 1 else "are"
        if len(moving) > len(table):
            note += f" {plural(left_out, 'weaker feature')} {verb} not shown."
        else:
            note += f" {plural(left_out, 'feature')} that moved no score {verb} not shown."
    return [*blocks, table_of("Direction of effects", spec, table, note)]


def _sense(direction: float) -> str:
    if direction >= 0.3:
        return "raise the score"
    if direction <= -0.3:
        return "lower the score"
    return "mixed" if direction == direction else "–"
