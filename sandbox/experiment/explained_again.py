"""What a model is asked once it has explained itself, in the same sandbox.

Its scores on rows from which features were removed, against which its contributions are held; and
its contributions on rows with a little noise, which tell how steady its reasons are.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox.experiment.trial import Floats
from sandbox.explanation.reason_stability import noisy_features
from sandbox.explanation.removals import Removals
from sandbox.isolation import Artefact, Outcome, Status, Worker

Contributed = Outcome[tuple[Floats, Floats, Floats]]

#: rows explained a second time, the first; fewer of a model that could not explain them all
NOISY, NOISY_OF_SLOW = 250, 50


@dataclass(frozen=True)
class AskedAgain:
    """What was asked, and what came back."""

    removals: Removals
    #: scores of the altered rows, a column an output
    scored: Outcome[Floats]
    #: the first rows with noise, and their contributions, base and margin; None where the model
    #: ended before it was asked
    noisy: pd.DataFrame
    explained: Contributed | None


def asked_again(
    scoring: Worker,
    artefact: Artefact,
    outputs: tuple[str, ...],
    rows: tuple[pd.DataFrame, pd.DataFrame],
    explanation: Contributed | None,
) -> AskedAgain | None:
    """Ask the worker that gave `explanation` of `rows` (explained, background); None if none."""
    if explanation is None or explanation.status is not Status.OK or explanation.value is None:
        return None
    sample, background = rows
    values = explanation.value[0]
    removals = Removals.planned(values, len(background), seed=2)
    scored = scoring.score(artefact, removals.altered(sample, background), outputs)
    most = NOISY if len(values) == len(sample) else NOISY_OF_SLOW
    noisy = noisy_features(sample.iloc[: min(most, len(values))], np.random.default_rng(3))
    again = scoring.explain(artefact, noisy, background) if scored.status is Status.OK else None
    return AskedAgain(removals, scored, noisy, again)
