"""Run one cell: fit in one sandbox, score and explain in another, judge outside."""

import time
from dataclasses import dataclass, replace

import numpy as np

from sandbox.cell import CellResult, DatasetRecord
from sandbox.errors import BadInput
from sandbox.experiment.explained import explained, explained_positions, explained_rows
from sandbox.experiment.plan import CellPlan
from sandbox.experiment.portfolio_trial import observed_rate, portfolio_facts
from sandbox.experiment.trial import Floats, Scores, Trial
from sandbox.isolation import Artefact, Evidence, Outcome, Status, worker
from sandbox.portfolio import Portfolio


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
        facts=_facts(plan, trial),
        inputs=tuple(trial.evaluation_features.columns),
        outputs=plan.entrant.outputs,
    )
    if ran.failed or ran.scores is None:
        return base
    judgement = trial.judge(ran.scores)
    risk = ran.scores.risk()[explained_positions(trial)]
    attribution, additivity = explained(trial, plan.entrant.explained, ran.explanation, risk)
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
        model_blob=ran.model.payload if ran.model and ran.model.whole else None,
        model_kind=str(ran.model.kind) if ran.model else "pickle",
    )


@dataclass(frozen=True)
class Ran:
    """What the sandboxed workers gave."""

    evidence: tuple[Evidence, ...]
    failed: "Outcome[object] | None" = None
    scores: Scores | None = None
    explanation: "Outcome[tuple[Floats, Floats, Floats]] | None" = None
    model: Artefact | None = None


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
    sample, background = explained_rows(trial)
    with worker(level=plan.level, limits=plan.limits) as scoring:
        order = trial.order()
        shuffled = trial.evaluation_features.iloc[order].reset_index(drop=True)
        fresh = scoring.score(artefact, shuffled, outputs)
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
        evaluation=_by_name(outputs, fresh.value[np.argsort(order)]),
        training=_by_name(outputs, seen.value) if seen and seen.value is not None else {},
    )
    return Ran(evidence, scores=scores, explanation=explanation, model=artefact)


def _by_name(outputs: tuple[str, ...], matrix: Floats) -> dict[str, Floats]:
    return {name: matrix[:, k] for k, name in enumerate(outputs)}


def _judged_as_they_are(plan: CellPlan, trial: Trial) -> CellResult:
    """Scores the bank already has: no model, no sandbox, nothing to explain."""
    if trial.bank_scores is None:
        raise BadInput("The portfolio has no score column; name one with --score.")
    judgement = trial.judge(Scores(evaluation={"pd": trial.bank_scores}, training={}))
    return CellResult(
        cell=plan.cell,
        status=Status.OK,
        metrics=judgement.metrics,
        results=(*judgement.results, explained(trial, "", None, trial.bank_scores)[1]),
        tables=judgement.tables,
        datasets=_datasets(plan, trial)[-1:],
        facts=_facts(plan, trial),
        inputs=tuple(trial.evaluation_features.columns),
        outputs=("pd",),
    )


def _datasets(plan: CellPlan, trial: Trial) -> tuple[DatasetRecord, ...]:
    name = plan.arena.name
    return (
        DatasetRecord.of(f"{name}, training", "training", trial.training_features),
        DatasetRecord.of(f"{name}, evaluation", "evaluation", trial.evaluation_features),
    )


def _facts(plan: CellPlan, trial: Trial) -> dict[str, str]:
    """What a bank's mapping says of its data; of a world, what the report cannot know itself."""
    if isinstance(plan.arena, Portfolio):
        return portfolio_facts(plan.arena, trial)
    event = "Confirmed frauds" if trial.role == "fraud" else "Default rate"
    labels = trial.training_labels["target"].to_numpy(dtype=float)
    return {f"{event} in training": observed_rate(labels)}


def _cost(evidence: tuple[Evidence, ...]) -> dict[str, float]:
    named = dict(zip(("score", "fit"), reversed(evidence), strict=False))
    cost = {f"ops/{name}_seconds": each.wall_seconds for name, each in named.items()}
    return {**cost, "ops/peak_memory_mib": max(e.peak_memory for e in evidence) / 2**20}
