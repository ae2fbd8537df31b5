"""Is the population what it was?"""

from sandbox.validation.catalogue.entry import SHIFT, Entry

ENTRIES: dict[str, Entry] = {
    "stability.psi": Entry(
        "Population stability index of the score",
        "Evaluation scores are distributed as training scores were.",
        SHIFT,
        "stability/psi",
    ),
    "stability.csi": Entry(
        "Characteristic stability index, largest",
        "Each feature is distributed as in training.",
        SHIFT,
    ),
}
