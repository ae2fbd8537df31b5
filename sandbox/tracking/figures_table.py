"""A run's figures in words, with unit and direction: what a metric's name does not say."""

import math
from typing import TYPE_CHECKING

from sandbox.tracking.names import metric as named
from sandbox.tracking.views import main_metrics

if TYPE_CHECKING:
    import pandas as pd

    from sandbox.cell import CellResult

#: the columns; the first two are what MLflow's artifact view groups and compares by
COLUMNS = ("figure", "value", "better is", "metric")


def figures_of(result: "CellResult") -> "pd.DataFrame | None":
    """A row a finite metric, the role's main ones first; None where there is none.

    Columns: `figure` (what it is, with its unit), `value` (as a person writes it), `better is`
    (higher, lower, near a value, or nothing), `metric` (the name it is logged under).
    """
    import pandas as pd

    main = [name for name in main_metrics(result.cell.role) if name in result.metrics]
    rest = [name for name in result.metrics if name not in main and not _is_end(name)]
    rows = [
        (described(name), written(name, result.metrics[name]), direction(name), name)
        for name in (*main, *rest)
        if math.isfinite(result.metrics[name])
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)) if rows else None


def described(name: str) -> str:
    """What a metric is, with its unit.

    >>> described("truth/profit_per_customer")
    'expected profit, RMB a customer'
    """
    about = named(name)
    has_unit = about.unit and about.unit != "share" and about.unit not in about.words
    return about.words + (f", {about.unit}" if has_unit else "")


def direction(name: str) -> str:
    """Which way a metric is better; nothing where neither is a merit.

    >>> direction("value/default_rate"), direction("calib/slope"), direction("value/mean_limit")
    ('lower', 'near 1', '')
    """
    about = named(name)
    return f"near {about.target:g}" if about.better == "nearest" else about.better


def written(name: str, value: float) -> str:
    """A figure with three digits that count, shares in percent.

    >>> written("value/default_rate", 0.0552614), written("value/mean_limit", 10126.1)
    ('5.53%', '10,126')
    """
    if named(name).unit == "share":
        return f"{100 * value:.3g}%"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _is_end(name: str) -> bool:
    """Whether it is an end of another metric's interval."""
    return name.endswith(("_low", "_high"))
