"""Cells of a study as reports get them, made by hand; shared by the tests of reports."""

import numpy as np
import pandas as pd

from sandbox.cell import Cell, CellResult, DatasetRecord
from sandbox.explanation.attribution import Attribution
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Evidence, Level, Status
from sandbox.report.document import Gap
from sandbox.validation.suite import metrics_of, validate_against_truth, validate_scores

DATE = "1 May 2026"


def evidence(level=Level.NAMESPACE):
    return Evidence(level, ("bubblewrap", "no network"), Limits(), 500 << 20, 1.0, 1.5, "Linux")


def cell(model="rules", role="limit", seed=1, *, n=600, noise=0.02, lift=1.0, truth=True, **more):
    """A finished cell with figures that follow from scores, as a study makes them."""
    rng = np.random.default_rng(seed)
    true = rng.beta(1, 5, n)
    target = rng.binomial(1, true).astype(float)
    other = np.random.default_rng([seed, len(model)])
    score = np.clip(true * lift + other.normal(0, noise, n), 0, 1)
    features = pd.DataFrame({"income": rng.lognormal(size=n), "debt <b>": rng.random(n)})
    results = validate_scores(
        target,
        score,
        role=role,
        training_score=score,
        features=features,
        training_features=features,
    )
    metrics = {"ops/fit_seconds": 1.0}
    tables = {"scored": pd.DataFrame({"score": score, "target": target})}
    if truth and role == "limit":
        value = 100 * (0.3 - score)
        results += validate_against_truth(
            score=score, true_pd=true, model_value=value, oracle_value=value + 2
        )
        metrics |= {"truth/profit_per_customer": float(value.mean()), "value/approval_rate": 0.6}
        tables["decisions_by_segment"] = pd.DataFrame(
            {
                "segment": ["student", "tier $1"],
                "approval_rate": [0.4, 0.7],
                "profit_per_customer": [-3.0, 21.0],
            }
        )
    attribution = Attribution(
        values=features.to_numpy() * [-1, 1],
        base=np.zeros(n),
        features=features,
        output="log-odds of default",
        method="closed form",
    )
    return CellResult(
        Cell("a study", model, "rules", role, "online_rental", seed, f"{seed:032x}"),
        Status.OK,
        params={"model.depth": "4"},
        metrics=metrics | metrics_of(results),
        results=results,
        tables=tables,
        attribution=attribution,
        evidence=(evidence(), evidence()),
        datasets=(DatasetRecord.of("evaluation table", "evaluation", features),),
        inputs=tuple(features.columns),
        outputs=("pd",),
        **more,
    )


def failed(model="vendor", role="limit", seed=1, reason="The model did not answer in 300 s."):
    return CellResult(
        Cell("a study", model, "vendor", role, "online_rental", seed, "f" * 32),
        Status.TIMED_OUT,
        reason,
        evidence=(evidence(),),
    )


def blocks(document, number, kind):
    section = next(s for s in document.sections if s.number == number)
    return [b for b in section.blocks if isinstance(b, kind)]


def gaps(document, number):
    return " ".join(g.text for g in blocks(document, number, Gap))
