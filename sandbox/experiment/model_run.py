"""A model through its sandboxed workers: fitted in one, asked and explained in a second."""

from dataclasses import dataclass

import numpy as np

from sandbox.experiment.altered_rows import Answered, asked_altered
from sandbox.experiment.as_others import AnsweredAsOthers, asked_as_others
from sandbox.experiment.explained import explained_rows
from sandbox.experiment.explained_again import AskedAgain, asked_again
from sandbox.experiment.plan import CellPlan
from sandbox.experiment.recourse_judge import Advised, asked_for_advice
from sandbox.experiment.trial import Floats, Scores, Trial
from sandbox.isolation import Artefact, Evidence, Outcome, Status, worker


@dataclass(frozen=True)
class Ran:
    """What the sandboxed workers gave."""

    evidence: tuple[Evidence, ...]
    failed: "Outcome[object] | None" = None
    scores: Scores | None = None
    explanation: "Outcome[tuple[Floats, Floats, Floats]] | None" = None
    model: Artefact | None = None
    again: AskedAgain | None = None
    advised: Advised | None = None
    altered: Answered | None = None
    as_others: AnsweredAsOthers | None = None


def run_model(plan: CellPlan, artefact: Artefact, trial: Trial) -> Ran:
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
    again = advised = altered = as_others = None
    with worker(level=plan.level, limits=plan.limits) as scoring:
        order = trial.order()
        shuffled = trial.evaluation_features.iloc[order].reset_index(drop=True)
        fresh = scoring.score(artefact, shuffled, outputs)
        last: Outcome[object] = fresh
        seen = explanation = None
        if fresh.status is Status.OK and len(trial.training_features):
            last = seen = scoring.score(artefact, trial.training_features, outputs)
        if last.status is Status.OK and plan.entrant.explainable:
            explanation = scoring.explain(artefact, sample, background)
            again = asked_again(scoring, artefact, outputs, (sample, background), explanation)
        if last.status is Status.OK and fresh.value is not None:
            in_order = fresh.value[np.argsort(order)]
            advised = asked_for_advice(scoring, artefact, plan, trial, in_order)
        if last.status is Status.OK:
            altered = asked_altered(scoring, artefact, outputs, trial)
            as_others = asked_as_others(scoring, artefact, outputs, trial)
    evidence = (*evidence, (explanation or last).evidence)
    if last.status is not Status.OK or fresh.value is None:
        return Ran(evidence, failed=last)
    scores = Scores(
        evaluation=_by_name(outputs, fresh.value[np.argsort(order)]),
        training=_by_name(outputs, seen.value) if seen and seen.value is not None else {},
    )
    return Ran(
        evidence,
        scores=scores,
        explanation=explanation,
        model=artefact,
        again=again,
        advised=advised,
        altered=altered,
        as_others=as_others,
    )


def _by_name(outputs: tuple[str, ...], matrix: Floats) -> dict[str, Floats]:
    return {name: matrix[:, k] for k, name in enumerate(outputs)}
