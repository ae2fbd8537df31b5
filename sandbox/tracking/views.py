"""Saved views of a study in MLflow's runs page: which columns a person sees first, per role.

MLflow keeps a view as a tag of the experiment, under `mlflow.sharedViewState.`; its address is
the runs page with `viewStateShareKey`. Without them the page shows data sources instead of
figures. A view is a starting point only: filters and columns stay the reader's to change.
"""

import json
from typing import Any

PREFIX = "mlflow.sharedViewState."

#: families of metrics, the most telling first
SECTIONS = ("value", "fraud", "perf", "calib", "stability", "fair", "truth", "ope", "ops")

#: families that a role has no metrics of; an empty section would be drawn as such
_UNUSED = {
    "limit": ("fraud", "fair"),
    "fraud": ("value", "calib", "stability", "fair", "ope"),
    "pd": ("value", "fraud", "fair", "ope"),
    "all": ("fair",),
}

#: columns that MLflow shows before any other, by its own names
_LEADING = ("attributes.`Run Name`", "runDateAndNestInfo", "duration")

#: pixels; a run's name is long: model, scenario, seed
_WIDTHS = {"attributes.`Run Name`": 310, "duration": 80, "tags.`validation`": 220}

#: role -> the view's name and its columns, the first of them sorted by, best first
_VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "limit": (
        "Limit models",
        (
            "metrics.`value/profit_per_customer`",
            "metrics.`truth/regret_per_customer`",
            "metrics.`value/approval_rate`",
            "metrics.`value/default_rate`",
            "metrics.`perf/auc`",
            "metrics.`calib/ece`",
            "tags.`validation`",
        ),
    ),
    "fraud": (
        "Fraud models",
        (
            "metrics.`fraud/auprc`",
            "metrics.`fraud/recall_at_fpr_1pct`",
            "metrics.`fraud/cp_at_100`",
            "metrics.`perf/auc`",
            "tags.`validation`",
        ),
    ),
    "pd": (
        "Default models",
        (
            "metrics.`perf/auc`",
            "metrics.`perf/ks`",
            "metrics.`calib/brier`",
            "metrics.`calib/ece`",
            "metrics.`stability/psi`",
            "tags.`validation`",
        ),
    ),
    "all": (
        "All models",
        (
            "metrics.`perf/auc`",
            "tags.`role`",
            "metrics.`value/profit_per_customer`",
            "metrics.`fraud/auprc`",
            "tags.`validation`",
            "tags.`isolation.level`",
        ),
    ),
}


def view_tags(created: int) -> dict[str, str]:
    """Tags of an experiment that hold its views; `created` in milliseconds since 1970."""
    return {
        PREFIX + role: json.dumps(
            {"name": name, "createdAt": created, "updatedAt": created, "state": _state(role)}
        )
        for role, (name, _) in _VIEWS.items()
    }


def view_of(roles: set[str]) -> str:
    """The key of the view to open for a study whose runs have these roles."""
    only = next(iter(roles)) if len(roles) == 1 else "all"
    return only if only in _VIEWS else "all"


def _state(role: str) -> str:
    columns = _VIEWS[role][1]
    sections = [
        {"uuid": name, "name": name, "display": True, "isReordered": False, "deleted": False}
        | {"isGenerated": True}
        for name in SECTIONS
        if name not in _UNUSED.get(role, ())
    ]
    state: dict[str, Any] = {
        "searchFilter": "" if role == "all" else f"tags.role = '{role}'",
        "orderByKey": columns[0],
        "orderByAsc": False,
        "selectedColumns": list(columns),
        "columnOrder": [*_LEADING, *columns],
        "columnWidths": {name: _WIDTHS.get(name, 130) for name in (*_LEADING, *columns)},
        # sections in our order; MLflow fills them with a chart a metric
        "compareRunSections": sections,
        "compareRunCharts": [],
        "isAccordionReordered": True,
    }
    return json.dumps(state)
