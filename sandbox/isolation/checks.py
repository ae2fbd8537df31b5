"""What is checked of numbers that came out of a sandbox, on the supervisor's own copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: outputs that are probabilities
PROBABILITIES = frozenset({"pd", "score", "probability"})
#: outputs that are amounts of credit, RMB
AMOUNTS = frozenset({"limit"})


def complaint(matrix: NDArray[np.float64], columns: Sequence[str]) -> str:
    """What is wrong with an n × k matrix, as one sentence; empty when nothing is.

    >>> import numpy as np
    >>> complaint(np.array([[0.2], [1.5]]), ("pd",))
    'Row 1 of column pd is 1.5; probabilities are within 0 and 1.'
    """
    import numpy as np

    for position, name in enumerate(columns):
        values = matrix[:, position]
        if not (finite := np.isfinite(values)).all():
            row = int(np.argmin(finite))
            return f"Row {row} of column {name} is {values[row]}; every value must be finite."
        if name in PROBABILITIES:
            inside, rule = (values >= 0) & (values <= 1), "probabilities are within 0 and 1"
        elif name in AMOUNTS:
            inside, rule = values >= 0, "a limit is 0 or more"
        else:
            continue
        if not inside.all():
            row = int(np.argmin(inside))
            return f"Row {row} of column {name} is {values[row]}; {rule}."
    return ""
