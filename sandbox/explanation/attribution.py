"""What an explanation is, outside the sandbox: a matrix of contributions that adds up."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    import shap


@dataclass(frozen=True)
class Attribution:
    """Additive contributions of features to a model's output, row by row.

    `values.sum(axis=1) + base` equals the model's output; `sandbox.explanation.additivity`
    checks it on every run.
    """

    #: n × d contributions, in units of `output`
    values: NDArray[np.float64]
    #: n base values (the mean output over the background)
    base: NDArray[np.float64]
    #: the n × d features explained; names label the plots
    features: pd.DataFrame
    #: what the contributions add up to, with its unit: "log-odds of default"
    output: str
    #: how they were computed: "woodelf, interventional, background 100"
    method: str

    def to_shap(self) -> "shap.Explanation":
        """The same as a `shap.Explanation`, so that shap's own plots work on it."""
        from sandbox.explanation.plots import to_shap

        return to_shap(self)

    def summary(self) -> pd.DataFrame:
        """Features by mean absolute contribution, largest first.

        Columns: `feature`, `mean_abs` (units of `output`), `share` (of the total, 0 to 1),
        `direction` (Spearman correlation of feature and contribution, -1 to 1, NaN if constant).
        """
        strength = np.abs(self.values).mean(axis=0)
        contributions = pd.DataFrame(self.values, columns=self.features.columns)
        direction = self.features.reset_index(drop=True).rank().corrwith(contributions.rank())
        table = pd.DataFrame(
            {
                "feature": self.features.columns,
                "mean_abs": strength,
                "share": strength / max(strength.sum(), np.finfo(float).tiny),
                "direction": direction.to_numpy(),
            }
        )
        return table.sort_values("mean_abs", ascending=False, ignore_index=True)
