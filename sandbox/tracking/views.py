"""Saved views of a study in MLflow's runs page: which columns a person sees first, per role.

MLflow keeps a view as a tag of the experiment, under `mlflow.sharedViewState.`; its address is
the runs page with `viewStateShareKey`. Without them the page shows data sources instead of
figures. A view is a starting point only: filters and columns stay the reader's to change.
"""

import json
from typing import Any

from sandbox.tracking.names import METRICS
from sandbox.tracking.names import SECTIONS as _SECTIONS

PREFIX = "mlflow.sharedViewState."

#: families of metrics, the most telling first
SECTIONS = tuple(_SECTIONS)

#: families whose charts come first. MLflow adds a section for any other family that runs have
#: metrics of; one that is named here and has no chart of its own would be drawn empty
_SECTIONS_FIRST = {
    "limit": ("value", "perf", "calib"),
    "fraud": ("fraud", "value", "perf"),
    "pd": ("perf", "calib"),
    "all": ("perf",),
}

#: role -> what its models are compared by: the first is what the best is chosen by
MAIN: dict[str, tuple[str, ...]] = {
    "limit": (
        "truth/profit_per_customer",
        "truth/regret_per_customer",
        "value/profit_per_customer",
        "value/approval_rate",
        "value/default_rate",
        "perf/auc",
        "calib/brier",
        "calib/ece",
    ),
    "fraud": (
        "fraud/auprc",
        "fraud/recall_at_fpr_2pct",
        "fraud/cp_at_100",
        "value/fraud_saved_per_customer",
        "fraud/false_positive_ratio",
        "fraud/delay_days",
        "perf/auc",
    ),
    "pd": ("perf/auc", "perf/ks", "calib/brier", "calib/ece", "stability/psi"),
}


def main_metrics(role: str) -> tuple[str, ...]:
    """The metrics that a role's models are compared by, in order; AUC for a role not known.

    >>> main_metrics("pd")[0]
    'perf/auc'
    """
    return MAIN.get(role, ("perf/auc",))


#: columns that MLflow always shows, by its own names: before the figures, and after them, for a
#: narrow window has room for four or five columns
_LEADING = ("attributes.`Run Name`",)
_LAST = ("runDateAndNestInfo", "duration")

#: after the figures: how a run's tests went, and where it was tried, which its name says as well
_AFTER = ("tags.`validation`", "tags.`scenario`", "tags.`seed`")

#: pixels; a run's name is long: model, scenario, seed
_WIDTHS = {
    "attributes.`Run Name`": 290,
    "duration": 80,
    "tags.`scenario`": 110,
    "tags.`seed`": 60,
    "tags.`role`": 60,
    "tags.`validation`": 220,
}

#: view -> its name; a role each, and one for studies of several
_NAMES = {
    "limit": "Limit models",
    "fraud": "Fraud models",
    "pd": "Default models",
    "all": "All models",
}

#: the chart view's first section, and how many runs a chart of it draws
FIRST = "main metrics"
_BARS = 20

_ENDS = tuple(name for name in METRICS if name.endswith(("_low", "_high")))

#: what a study of several roles is read by: the first metric of each
_ALL = ("perf/auc", *(MAIN[role][0] for role in ("limit", "fraud")))


def view_tags(created: int) -> dict[str, str]:
    """Tags of an experiment that hold its views; `created` in milliseconds since 1970."""
    return {
        PREFIX + role: json.dumps(
            {"name": name, "createdAt": created, "updatedAt": created, "state": _state(role)}
        )
        for role, name in _NAMES.items()
    }


def view_of(roles: set[str]) -> str:
    """The key of the view to open for a study whose runs have these roles."""
    only = next(iter(roles)) if len(roles) == 1 else "all"
    return only if only in _NAMES else "all"


def _state(role: str) -> str:
    figures = [f"metrics.`{name}`" for name in MAIN.get(role, _ALL)]
    before = ["tags.`role`"] if role == "all" else []
    columns = [*before, *figures, *_AFTER]
    sections = [_section(name) for name in (FIRST, *_SECTIONS_FIRST[role])]
    state: dict[str, Any] = {
        "searchFilter": "" if role == "all" else f"tags.role = '{role}'",
        "orderByKey": figures[0],
        "orderByAsc": False,
        "selectedColumns": columns,
        "columnOrder": [*_LEADING, *columns, *_LAST],
        "columnWidths": {name: _width(name) for name in (*_LEADING, *columns, *_LAST)},
        # the main metrics first; MLflow fills the other sections with a chart a metric
        "compareRunSections": sections,
        "compareRunCharts": [_bar(name, FIRST) for name in MAIN.get(role, _ALL)]
        # an end of an interval says nothing in a chart of its own
        + [_bar(name, name.partition("/")[0], is_shown=False) for name in _ENDS],
        "isAccordionReordered": True,
    }
    return json.dumps(state)


def _width(column: str) -> int:
    """Room for a column's heading, 6 pixels a letter, and for the arrow of the sorted one."""
    return _WIDTHS.get(column, max(110, 6 * len(column.rpartition(".")[2].strip("`")) + 45))


def _section(name: str) -> dict[str, Any]:
    return {
        "uuid": name,
        "name": name,
        "display": True,
        "isReordered": False,
        "deleted": False,
        "isGenerated": True,
    }


def _bar(metric: str, section: str, is_shown: bool = True) -> dict[str, Any]:
    """A bar a run; MLflow makes the charts that are not named itself."""
    return {
        "uuid": f"{section} {metric}",
        "type": "BAR",
        "runsCountToCompare": _BARS,
        "metricSectionId": section,
        "deleted": not is_shown,
        "isGenerated": not is_shown,
        "metricKey": metric,
    }
