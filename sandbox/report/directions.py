"""Which way features move the score, against what their names lead one to expect."""

import numpy as np
import pandas as pd

from sandbox.features.expected_directions import expected_sign
from sandbox.report.standing import Standing

#: rank correlation of value and contribution from which an effect has a direction
CLEAR = 0.3
#: features that carry less of the total than this are not argued about
SHARE = 0.01


def directions(standing: Standing) -> pd.DataFrame | None:
    """The champion's features, strongest first; None when it was not explained.

    Columns: those of `Attribution.summary`, `expected` (1, -1 or 0: no view) and `against`
    (whether a clear effect of some weight runs the other way).
    """
    attribution = standing.champion.reference.attribution
    if attribution is None:
        return None
    table = attribution.summary()
    # where the model was asked along a feature, the market's own view; names say it elsewhere
    asked = standing.champion.reference.tables.get("robustness_directions")
    known = {} if asked is None else dict(zip(asked["feature"], asked["expected"], strict=True))
    names = [str(feature) for feature in table["feature"]]
    expected = np.array([known.get(f, expected_sign(f, standing.role)) for f in names])
    clear = table["direction"].to_numpy(dtype=float) * expected <= -CLEAR
    weighty = table["share"].to_numpy(dtype=float) >= SHARE
    return table.assign(expected=expected, against=clear & weighty)
