"""Would decisions be others if customers were? Asked in the sandbox, judged outside.

The first honest customers of the evaluation world get another attribute, all noise the same, and
apply again: what follows from the attribute in their application follows. Age is mirrored by rank
(the youngest are as old as the oldest were), education by its order; where a market has both
persons and businesses, each becomes the other. Sex and region change no column that a limit model
sees, and no default.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from data_generators.attributes import ATTRIBUTES
from sandbox.errors import BadInput
from sandbox.experiment.limit_judge import LimitJudge
from sandbox.experiment.trial import Floats, Scores, Trial
from sandbox.features import credit_features
from sandbox.isolation import Artefact, Outcome, Status, Worker
from sandbox.models.limit_grid import REFERENCE_LIMIT
from sandbox.validation.policy import Policy
from sandbox.validation.result import ValidationResult
from sandbox.validation.truth_counterfactual import Otherwise, validate_counterfactual_truth

#: honest customers asked about, the first, and replicas behind a change of their true PD
ASKED, REPLICAS = 1_000, 12


@dataclass(frozen=True)
class AsOthers:
    """Evaluation rows as they are and as they would be, a table an attribute."""

    #: how many of the evaluation rows, from the first
    size: int
    tables: Mapping[str, pd.DataFrame]
    #: change of the true PD at the reference limit, a row each
    true_change: Mapping[str, Floats]

    @classmethod
    def of(cls, judge: LimitJudge) -> "AsOthers":
        """Everybody with each attribute changed that the judge's world has."""
        size = min(ASKED, len(judge.honest))
        who = judge.honest[:size]
        # the same people in a world that ends after the last of them
        few = judge.world.reseeded(judge.world.seed, customers=int(who[-1]) + 1)
        tables, changes = {}, {}
        for name, values in _changed(judge, size).items():
            given = np.full(few.customers, np.nan)
            given[who] = values
            applied = few.truth.applications_under({name: given}).iloc[who].reset_index(drop=True)
            tables[name] = credit_features(applied, list(judge.features.columns))
            changes[name] = np.zeros(size)
            if ATTRIBUTES[name].moves_default:
                limit = np.full(few.customers, float(REFERENCE_LIMIT))
                other = few.truth.pd_as_other(limit, {name: given}, REPLICAS)
                changes[name] = (other - few.truth.true_pd(limit, REPLICAS))[who]
        return cls(size, tables, changes)


def _changed(judge: LimitJudge, size: int) -> dict[str, Floats]:
    """Another value of each attribute for the first rows; none without their attributes."""
    if judge.monitored is None or not size:
        return {}
    from data_generators.profiles.demographics import EDUCATION

    who = judge.monitored.iloc[:size]
    business = (who["kind"] == "business").to_numpy(dtype=float)
    found: dict[str, Floats] = {}
    if "age" in judge.features:
        found["age"] = mirrored(judge.features["age"].to_numpy(dtype=float)[:size])
    education = who["education"].map(EDUCATION.index).to_numpy(dtype=float)
    found["education"] = len(EDUCATION) - 1 - education
    if 0 < business.sum() < size:
        found["business"] = np.where(business > 0, 0.0, 1.0)
    return found


def mirrored(values: Floats) -> Floats:
    """The same values with their order turned round: the lowest gets the highest.

    >>> mirrored(np.array([20.0, 60.0, 30.0])).tolist()
    [60.0, 20.0, 30.0]
    """
    order = np.argsort(values, kind="stable")
    found: Floats = np.empty_like(values)
    found[order] = values[order[::-1]]
    return found


@dataclass(frozen=True)
class AnsweredAsOthers:
    """The rows that were asked about, and what came back."""

    asked: AsOthers
    outputs: tuple[str, ...]
    scored: Outcome[Floats]

    def scores(self) -> dict[str, Scores]:
        """Scores by attribute; none where the model did not answer."""
        if self.scored.status is not Status.OK or self.scored.value is None:
            return {}
        matrix, size = self.scored.value, self.asked.size
        found = {}
        for k, name in enumerate(self.asked.tables):
            part = matrix[k * size : (k + 1) * size]
            found[name] = Scores({out: part[:, o] for o, out in enumerate(self.outputs)}, {})
        return found


def asked_as_others(
    scoring: Worker, artefact: Artefact, outputs: tuple[str, ...], trial: Trial
) -> AnsweredAsOthers | None:
    """Ask the worker that scored the evaluation rows; None of other trials, or where it is gone."""
    if not isinstance(trial.judge, LimitJudge) or trial.judge.world.scenario.cards is not None:
        return None
    asked = AsOthers.of(trial.judge)
    if not asked.tables:
        return None
    rows = pd.concat(asked.tables.values(), ignore_index=True)
    try:
        return AnsweredAsOthers(asked, outputs, scoring.score(artefact, rows, outputs))
    except BadInput:
        return None


def judged_as_others(
    trial: Trial, scores: Scores, answered: AnsweredAsOthers | None
) -> tuple[ValidationResult, ...]:
    """Counterfactual fairness of a limit model's decisions; nothing of other trials."""
    judge, policy = trial.judge, Policy.default()
    if not isinstance(judge, LimitJudge):
        return ()
    if answered is None:
        why = "the model was not asked"
        if judge.world.scenario.cards is not None:
            why = "a calibrated market has no attribute to change"
        return validate_counterfactual_truth((), policy, why)
    size = answered.asked.size
    own = Scores({name: values[:size] for name, values in scores.evaluation.items()}, {})
    limit = _limits(judge, judge.features.iloc[:size], own)
    found = [
        Otherwise(
            attribute=name,
            decision=limit,
            flipped=_limits(judge, answered.asked.tables[name], other),
            pd_change=other.risk() - own.risk(),
            true_change=answered.asked.true_change[name],
        )
        for name, other in answered.scores().items()
    ]
    why = f"it ended: {answered.scored.reason}" if answered.scored.reason else ""
    return validate_counterfactual_truth(found, policy, why or "the model was not asked")


def _limits(judge: LimitJudge, features: pd.DataFrame, scores: Scores) -> Floats:
    """Limits of the first rows by the judge's policy, if they had these features."""
    decisions, _ = judge.decided(scores, features)
    limit: Floats = decisions["limit"].to_numpy(dtype=float)
    return limit
