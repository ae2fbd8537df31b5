"""Run one cell: fit in one sandbox, score and explain in another, judge outside."""

import time
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sandbox.cell import CellResult, DatasetRecord
from sandbox.errors import BadInput
from sandbox.experiment.plan import CellPlan
from sandbox.experiment.trial import Floats, Scores, Trial
from sandbox.explanation.additivity import AdditivityError, check
from sandbox.explanation.attribution import Attribution
from sandbox.isolation import Artefact, Evidence, Outcome, Status, worker
from sandbox.validation.result import ValidationResult, Verdict

#: evaluation rows explained, and training rows they are explained against
EXPLAINED, BACKGROUND = 1_000, 100


def run_cell(plan: CellPlan) -> CellResult:
    """The result of a cell; a model that fails is a result with a status, not an exception."""
    started = time.monotonic()
    try:
        result = _tried(plan, plan.trial())
    except Exception as error:
        # One broken cell must not take the study's other cells with it.
        reason = f"{type(error).__name__}: {error}"
        result = CellResult(cell=plan.cell, status=Status.RAISED, reason=reason)
    seconds = time.monotonic() - started
    return replace(result, seconds=seconds, params={**plan.params, **result.params})


def _tried(plan: CellPlan, trial: Trial) -> CellResult:
    if plan.entrant.artefact is None:
        return _judged_as_they_are(plan, trial)
    ran = _run_model(plan, plan.entrant.artefact, trial)
    base = CellResult(
        cell=plan.cell,
        status=ran.failed.status if ran.failed else Status.OK,
        reason=ran.failed.reason if ran.failed else "",
        evidence=ran.evidence,
        datasets=_datasets(plan, trial),
        inputs=tuple(trial.evaluation_features.columns),
        outputs=plan.entrant.outputs,
    )
    if ran.failed or ran.scores is None:
        return base
    judgement = trial.judge(ran.scores)
    attribution, additivity = _explained(plan, trial, ran.explanation)
    tables = dict(judgement.tables)
    if attribution is not None:
        tables["shap_summary"] = attribution.summary()
    return replace(
        base,
        params=judgement.params,
        metrics={**judgement.metrics, **_cost(ran.evidence)},
        results=(*judgement.results, additivity),
        tables=tables,
        attribution=attribution,
        model_blob=ran.blob,
    )


@dataclass(frozen=True)
class Ran:
    """What the sandboxed workers gave."""

    evidence: tuple[Evidence, ...]
    failed: "Outcome[object] | None" = None
    scores: Scores | None = None
    explanation: "Outcome[tuple[Floats, Floats, Floats]] | None" = None
    blob: bytes | None = None


def _run_model(plan: CellPlan, artefact: Artefact, trial: Trial) -> Ran:
    """Fit where the entrant asks for it, then score and explain in a second, fresh worker."""
    evidence: tuple[Evidence, ...] = ()
    if plan.entrant.fitted_here:
        with worker(level=plan.level, limits=plan.limits) as fitting:
            fitted = fitting.fit(artefact, trial.training_features, trial.training_labels)
        evidence = (fitted.evidence,)
        if fitted.status is not Status.OK or fitted.value is None:
            return Ran(evidence, failed=fitted)
        artefact = fitted.value
    outputs = plan.entrant.outputs
    sample, background = _explained_rows(trial)
    with worker(level=plan.level, limits=plan.limits) as scoring:
        fresh = scoring.score(artefact, trial.evaluation_features, outputs)
        last: Outcome[object] = fresh
        seen = explanation = None
        if fresh.status is Status.OK and len(trial.training_features):
            last = seen = scoring.score(artefact, trial.training_features, outputs)
        if last.status is Status.OK and plan.entrant.explained:
            explanation = scoring.explain(artefact, sample, background)
    evidence = (*evidence, (explanation or last).evidence)
    if last.status is not Status.OK or fresh.value is None:
        return Ran(evidence, failed=last)
    scores = Scores(
        evaluation=_by_name(outputs, fresh.value),
        training=_by_name(outputs, seen.value) if seen and seen.value is not None else {},
    )
    return Ran(evidence, scores=scores, explanation=explanation, blob=artefact.payload)


def _by_name(outputs: tuple[str, ...], matrix: Floats) -> dict[str, Floats]:
    return {name: matrix[:, k] for k, name in enumerate(outputs)}


def _explained_rows(trial: Trial) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same rows for every model of a trial, so that explanations can be compared."""
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(trial.evaluation_features))[:EXPLAINED]
    behind = rng.permutation(len(trial.training_features))[:BACKGROUND]
    return (
        trial.evaluation_features.iloc[np.sort(rows)].reset_index(drop=True),
        trial.training_features.iloc[np.sort(behind)].reset_index(drop=True),
    )


def _explained(
    plan: CellPlan, trial: Trial, outcome: "Outcome[tuple[Floats, Floats, Floats]] | None"
) -> tuple[Attribution | None, ValidationResult]:
    """The attribution, and the additivity gate: checked here, whatever the model said."""
    gate = ValidationResult(
        id="explanation.additivity",
        family="explanation",
        title="Contributions add up to the model's output",
        hypothesis="In every explained row, base and contributions add up to the output.",
        n=0,
        statistic=float("nan"),
        threshold="largest gap at most 1e-6",
        threshold_source="Shapley's efficiency axiom",
        verdict=Verdict.NOT_EVALUATED,
        reason="The model offers no additive explanation.",
    )
    if outcome is None:
        return None, gate
    if outcome.status is not Status.OK or outcome.value is None:
        return None, replace(gate, reason=f"The explanation ended: {outcome.reason}")
    values, base, margin = outcome.value
    gap = float(np.abs(values.sum(axis=1) + base - margin).max())
    try:
        check(values, base, margin)
    except AdditivityError as error:
        failed = replace(gate, n=len(base), statistic=gap, verdict=Verdict.FAIL, reason=f"{error}")
        return None, failed
    attribution = Attribution(
        values=values,
        base=base,
        features=_explained_rows(trial)[0],
        output=plan.entrant.explained,
        method=f"Shapley values, interventional, background {BACKGROUND} training rows",
    )
    passed = replace(gate, n=len(base), statistic=gap, verdict=Verdict.PASS, reason="")
    return attribution, passed


def _judged_as_they_are(plan: CellPlan, trial: Trial) -> CellResult:
    """Scores the bank already has: no model, no sandbox, nothing to explain."""
    if trial.bank_scores is None:
        raise BadInput("The portfolio has no score column; name one with --score.")
    judgement = trial.judge(Scores(evaluation={"pd": trial.bank_scores}, training={}))
    return CellResult(
        cell=plan.cell,
        status=Status.OK,
        metrics=judgement.metrics,
        results=(*judgement.results, _explained(plan, trial, None)[1]),
        tables=judgement.tables,
        datasets=_datasets(plan, trial)[-1:],
        inputs=tuple(trial.evaluation_features.columns),
        outputs=("pd",),
    )


def _datasets(plan: CellPlan, trial: Trial) -> tuple[DatasetRecord, ...]:
    name = plan.arena.name
    return (
        DatasetRecord.of(f"{name}, training", "training", trial.training_features),
        DatasetRecord.of(f"{name}, evaluation", "evaluation", trial.evaluation_features),
    )


def _cost(evidence: tuple[Evidence, ...]) -> dict[str, float]:
    named = dict(zip(("score", "fit"), reversed(evidence), strict=False))
    cost = {f"ops/{name}_seconds": each.wall_seconds for name, each in named.items()}
    return {**cost, "ops/peak_memory_mib": max(e.peak_memory for e in evidence) / 2**20}
