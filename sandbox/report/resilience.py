"""Section 7: robustness, sensitivity, stress, reverse stress, limits."""

from sandbox.report import exhibits
from sandbox.report.basis import tests_of
from sandbox.report.document import Block, Heading, Section
from sandbox.report.standing import Judged, Standing


def resilience(standing: Standing, judged: tuple[Judged, ...]) -> Section:
    """Section 7: whatever results and tables there are, by family."""
    blocks: list[Block] = []
    families = {"robustness": "Sensitivity and robustness"}
    if standing.role != "fraud" or any(j.worst.family == "stress" for j in judged):
        families["stress"] = "Stress and reverse stress"
    if standing.role == "limit" or any(j.worst.family == "limits" for j in judged):
        families["limits"] = "Limits"
    for family, title in families.items():
        blocks += [Heading(title), *tests_of(standing, judged, family, f"{title}, tests")]
        blocks += exhibits.of_family(standing, judged, family)
    return Section(7, "Sensitivity, robustness, stress", tuple(blocks))
