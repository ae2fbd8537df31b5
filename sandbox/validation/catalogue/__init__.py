"""Every test by name: what it asks, what to do when it fails, which metric carries its figure.

A family of tests, a file.
"""

from sandbox.validation.catalogue.calibration import ENTRIES as CALIBRATION
from sandbox.validation.catalogue.comparison import ENTRIES as COMPARISON
from sandbox.validation.catalogue.data import ENTRIES as DATA
from sandbox.validation.catalogue.discrimination import ENTRIES as DISCRIMINATION
from sandbox.validation.catalogue.entry import Entry
from sandbox.validation.catalogue.explanation import ENTRIES as EXPLANATION
from sandbox.validation.catalogue.fairness import ENTRIES as FAIRNESS
from sandbox.validation.catalogue.fraud import ENTRIES as FRAUD
from sandbox.validation.catalogue.limits import ENTRIES as LIMITS
from sandbox.validation.catalogue.outcomes import ENTRIES as OUTCOMES
from sandbox.validation.catalogue.portfolio import ENTRIES as PORTFOLIO
from sandbox.validation.catalogue.robustness import ENTRIES as ROBUSTNESS
from sandbox.validation.catalogue.stability import ENTRIES as STABILITY
from sandbox.validation.catalogue.stress import ENTRIES as STRESS
from sandbox.validation.catalogue.truth import ENTRIES as TRUTH

__all__ = ["CATALOGUE", "Entry"]

#: id -> its words; a policy may set thresholds for these ids and no others
CATALOGUE: dict[str, Entry] = {
    **DATA,
    **DISCRIMINATION,
    **FRAUD,
    **CALIBRATION,
    **STABILITY,
    **ROBUSTNESS,
    **COMPARISON,
    **EXPLANATION,
    **FAIRNESS,
    **PORTFOLIO,
    **OUTCOMES,
    **STRESS,
    **LIMITS,
    **TRUTH,
}
