"""Pictures of an attribution, the same bytes for the same input.

Draw on an `ax` of yours, or get a figure of fitting size through the returned `ax.figure`.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.explanation.attribution import Attribution
from sandbox.explanation.global_draws import global_draws

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: rows drawn; more make one dark band and a slow picture
MAX_POINTS = 2000
_INK = "#333333"


def to_shap(attribution: Attribution) -> Any:
    """The attribution as a `shap.Explanation`, so that shap's own plots work on it."""
    import shap

    return shap.Explanation(
        values=attribution.values,
        base_values=attribution.base,
        data=_as_numbers(attribution.features),
        feature_names=[str(name) for name in attribution.features.columns],
        output_names=attribution.output,
    )


def _as_numbers(features: pd.DataFrame) -> NDArray[np.float64]:
    """Feature values to colour dots by; words become the codes of their sorted categories."""
    columns = [
        column.to_numpy(dtype=np.float64, na_value=np.nan)
        if pd.api.types.is_numeric_dtype(column)
        else column.astype("category").cat.codes.astype(np.float64).where(column.notna()).to_numpy()
        for _, column in features.items()
    ]
    return np.column_stack(columns)


def plot_beeswarm(
    attribution: Attribution, ax: "Axes | None" = None, seed: int = 0, max_display: int = 12
) -> "Axes":
    """Each row a dot, each feature a line, strongest first; shap's own beeswarm.

    Features beyond `max_display` are summed in the last line. `seed` fixes the jitter, and which
    2,000 rows are drawn when there are more. A missing feature value is drawn grey.
    """
    import shap

    rows = len(attribution.values)
    shown = to_shap(attribution)
    if rows > MAX_POINTS:
        picked = np.random.default_rng(seed).choice(rows, MAX_POINTS, replace=False)
        shown = shown[np.sort(picked)]
    lines = min(max_display, attribution.values.shape[1])
    axes = _axes(0.36 * lines + 1.4) if ax is None else ax
    with global_draws(seed):
        shap.plots.beeswarm(shown, max_display=max_display, ax=axes, show=False, plot_size=None)
    grey = " (grey: value missing)" if attribution.features.isna().to_numpy().any() else ""
    axes.set_xlabel(f"contribution to {attribution.output}{grey}", fontsize=11)
    axes.tick_params(axis="y", labelsize=11)
    return axes


def plot_importance(
    attribution: Attribution, ax: "Axes | None" = None, max_display: int = 12
) -> "Axes":
    """Mean absolute contribution of each feature, largest on top, with its share in percent.

    Features beyond `max_display`, and those that contribute nothing, are counted in the title.
    """
    summary = attribution.summary()
    moving = summary[summary["mean_abs"] > 0]
    top = (summary.head(1) if moving.empty else moving.head(max_display)).iloc[::-1]
    axes = _axes(0.36 * len(top) + 1.2) if ax is None else ax
    bars = axes.barh(top["feature"].astype(str), top["mean_abs"], color="#3b6ea5", height=0.65)
    axes.bar_label(bars, [f"{share:.0%}" for share in top["share"]], padding=3, color=_INK)
    axes.margins(x=0.12)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=11, labelcolor=_INK)
    axes.set_xlabel(f"mean absolute contribution to {attribution.output}", fontsize=11)
    left_out = len(summary) - len(top)
    if left_out:
        kind = "weaker feature" if len(moving) > len(top) else "feature without effect"
        axes.set_title(
            f"{left_out} {kind.replace('feature', 'features') if left_out > 1 else kind} not shown",
            loc="left",
            fontsize=9,
            color=_INK,
        )
    return axes


def _axes(height: float) -> "Axes":
    """Axes of a new figure that pyplot does not hold on to; its layout keeps labels whole."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, height), dpi=110, layout="constrained")
    axes: Axes = figure.add_subplot()
    return axes
