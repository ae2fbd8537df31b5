"""Studies: models × worlds × seeds, each cell in its own sandbox, tracked and resumable."""

from sandbox.experiment.results import StudyResults
from sandbox.experiment.study import Study

__all__ = ["Study", "StudyResults"]
