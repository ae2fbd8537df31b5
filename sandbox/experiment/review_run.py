"""Run a cell of a model of reviews: limits by a PD model first, then the lines month by month.

Both models are fitted and asked in the sandbox. What month t + 1 brings depends on the decisions
at t, so one worker is asked again and again while the world is replayed.
"""

from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from data_generators import World
from sandbox.cell import CellResult, DatasetRecord
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.explained import explained
from sandbox.experiment.limit_judge import LimitJudge
from sandbox.experiment.model_run import run_model
from sandbox.experiment.plan import CellPlan
from sandbox.experiment.review_judge import Reviewed, ReviewJudge
from sandbox.experiment.review_trial import ReviewTrial, review_trial
from sandbox.experiment.trial import Floats, Scores, Trial
from sandbox.isolation import Artefact, Evidence, Outcome, Status, worker
from sandbox.policy.increases import ACTIONS, Reviewer


class _Stopped(Exception):
    """A request that did not end well, after those of `before`; the replay cannot go on."""

    def __init__(self, outcome: Outcome[object], before: tuple[Evidence, ...]) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome
        self.evidence = (*before, outcome.evidence)


class _Ran(NamedTuple):
    """Both replays, the fitted model, and what its workers used."""

    reviewed: Reviewed
    model: Artefact | None = None
    fits: tuple[Evidence, ...] = ()
    asks: tuple[Evidence, ...] = ()


def base_model() -> Entrant:
    """Whose PDs set the limits that are reviewed later, and the grades of customers."""
    from sandbox.models import BoostedPD

    return replace(Entrant.of(BoostedPD(role="limit")), explainable=False)


def reviewed_cell(plan: CellPlan, trial: Trial) -> CellResult:
    """The result of a cell whose model says what to do with open lines.

    In a market without lines the model is not run: its row is that of the limits alone.
    """
    base = base_model()
    judge, training = trial.judge, plan.training
    assert isinstance(judge, LimitJudge)
    assert isinstance(training, World)
    assert base.artefact is not None
    result = CellResult(cell=plan.cell, status=Status.OK, outputs=ACTIONS)
    first = run_model(replace(plan, entrant=base), base.artefact, trial)
    if first.failed or first.scores is None:
        return _failed(result, first.failed, first.evidence)
    asked = review_trial(training, judge, first.scores)
    result = replace(
        result,
        inputs=tuple(asked.features.columns),
        datasets=(DatasetRecord.of(f"{plan.arena.name}, months", "training", asked.features),),
        facts={"Limits that are reviewed": f"those of {base.name}, by the house's policy"},
    )
    try:
        ran = _ran(plan, asked, judge, base.name, first.scores)
    except _Stopped as stop:
        return _failed(result, stop.outcome, (*first.evidence, *stop.evidence))
    judgement = ReviewJudge(judge, base.name).judged(ran.reviewed, first.scores)
    gate = explained(trial, "", None, first.scores.risk())[1]
    gate = replace(gate, reason="What is done with lines at a review is not explained here.")
    return replace(
        result,
        params=judgement.params,
        metrics={
            **judgement.metrics,
            **_cost((*first.evidence[:1], *ran.fits), (*first.evidence[1:], *ran.asks)),
        },
        results=(*judgement.results, gate),
        tables=judgement.tables,
        evidence=(*first.evidence, *ran.fits, *ran.asks),
        model_blob=ran.model.payload if ran.model and ran.model.whole else None,
        model_kind=str(ran.model.kind) if ran.model else "pickle",
    )


def _ran(plan: CellPlan, asked: ReviewTrial, judge: LimitJudge, base: str, scores: Scores) -> _Ran:
    """Fit in one worker, be asked in a second throughout a replay; `_Stopped` when one fails."""
    judged, artefact = ReviewJudge(judge, base), plan.entrant.artefact
    if not asked.has_lines:
        return _Ran(judged.unreviewed(scores))
    assert artefact is not None
    fits: tuple[Evidence, ...] = ()
    if plan.entrant.fitted_here:
        with worker(level=plan.level, limits=plan.limits) as fitting:
            fitted = fitting.fit(artefact, asked.features, asked.labels)
        if fitted.status is not Status.OK or fitted.value is None:
            raise _Stopped(fitted, ())
        artefact, fits = fitted.value, (fitted.evidence,)
    last: list[Evidence] = []
    with worker(level=plan.level, limits=plan.limits) as asking:

        def values(states: pd.DataFrame) -> Floats:
            outcome = asking.score(artefact, states, ACTIONS)
            if outcome.status is not Status.OK or outcome.value is None:
                raise _Stopped(outcome, fits)
            last[:] = [outcome.evidence]
            return outcome.value

        reviewer = Reviewer(asked.policy, values, asked.grade, asked.income)
        reviewed = judged.replayed(reviewer, scores, asked.is_line)
    return _Ran(reviewed, artefact, fits, tuple(last))


def _failed(
    result: CellResult, outcome: "Outcome[object] | None", evidence: tuple[Evidence, ...]
) -> CellResult:
    status = outcome.status if outcome else Status.RAISED
    reason = outcome.reason if outcome else "No scores came of it."
    return replace(result, status=status, reason=reason, evidence=evidence)


def _cost(fits: tuple[Evidence, ...], asks: tuple[Evidence, ...]) -> dict[str, float]:
    """Of both models together."""
    return {
        "ops/fit_seconds": sum(e.wall_seconds for e in fits),
        "ops/score_seconds": sum(e.wall_seconds for e in asks),
        "ops/peak_memory_mib": max(e.peak_memory for e in (*fits, *asks)) / 2**20,
    }
