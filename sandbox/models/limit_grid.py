"""The limits that are decided between, and the names of what a model says about each.

A model that judges limit by limit gives one column a limit: `pd_at_2000`, `utilisation_at_2000`,
`ead_at_2000`, `take_up_at_2000`. A limit of 0 is a decline and has no column.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sandbox.errors import BadInput

Matrix = NDArray[np.float64]

#: limits that can be granted, RMB [W]
LIMITS: tuple[int, ...] = (2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000)
#: the limit at which the output `pd` is given, near the incumbent's usual one, RMB (assumed)
REFERENCE_LIMIT = 10_000
#: what is said of each limit, in the order of the outputs: probability of default of an account;
#: mean balance over limit while it is open; exposure on default, RMB; probability that the
#: offer is taken
SAID = ("pd", "utilisation", "ead", "take_up")


def column(said: str, limit: float) -> str:
    """The name of an output.

    >>> column("pd", 2_000)
    'pd_at_2000'
    """
    return f"{said}_at_{limit:.0f}"


#: names of the outputs of a model that says all of it, `pd` at the reference limit first
OUTPUTS = ("pd", *(column(said, limit) for said in SAID for limit in LIMITS))


def matrix(pd: Matrix, utilisation: Matrix, ead: Matrix, take_up: Matrix) -> Matrix:
    """The n × `len(OUTPUTS)` matrix out of four tables of n × `len(LIMITS)`."""
    reference = pd[:, [LIMITS.index(REFERENCE_LIMIT)]]
    return np.column_stack([reference, pd, utilisation, ead, take_up])


def table(outputs: Sequence[str], scores: Matrix, said: str) -> Matrix | None:
    """n × K columns of one kind out of a matrix and its names; None where there are none.

    Raises BadInput when only some limits are there.

    >>> table(OUTPUTS, np.zeros((3, len(OUTPUTS))), "ead").shape
    (3, 7)
    >>> table(("pd",), np.zeros((3, 1)), "ead") is None
    True
    """
    wanted = [column(said, limit) for limit in LIMITS]
    missing = [name for name in wanted if name not in outputs]
    if len(missing) == len(wanted):
        return None
    if missing:
        raise BadInput(f"The model gives {said} for some limits, but not {', '.join(missing)}.")
    return scores[:, [list(outputs).index(name) for name in wanted]]
