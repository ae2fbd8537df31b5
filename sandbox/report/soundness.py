"""Section 3: alternatives, monotonicity, and the assumptions with what examines them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.report import exhibits
from sandbox.report.basis import tests_of
from sandbox.report.directions import directions
from sandbox.report.document import Block, Gap, Heading, Mark, Paragraph, Section, Table, columns
from sandbox.report.standing import Judged, Standing
from sandbox.validation.result import Verdict


@dataclass(frozen=True)
class Assumption:
    """What a model rests on, and which tests examine it."""

    text: str
    tests: tuple[str, ...]


_ASSUMPTIONS = {
    "credit": (
        Assumption(
            "Customers of the future resemble those the model learnt from.",
            ("stability.psi", "stability.csi", "data.representativeness"),
        ),
        Assumption(
            "Outcomes of the accounts that were opened say what those of all applicants would be.",
            (
                "data.through_the_door",
                "out_of_time.through_the_door",
                "outcomes.reject_spread",
                "outcomes.reject_overlap",
            ),
        ),
        Assumption(
            "Everything the model reads was known on the day of the decision.",
            ("data.point_in_time", "data.leakage", "data.leakage_by_time"),
        ),
        Assumption(
            "Defaults are independent but for what the features say; tests of calibration rest "
            "on it.",
            ("calibration.traffic_light",),
        ),
        Assumption(
            "Effects do not change with time.",
            ("out_of_time.auc_change", "out_of_time.auc_trend", "out_of_time.calibration_trend"),
        ),
        Assumption(
            "Higher values move the risk one way where reason says so.",
            ("robustness.monotonicity",),
        ),
    ),
    "fraud": (
        Assumption(
            "Frauds of the future resemble those the model learnt from.",
            ("stability.psi", "stability.csi"),
        ),
        Assumption(
            "Confirmed frauds stand for all of them, though confirmation is late and partial.",
            ("outcomes.late_labels", "outcomes.label_bias"),
        ),
        Assumption(
            "Everything the model reads was known on the day of the application.",
            ("data.point_in_time", "data.leakage"),
        ),
    ),
}
#: worst first
_ORDER = (Verdict.FAIL, Verdict.WARN, Verdict.NOT_EVALUATED, Verdict.PASS)
#: tests that section 3 shows, of another section's family
_MONOTONE = ("robustness.monotonicity", "robustness.monotonicity_size")


def soundness(standing: Standing, judged: tuple[Judged, ...]) -> Section:
    """Section 3."""
    blocks: list[Block] = [Heading("Alternatives")]
    others = ", ".join(c.name for c in standing.challengers)
    blocks.append(
        Paragraph(f"Tried on the same data: {others} (section 6).")
        if others
        else Gap("Not evaluated: no alternative was tried on the same data.")
    )
    blocks += [Heading("Monotonicity and signs"), *_monotone(standing, judged)]
    blocks += [Heading("Assumptions"), _assumptions(standing.role, judged)]
    blocks += exhibits.recorded_under(standing, "soundness")
    return Section(3, "Conceptual soundness", tuple(blocks))


def _monotone(standing: Standing, judged: tuple[Judged, ...]) -> list[Block]:
    tests = tuple(j for j in judged if j.worst.id in _MONOTONE)
    blocks: list[Block] = []
    if tests:
        blocks += tests_of(standing, tests, "robustness", "Monotonicity")
    else:
        blocks.append(
            Gap("Not evaluated: no test moved one feature at a time to see the score's direction.")
        )
    table = directions(standing)
    if table is None:
        blocks.append(Gap("Not evaluated: signs of effects; the model was not explained."))
        return blocks
    said = int((table["expected"] != 0).sum())
    against = int(table["against"].sum())
    blocks.append(
        Paragraph(
            f"Of {len(table)} features {said} have an expected sign by their name; the effect of "
            f"{against} of them runs against it (section 8)."
        )
    )
    return blocks


def _assumptions(role: str, judged: Sequence[Judged]) -> Table:
    found = {j.worst.id: j for j in judged}
    rows = []
    for assumption in _ASSUMPTIONS["fraud" if role == "fraud" else "credit"]:
        there = [found[t] for t in assumption.tests if t in found]
        shown = [j for j in there if j.information]
        verdicts = [j.worst.verdict for j in there if not j.information]
        mark = Mark(Verdict.NOT_EVALUATED)
        if verdicts:
            mark = Mark(min(verdicts, key=_ORDER.index))
        elif shown:
            mark = Mark(None)
        named = "; ".join(j.worst.title for j in there) or "no test of this validation"
        rows.append((assumption.text, named, mark))
    return Table(
        "Assumptions and what examines them",
        columns("Assumption", "Examined by", "Worst verdict"),
        tuple(rows),
        "A test examines an assumption; passing it does not prove it.",
    )
