"""Advice in a cell: what declined applicants would be told, and whether it would help them.

The model is asked inside its sandbox; the truth of the world is asked outside, afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sandbox.errors import BadInput
from sandbox.experiment.plan import CellPlan
from sandbox.experiment.recourse_truth import RecourseTruth, recourse_truth
from sandbox.experiment.trial import Floats, Trial
from sandbox.explanation.counterfactual import advise
from sandbox.isolation import Artefact, Worker
from sandbox.portfolio import Portfolio
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.truth_given import validate_recourse_truth

#: declined applicants who ask, the first, and replicas of noise that each lives through: a second
#: of a cell's time; `benchmarks/recourse.py` takes more of both
ASKED, REPLICAS = 60, 64


#: an advice to fewer applicants is counted, and what came of it is left out: it is of persons
SMALLEST = 10


@dataclass(frozen=True)
class Advised:
    """What some declined applicants would be told."""

    #: their positions in the evaluation features
    rows: NDArray[np.intp]
    #: pd that is not declined
    target: float
    #: as `counterfactual.advise` gives it, rows counted from 0
    advice: pd.DataFrame


@dataclass(frozen=True)
class Recourse:
    """Figures of a cell's advice; none where no advice was asked for."""

    results: tuple[ValidationResult, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


def asked_for_advice(
    scoring: Worker, artefact: Artefact, plan: CellPlan, trial: Trial, scores: Floats
) -> Advised | None:
    """Ask the worker that gave `scores` (evaluation rows × outputs); None where it makes no sense.

    Advice is about a cut-off of the pd: there is none where limits follow from expected profit,
    and no truth in a portfolio.
    """
    outputs = plan.entrant.outputs
    if plan.role != "limit" or isinstance(plan.arena, Portfolio) or "pd" not in outputs:
        return None
    if any(name.startswith("pd_at_") for name in outputs):
        return None
    place, target = outputs.index("pd"), plan.policy.pd_bands[-1]
    rows = np.flatnonzero(scores[:, place] > target)[:ASKED]
    some = trial.evaluation_features.iloc[rows].reset_index(drop=True)

    def score(table: pd.DataFrame) -> Floats:
        outcome = scoring.score(artefact, table, outputs)
        if outcome.value is None:
            raise BadInput(f"The model gave no pd to advise by: {outcome.reason}")
        return outcome.value[:, place]

    try:
        advice = advise(score, some, target, trial.training_features)
    except BadInput:
        # a model that ends while it is asked for advice has been judged on all else by then
        return None
    return Advised(rows, target, advice)


def judged_recourse(plan: CellPlan, trial: Trial, advised: Advised | None) -> Recourse:
    """The advice held against the truth of the evaluation world; nothing of other trials."""
    if plan.role != "limit" or isinstance(plan.arena, Portfolio):
        return Recourse()
    policy = Policy.default()
    if advised is None or not len(advised.rows):
        why = "nobody was declined" if advised else _no_advice(plan)
        return Recourse(validate_recourse_truth(None, policy, why))
    honest = np.flatnonzero(plan.evaluation.truth.fraud() == "")
    some = trial.evaluation_features.iloc[advised.rows].reset_index(drop=True)
    found = recourse_truth(
        advised.advice,
        plan.evaluation,
        honest[advised.rows],
        some,
        target=advised.target,
        replicas=REPLICAS,
    )
    said = found.summary()
    metrics = {
        f"truth/recourse_{name}": said[name] for name in ("validity", "improvement", "games")
    }
    results = validate_recourse_truth(said, policy, "nothing helps those who were declined")
    if not len(found.rows):
        return Recourse(results, metrics)
    return Recourse(results, metrics, {"recourse": _by_advice(found)})


def _no_advice(plan: CellPlan) -> str:
    """Why nobody was asked for advice."""
    names = plan.entrant.outputs
    if "pd" in names and not any(name.startswith("pd_at_") for name in names):
        return "the model ended while it was asked for advice"
    return "limits follow from expected profit, not from a cut-off of the PD"


def _by_advice(found: RecourseTruth) -> pd.DataFrame:
    """Columns: `advice`, `applicants`, `promised` and `true_fall` (mean, of the pd), `valid`."""
    grouped = found.rows.groupby("changed")
    table = pd.DataFrame(
        {
            "applicants": grouped.size(),
            "promised": grouped["promised"].mean(),
            "true_fall": grouped["fall"].mean(),
            "valid": grouped["valid"].mean(),
        }
    )
    table.loc[table["applicants"] < SMALLEST, ["promised", "true_fall", "valid"]] = np.nan
    table = table.rename_axis("advice").reset_index()
    return table.sort_values(["applicants", "advice"], ascending=[False, True], ignore_index=True)
