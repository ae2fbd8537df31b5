"""Size and power of every test together: which trials, which defects, and the table of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.policy import Policy
from sandbox.validation.quality import over_time, trials
from sandbox.validation.quality.rates import rates
from sandbox.validation.quality.trials import RIGHT, Ground, Trial


@dataclass(frozen=True)
class Family:
    """A trial, and the defects that can be planted in it."""

    trial: Trial
    defects: tuple[str, ...]
    #: whether a draw takes long, so that a study may take fewer
    slow: bool = False


FAMILIES: Mapping[str, Family] = {
    "calibration": Family(trials.calibration, ("low", "extreme", "noise")),
    "stability": Family(trials.stability, ("drift", "noise")),
    "populations": Family(trials.populations, ("drift",), slow=True),
    "comparison": Family(trials.comparison, ("noise",)),
    "fairness": Family(trials.fairness, ("unfair",)),
    "slices": Family(trials.slices, ("hidden", "noise"), slow=True),
    "overfit": Family(trials.overfit, ("overfit",), slow=True),
    "leakage": Family(trials.leakage, ("leakage",), slow=True),
    "out of time": Family(over_time.out_of_time, ("worse", "noise")),
    "back-test": Family(over_time.back_test, ("low",)),
    "portfolio": Family(over_time.portfolio, ("worse",)),
    "need": Family(over_time.need, ("unfair",)),
}


def study(
    grounds: Sequence[Ground],
    family: str,
    *,
    n: int,
    draws: int,
    defect: str = RIGHT,
    seed: int = 0,
    policy: Policy | None = None,
) -> pd.DataFrame:
    """`rates` of a family's tests over `draws` samples of `n` customers, the grounds in turn.

    Adds the columns `family`, `defect` and `n`. BadInput for an unknown family or defect.
    """
    if family not in FAMILIES:
        raise BadInput(f"family={family!r} is not known; choose one of {', '.join(FAMILIES)}.")
    known = (RIGHT, *FAMILIES[family].defects)
    if defect not in known or not grounds:
        raise BadInput(f"defect={defect!r} of {family}; choose one of {', '.join(known)}.")
    policy = policy or Policy.default()
    place = list(FAMILIES).index(family)
    streams = np.random.default_rng([seed, place, n, known.index(defect)]).spawn(draws)
    trial = FAMILIES[family].trial
    table = rates(
        trial(rng, grounds[i % len(grounds)], n, defect, policy) for i, rng in enumerate(streams)
    )
    return table.assign(family=family, defect=defect, n=n)
