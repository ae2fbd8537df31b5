"""The judge of robustness and of the tables: what needs training, evaluation and altered rows."""

from dataclasses import replace

import numpy as np
import pandas as pd

from sandbox.experiment.altered_rows import Answered
from sandbox.experiment.trial import Floats, Judgement, Scores, Trial
from sandbox.validation.judge import not_evaluated
from sandbox.validation.monotonicity import TESTS as MONOTONICITY
from sandbox.validation.monotonicity import validate_monotonicity
from sandbox.validation.overfit import TESTS as OVERFIT
from sandbox.validation.overfit import validate_overfit
from sandbox.validation.policy import Policy
from sandbox.validation.ranges import TEST as RANGES
from sandbox.validation.ranges import validate_ranges
from sandbox.validation.representativeness import (
    CLASSIFIER,
    DOOR,
    FEATURES,
    validate_representativeness,
    validate_through_the_door,
)
from sandbox.validation.result import ValidationResult, Verdict
from sandbox.validation.robustness import TESTS as NOISE
from sandbox.validation.robustness import cut_off, validate_noise
from sandbox.validation.seeds import NO_REFITS, validate_seeds
from sandbox.validation.seeds import TESTS as SEEDS
from sandbox.validation.slices import TESTS as SLICES_TESTS
from sandbox.validation.slices import validate_slices
from sandbox.validation.suite import metrics_of

#: the tables that a reader looks at, by the test that they come from
TABLES = {
    "robustness.noise_auc": "robustness_noise",
    "robustness.weak_slice_auc": "robustness_slices",
    "robustness.overfit_slice": "robustness_overfit",
    "robustness.monotonicity": "robustness_directions",
    "data.ranges": "data_ranges",
    "data.representativeness": "data_representativeness",
    "data.through_the_door": "data_through_the_door",
}
#: every test whose result is here, in the order of the results
TESTS = (
    *(*NOISE, *SLICES_TESTS, *OVERFIT, *SEEDS, *MONOTONICITY),
    *(RANGES, FEATURES, CLASSIFIER, DOOR),
)
#: slices kept of a table, the weakest
SLICES = 200


def with_robustness(
    trial: Trial,
    scores: Scores,
    judgement: Judgement,
    answered: Answered | None,
    refits: Floats | str = NO_REFITS,
) -> Judgement:
    """The judgement of a cell's scores with robustness and the tables' fitness added.

    The outcomes are those of the judgement's table `scored`, which has the rows with a score.
    `answered` None: the model could not be asked again. `refits` has the scores of the evaluation
    rows by models trained again, a column a refit (`sandbox.experiment.refits`), or why there
    are none.
    """
    policy = Policy.default()
    target = judgement.tables["scored"]["target"].to_numpy(dtype=float)
    risk = scores.risk()
    scored = ~np.isnan(risk)
    features = trial.evaluation_features[scored]
    fresh = (features, target, risk[scored])
    results = (
        *_noise(risk[scored], target, answered, policy),
        *validate_slices(*fresh, policy),
        *_overfit(trial, scores.training_risk(), fresh, policy),
        *(
            validate_seeds(target, None, policy, reason=refits)
            if isinstance(refits, str)
            else validate_seeds(target, refits[scored], policy)
        ),
        *validate_monotonicity(
            None if answered is None else answered.rows.asked,
            None if answered is None else answered.along(),
            policy,
        ),
        *_tables(trial, features, policy),
    )
    tables = {
        TABLES[r.id]: r.table.head(SLICES)
        for r in results
        if r.id in TABLES and r.table is not None and r.verdict is not Verdict.NOT_EVALUATED
    }
    return replace(
        judgement,
        metrics={**judgement.metrics, **metrics_of(results)},
        results=(*judgement.results, *results),
        tables={**judgement.tables, **tables},
    )


def _noise(
    risk: Floats, target: Floats, answered: Answered | None, policy: Policy
) -> tuple[ValidationResult, ...]:
    if answered is None:
        return validate_noise(target, risk, None, policy)
    of = answered.rows.positions
    cut = cut_off(risk) if len(risk) else None
    return validate_noise(target[of], risk[of], answered.with_noise(), policy, cut)


def _overfit(
    trial: Trial,
    before: Floats | None,
    fresh: tuple[pd.DataFrame, Floats, Floats],
    policy: Policy,
) -> tuple[ValidationResult, ...]:
    if trial.role == "fraud":
        # a gap would be one of labels: training knows confirmed fraud, evaluation the truth
        why = "training has confirmed frauds, evaluation the true ones"
        return tuple(not_evaluated(t, why, n=len(fresh[1]), policy=policy) for t in OVERFIT)
    learnt = trial.training_labels["target"].to_numpy(dtype=float)
    training = None if before is None else (trial.training_features, learnt, before)
    return validate_overfit(training, fresh, policy)


def _tables(trial: Trial, features: pd.DataFrame, policy: Policy) -> tuple[ValidationResult, ...]:
    """Ranges and populations; of a model that was not trained here, training is not known."""
    learnt = trial.training_features if len(trial.training_features) else None
    seen = None
    if learnt is not None:
        seen = ~np.isnan(trial.training_labels["target"].to_numpy(dtype=float))
    return (
        validate_ranges(features, policy, training=learnt),
        *validate_representativeness(learnt, features, policy),
        validate_through_the_door(learnt, seen, policy),
    )
