"""Synthetic cell results, quick to make, for the tests of tracking."""

import numpy as np
import pandas as pd

from sandbox.cell import Cell, CellResult, DatasetRecord
from sandbox.explanation.attribution import Attribution
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Evidence, Level, Status
from sandbox.validation.result import ValidationResult, Verdict

FEATURES = ("utilisation", "overdue_days", "orders_30d")


def evidence() -> Evidence:
    return Evidence(
        Level.NAMESPACE, ("bubblewrap 0.8.0",), Limits(), 700 << 20, 3.0, 4.0, "Linux 6.18 x86_64"
    )


def test_result(auc: float) -> ValidationResult:
    return ValidationResult(
        id="discrimination.auc",
        family="discrimination",
        title="Area under the ROC curve",
        hypothesis="The model orders accounts better than chance.",
        n=600,
        statistic=auc,
        threshold="at least 0.65",
        threshold_source="policy",
        verdict=Verdict.PASS,
        interval=(auc - 0.01, auc + 0.01),
    )


test_result.__test__ = False


def cell_result(
    study: str = "limits, spring",
    model: str = "rule matrix",
    family: str = "rules",
    role: str = "limit",
    seed: int = 1,
    **changes: object,
) -> CellResult:
    """A finished limit or fraud cell with everything that a cell can have."""
    draw = np.random.default_rng(seed)
    features = pd.DataFrame(draw.normal(size=(300, 3)), columns=list(FEATURES))
    rows = 600
    auc = 0.7 + 0.01 * draw.random()
    given = {
        "cell": Cell(study, model, family, role, "online_rental", seed, f"{model}-{role}-{seed}"),
        "status": Status.OK,
        "params": {"policy.pd_cutoff": "0.20"},
        "metrics": {
            "perf/auc": auc,
            "value/profit_per_customer": 120.0 + seed,
            "ops/fit_seconds": 1.5,
        },
        "results": (test_result(auc),),
        "tables": {
            "decisions_by_segment": pd.DataFrame(
                {"segment": ["a", "b"], "customers": [400, 200], "approval_rate": [0.6, 0.7]}
            ),
            "scored": pd.DataFrame(
                {"score": draw.random(rows), "target": draw.integers(0, 2, rows).astype(float)}
            ),
        },
        "attribution": Attribution(
            draw.normal(size=(300, 3)), np.zeros(300), features, "log-odds of default", "by hand"
        ),
        "evidence": (evidence(), evidence()),
        "datasets": (
            DatasetRecord.of("online rental, train", "training", features),
            DatasetRecord.of("online rental, test", "evaluation", features.head(100)),
        ),
        "model_blob": b"an opaque blob",
        "inputs": FEATURES,
        "outputs": ("pd", "limit") if role == "limit" else ("score",),
        "seconds": 12.5,
    }
    return CellResult(**{**given, **changes})
