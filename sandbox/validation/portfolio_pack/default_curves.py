"""PD term structures by bucket, from a roll matrix."""

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.states import LEFT, WRITTEN_OFF


def default_curves(rolls: pd.DataFrame, definitions: Definitions, months: int = 36) -> pd.DataFrame:
    """Marginal PDs of each bucket that is not in default, from a roll matrix by count.

    `rolls` has the columns of `states.matrix`. The chain is taken to be the same in every month;
    default is absorbing, accounts that leave are gone, those written off are in default. Columns:
    `segment` (bucket), `month` (1 to `months`), `marginal_pd` (share of the accounts of today
    that default in that month) and `cumulative_pd`. Buckets that never were are left out.
    Raises BadInput when `default.days` is no bound of a bucket.

    Source: cumulative PD of a Markov chain, as in Jarrow, Lando and Turnbull (1997), Review of
    Financial Studies 10.
    """
    names, bounds = definitions.overdue.names, definitions.overdue.bounds_days
    if definitions.default.days not in bounds:
        raise BadInput(
            f"Default is above {definitions.default.days} days, which is no bound of a bucket "
            f"({', '.join(map(str, bounds))}); add it to overdue.bounds_days."
        )
    alive = bounds.index(definitions.default.days) + 1
    table = rolls.set_index("from")
    shares = np.nan_to_num(table.loc[list(names[:alive]), list(names)].to_numpy(dtype=float))
    gone = np.nan_to_num(table.loc[list(names[:alive]), [LEFT, WRITTEN_OFF]].to_numpy(dtype=float))
    stay = shares * (1.0 - gone.sum(axis=1))[:, None]
    step, lost = stay[:, :alive], stay[:, alive:].sum(axis=1) + gone[:, 1]
    seen = table.loc[list(names[:alive]), "total"].to_numpy(dtype=float) > 0
    marginal, here = np.zeros((alive, months)), np.eye(alive)
    for month in range(months):
        marginal[:, month] = here @ lost
        here = here @ step
    parts = [
        pd.DataFrame(
            {
                "segment": names[k],
                "month": np.arange(1, months + 1),
                "marginal_pd": marginal[k],
                "cumulative_pd": marginal[k].cumsum(),
            }
        )
        for k in np.flatnonzero(seen)
    ]
    if not parts:
        raise BadInput("The roll matrix has no bucket that is not in default.")
    return pd.concat(parts, ignore_index=True)
