"""The gate every explanation passes: contributions and base add up to the model's own output.

It runs twice, in the sandbox where the values are computed and outside where they arrive, and
there is no way to switch it off.
"""

import numpy as np
from numpy.typing import ArrayLike

from sandbox.errors import SandboxError


class AdditivityError(SandboxError):
    """Contributions that do not add up to the output they explain; names the worst row."""


def check(values: ArrayLike, base: ArrayLike, margin: ArrayLike, tolerance: float = 1e-6) -> None:
    """Raise AdditivityError unless `values.sum(axis=1) + base` equals `margin` in every row.

    `values` is n × d, `base` and `margin` are n long, all in the same units. A row may be off
    by `tolerance` times the larger of 1 and the sum of its absolute contributions and base:
    woodelf keeps its weights in single precision, so its rounding grows with what is added up.

    >>> check([[0.5, -0.25]], [0.0], [0.25])
    >>> check([[0.5, -0.25]], [0.0], [0.5])
    Traceback (most recent call last):
    ...
    sandbox.explanation.additivity.AdditivityError: Contributions do not add up: row 0 of 1 is \
off by 0.25 (contributions and base make 0.25, the model says 0.5; tolerance 1e-06).
    """
    parts = np.asarray(values, dtype=np.float64)
    start = np.asarray(base, dtype=np.float64)
    output = np.asarray(margin, dtype=np.float64)
    rows = output.shape[0] if output.ndim == 1 else -1
    if parts.ndim != 2 or parts.shape[0] != rows or start.shape != output.shape:
        raise AdditivityError(
            f"Contributions of shape {parts.shape}, base {start.shape} and margin {output.shape} "
            "do not fit together; n x d, n and n are needed."
        )
    if rows == 0:
        return
    total = parts.sum(axis=1) + start
    allowed = tolerance * np.maximum(1.0, np.abs(parts).sum(axis=1) + np.abs(start))
    off = np.abs(total - output)
    # NaN and infinity must fail, whatever they are compared with
    excess = np.full(rows, np.inf)
    np.divide(off, allowed, out=excess, where=np.isfinite(off))
    worst = int(np.argmax(excess))
    if excess[worst] > 1.0:
        raise AdditivityError(
            f"Contributions do not add up: row {worst} of {rows} is off by {off[worst]:.6g} "
            f"(contributions and base make {total[worst]:.6g}, the model says "
            f"{output[worst]:.6g}; tolerance {allowed[worst]:.3g})."
        )
