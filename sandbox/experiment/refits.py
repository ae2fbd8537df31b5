"""The same model trained again, each time on other draws of the training rows.

A model fixes its own seed, so what is drawn anew is the rows: with replacement, as many as there
are. Costs as many fits again, so nothing asks for it unless it is told to.
"""

import numpy as np

from sandbox.errors import BadInput
from sandbox.experiment.plan import CellPlan
from sandbox.experiment.trial import Floats, Scores, Trial
from sandbox.isolation import Artefact, Status, worker


def refitted_scores(plan: CellPlan, artefact: Artefact, trial: Trial, times: int = 3) -> Floats:
    """Risk of the m evaluation rows under each refit, m × `times`.

    `artefact` is the model before it was fitted. Raises BadInput for a model that comes fitted,
    for fewer than two refits, and where a refit fails, with its reason.
    """
    if not plan.entrant.fitted_here:
        raise BadInput(f"{plan.entrant.name} comes fitted; it cannot be trained again.")
    if times < 2:
        raise BadInput(f"times is {times}; give at least 2, so that refits can be compared.")
    outputs, order = plan.entrant.outputs, trial.order()
    shuffled = trial.evaluation_features.iloc[order].reset_index(drop=True)
    rows = len(trial.training_features)
    found = np.empty((len(order), times))
    for refit in range(times):
        drawn = np.random.default_rng([5, refit]).integers(0, rows, rows)
        features = trial.training_features.iloc[drawn].reset_index(drop=True)
        labels = trial.training_labels.iloc[drawn].reset_index(drop=True)
        with worker(level=plan.level, limits=plan.limits) as fitting:
            fitted = fitting.fit(artefact, features, labels)
        if fitted.status is not Status.OK or fitted.value is None:
            raise BadInput(f"Refit {refit + 1} failed: {fitted.reason}")
        with worker(level=plan.level, limits=plan.limits) as scoring:
            scored = scoring.score(fitted.value, shuffled, outputs)
        if scored.status is not Status.OK or scored.value is None:
            raise BadInput(f"Refit {refit + 1} gave no scores: {scored.reason}")
        columns = {name: scored.value[:, k] for k, name in enumerate(outputs)}
        found[order, refit] = Scores(columns, {}).risk()
    return found
