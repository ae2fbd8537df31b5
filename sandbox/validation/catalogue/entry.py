"""The fixed words of a test: what it asks, what to do when it fails."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """The fixed words of one test."""

    #: what a reader calls the test
    title: str
    #: what is tested, in one sentence
    hypothesis: str
    #: what to do when it does not hold
    remedy: str
    #: the tracked metric that carries the statistic; empty when none does
    metric: str = ""
    #: whether the figure is a share, written in per cent
    share: bool = False


# what to do, where several tests lead to the same
REBUILD = "Review features and specification; compare with a challenger before use."
RECALIBRATE = "Recalibrate on recent outcomes, then repeat the calibration tests."
SOURCE = "Trace the column to its source and correct or exclude it."
SHIFT = "Find the features that moved (characteristic stability) and confirm the scope of use."
TUNE = "Review features and alert threshold with the fraud team."
POLICY = "Review cut-off, limit ladder and caps against the oracle by segment."
