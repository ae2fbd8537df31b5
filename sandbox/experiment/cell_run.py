"""Run one cell: fit in one sandbox, score and explain in another, judge outside."""

import time
from dataclasses import replace

from sandbox.cell import CellResult, DatasetRecord
from sandbox.errors import BadInput
from sandbox.experiment.as_others import judged_as_others
from sandbox.experiment.explained import explained, explained_positions
from sandbox.experiment.explanation_judge import Explained, judged_explanation
from sandbox.experiment.model_run import run_model
from sandbox.experiment.plan import CellPlan
from sandbox.experiment.portfolio_trial import observed_rate, portfolio_facts
from sandbox.experiment.recourse_judge import judged_recourse
from sandbox.experiment.refits import refitted_scores
from sandbox.experiment.review_run import reviewed_cell
from sandbox.experiment.review_trial import reviews_lines
from sandbox.experiment.robustness_judge import with_robustness
from sandbox.experiment.trial import Floats, Scores, Trial
from sandbox.isolation import Evidence, Status
from sandbox.portfolio import Portfolio
from sandbox.tracking.pictures import drawn
from sandbox.validation.seeds import NO_REFITS
from sandbox.validation.suite import metrics_of


def run_cell(plan: CellPlan) -> CellResult:
    """The result of a cell; a model that fails is a result with a status, not an exception."""
    started = time.monotonic()
    try:
        result = _tried(plan, plan.trial())
        result = replace(result, pictures=drawn(result))
    except Exception as error:
        # One broken cell must not take the study's other cells with it.
        reason = f"{type(error).__name__}: {error}"
        result = CellResult(cell=plan.cell, status=Status.RAISED, reason=reason)
    seconds = time.monotonic() - started
    return replace(result, seconds=seconds, params={**plan.params, **result.params})


def _tried(plan: CellPlan, trial: Trial) -> CellResult:
    if plan.entrant.artefact is None:
        return _judged_as_they_are(plan, trial)
    if reviews_lines(plan.entrant.outputs):
        reviewed = reviewed_cell(plan, trial)
        facts = {**_facts(plan, trial), **reviewed.facts}
        datasets = (*_datasets(plan, trial), *reviewed.datasets)
        return replace(reviewed, facts=facts, datasets=datasets)
    ran = run_model(plan, plan.entrant.artefact, trial)
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
    judgement = with_robustness(
        trial, ran.scores, trial.judge(ran.scores), ran.altered, _refits(plan, trial)
    )
    risk = ran.scores.risk()[explained_positions(trial)]
    attribution, additivity = explained(trial, plan.entrant.explained, ran.explanation, risk)
    of_explanation, tables = Explained(), dict(judgement.tables)
    if attribution is not None:
        of_explanation = judged_explanation(
            plan, attribution, risk[: len(attribution.base)], ran.again
        )
        tables["shap_summary"] = attribution.summary()
    recourse = judged_recourse(plan, trial, ran.advised)
    as_others = judged_as_others(trial, ran.scores, ran.as_others)
    return replace(
        base,
        params=judgement.params,
        metrics={
            **judgement.metrics,
            **({"explain/additivity_gap": additivity.statistic} if additivity.n else {}),
            **of_explanation.metrics,
            **recourse.metrics,
            **metrics_of(as_others),
            **_cost(ran.evidence),
        },
        results=(
            *judgement.results,
            additivity,
            *of_explanation.results,
            *recourse.results,
            *as_others,
        ),
        tables={**tables, **of_explanation.tables, **recourse.tables},
        attribution=attribution,
        model_blob=ran.model.payload if ran.model and ran.model.whole else None,
        model_kind=str(ran.model.kind) if ran.model else "pickle",
    )


def _refits(plan: CellPlan, trial: Trial) -> "Floats | str":
    """Scores of the model trained again, a column a refit; or why there are none."""
    if not plan.entrant.fitted_here or plan.entrant.artefact is None:
        return "the model comes fitted; it cannot be trained again here"
    if not plan.refits:
        return NO_REFITS
    try:
        return refitted_scores(plan, plan.entrant.artefact, trial, plan.refits)
    except BadInput as error:
        # the model itself was fitted and is judged on all else
        return f"{error}".removesuffix(".")


def _judged_as_they_are(plan: CellPlan, trial: Trial) -> CellResult:
    """Scores the bank already has: no model, no sandbox, nothing to explain."""
    if trial.bank_scores is None:
        raise BadInput("The portfolio has no score column; name one with --score.")
    scores = Scores(evaluation={"pd": trial.bank_scores}, training={})
    why = "the bank trained the model; it cannot be trained again here"
    judgement = with_robustness(trial, scores, trial.judge(scores), None, why)
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
