"""The cut-off ladder: what each step of the PD cut-off lets in, and what that step earns."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sandbox.errors import BadInput
from sandbox.exhibits.book import Book, mean, same_applications

#: cut-offs on pd that the ladder tries, shares (assumed: the edges of common master scales)
RUNGS = (0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.20, 1.0)


def cut_off_ladder(
    book: Book, other: Book | None = None, rungs: Sequence[float] = RUNGS
) -> pd.DataFrame:
    """A row a cut-off on the policy's pd, lowest first.

    Columns: `cut_off`, `accepted` (share of applications with a pd up to it), `expected_bad_rate`
    (mean pd of those), `bad_rate` (of their accounts), `seen` (share of those accepted that have
    an account), `step_bad_rate` and `step_accounts` (of accounts let in by this step alone),
    `profit` (RMB an application, declined ones with 0) and `step_profit` (RMB in all, of this
    step alone).
    Outcomes are those under `book`, and under `other`'s decisions where it alone has an account:
    so rungs above the policy's own cut-off are judged by what another policy let in.
    Raises BadInput for cut-offs that do not rise.
    """
    if len(rungs) == 0 or not np.all(np.diff(rungs) > 0) or not 0 < rungs[0] <= rungs[-1] <= 1:
        raise BadInput(f"rungs are {list(rungs)}; give rising cut-offs above 0, up to 1.")
    default, profit = book.default, np.where(book.approve, book.profit, np.nan)
    if other is not None:
        same_applications(book, other)
        default = np.where(np.isnan(default), other.default, default)
        elsewhere = np.where(other.approve, other.profit, np.nan)
        profit = np.where(np.isnan(profit), elsewhere, profit)
    risk = book.decisions["pd"].to_numpy(dtype=float)
    earned = np.nan_to_num(profit)
    unknown = bool(np.isnan(profit).all())
    rows, below = [], -np.inf
    for rung in rungs:
        inside, step = risk <= rung, (risk <= rung) & (risk > below)
        rows.append(
            {
                "cut_off": rung,
                "accepted": inside.mean(),
                "expected_bad_rate": mean(risk[inside]),
                "bad_rate": mean(default[inside]),
                "seen": mean((~np.isnan(default[inside])).astype(float)),
                "step_bad_rate": mean(default[step]),
                "step_accounts": int((~np.isnan(default[step])).sum()),
                "profit": np.nan if unknown else float(earned[inside].sum() / len(risk)),
                "step_profit": np.nan if unknown else float(earned[step].sum()),
            }
        )
        below = rung
    return pd.DataFrame(rows)
