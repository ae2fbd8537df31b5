"""What a waiting worker does ahead: imports, and once through the motions with a model of ours.

Much of pandas, pyarrow and scikit-learn is loaded by the first use and not by the import; 20 ms
of the first model's time would go there. No model has been near the worker when this runs.
"""

from __future__ import annotations

import importlib
import io
import sys
from collections.abc import Sequence
from contextlib import suppress

from sandbox.isolation import tables, work


def rehearse(imports: Sequence[str]) -> None:
    """Import what there is of `imports`; read a small table, and score it with scikit-learn."""
    for name in imports:
        with suppress(ImportError):  # the model may not need it
            importlib.import_module(name)
    import pandas as pd

    table = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 0.0, 1.0]})
    file = io.BytesIO()
    tables.write(table, file)
    given = tables.read(file.getvalue())
    if "sklearn.linear_model" in sys.modules:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(max_iter=2, tol=10.0).fit(given, [0, 1, 1])
        work.perform("score", model, [given], ("pd",))
