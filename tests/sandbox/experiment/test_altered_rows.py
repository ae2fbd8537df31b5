"""Altered rows through a worker, and the judge that reads the answers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from studies import WORLD

from sandbox.errors import BadInput
from sandbox.experiment.altered_rows import (
    AlteredRows,
    Answered,
    asked_altered,
    directions_expected,
)
from sandbox.experiment.cell_run import _refits
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.plan import CellPlan
from sandbox.experiment.refits import refitted_scores
from sandbox.experiment.robustness_judge import with_robustness
from sandbox.experiment.trial import Judgement, Scores, Trial
from sandbox.isolation import Artefact, Level, Outcome, Status, worker
from sandbox.isolation.limits import Limits
from sandbox.policy import LimitPolicy
from sandbox.validation.result import Verdict
from sandbox.validation.seeds import NO_REFITS

ROBUSTNESS = 13


def trial(seed=0, n=3_000, role="pd"):
    """Two tables of one population; half of the outcomes of training were never seen."""
    rng = np.random.default_rng(seed)
    tables = []
    for _ in range(2):
        table = pd.DataFrame(
            {"income": rng.gamma(4, 2_000, n), "months_late_1": rng.integers(0, 5, n) * 1.0}
        )
        p = 1 / (1 + np.exp(1.5 + table["income"] / 8_000 - 0.4 * table["months_late_1"]))
        tables.append((table, rng.binomial(1, p).astype(float)))
    (training, labels), (evaluation, target) = tables
    labels[rng.random(n) < 0.5] = np.nan
    judgement = Judgement({}, (), {"scored": pd.DataFrame({"target": target})})
    given = pd.DataFrame({"target": labels})
    return Trial(role, training, given, evaluation, lambda _: judgement, None, b"key"), judgement


def fitted(some):
    seen = some.training_labels["target"].notna()
    model = LogisticRegression(max_iter=500)
    return model.fit(some.training_features[seen], some.training_labels["target"][seen])


def scores_of(model, some):
    tables = (some.evaluation_features, some.training_features)
    risks = [{"pd": model.predict_proba(t)[:, 1]} for t in tables]
    return Scores(*risks)


def test_answers_come_back_to_the_rows_they_were_asked_about():
    some, _ = trial()
    model = fitted(some)
    with worker(level=Level.NONE) as scoring:
        answered = asked_altered(scoring, Artefact.of(model), ("pd",), some)
    for level, table in answered.rows.noisy.items():
        expected = model.predict_proba(table)[:, 1]
        assert answered.with_noise()[level] == pytest.approx(expected)
    along = model.predict_proba(answered.rows.asked.table)[:, 1]
    assert answered.along() == pytest.approx(along)
    assert answered.rows.asked.expected == {"income": -1, "months_late_1": 1}


def test_the_same_rows_are_asked_about_whatever_the_model():
    some, _ = trial()
    one, other = (AlteredRows.of(some, {"income": -1}) for _ in range(2))
    pd.testing.assert_frame_equal(one.table, other.table)
    assert len(one.positions) == len(set(one.positions)) == 1_000
    assert len(one.table) < 4_000


def test_a_right_model_passes_and_what_was_not_asked_is_not_green():
    some, judgement = trial()
    model = fitted(some)
    with worker(level=Level.NONE) as scoring:
        answered = asked_altered(scoring, Artefact.of(model), ("pd",), some)
    found = with_robustness(some, scores_of(model, some), judgement, answered)
    verdicts = {r.id: r.verdict for r in found.results}
    seeds = {test for test in verdicts if test.startswith("robustness.seed_")}
    assert {verdicts.pop(test) for test in seeds} == {Verdict.NOT_EVALUATED}
    assert set(verdicts.values()) == {Verdict.PASS}
    assert len([test for test in verdicts if test.startswith("robustness.")]) == ROBUSTNESS - 3
    assert {"robustness_noise", "robustness_slices", "robustness_directions"} <= set(found.tables)
    assert found.metrics["robust/noise_auc_loss"] < 0.01


def test_a_model_that_ended_before_it_was_asked_is_judged_on_the_rest():
    some, judgement = trial()
    model = fitted(some)
    scores = scores_of(model, some)
    with worker(level=Level.NONE) as scoring:
        said = scoring.score(Artefact.of(model), some.evaluation_features, ("pd",))
        scoring.close()
        assert asked_altered(scoring, Artefact.of(model), ("pd",), some) is None
    rows = AlteredRows.of(some, {"income": -1})
    late = Answered(rows, ("pd",), Outcome(Status.TIMED_OUT, None, "slow", said.evidence))
    for answered in (None, late):
        found = {r.id: r for r in with_robustness(some, scores, judgement, answered).results}
        for test in ("robustness.noise_pd", "robustness.monotonicity"):
            assert found[test].verdict is Verdict.NOT_EVALUATED
        assert found["robustness.overfit"].verdict is Verdict.PASS


def test_scores_without_a_model_and_frauds_are_judged_on_what_is_known():
    some, judgement = trial()
    scores = Scores(scores_of(fitted(some), some).evaluation, {})
    found = {r.id: r for r in with_robustness(some, scores, judgement, None).results}
    assert "not trained here" in found["robustness.overfit"].reason
    assert found["robustness.weak_slice_auc"].verdict is Verdict.PASS
    frauds, judgement = trial(role="fraud")
    scores = scores_of(fitted(frauds), frauds)
    found = {r.id: r for r in with_robustness(frauds, scores, judgement, None).results}
    assert "confirmed frauds" in found["robustness.overfit"].reason


def test_refits_are_scored_row_by_row_and_a_fitted_model_cannot_be_refitted(tmp_path):
    some, judgement = trial(n=1_500)
    entrant = Entrant("a regression", "linear", "pd", ("pd",), Artefact.of(LogisticRegression()))
    plan = CellPlan("s", entrant, WORLD, 1, 2, Level.NONE, Limits(), LimitPolicy(), tmp_path)
    assert _refits(plan, some) == NO_REFITS
    assert "comes fitted" in _refits(
        replace(plan, entrant=replace(entrant, fitted_here=False)), some
    )
    asked = replace(plan, refits=2)
    assert asked.cell.digest != plan.cell.digest
    refits = _refits(asked, some)
    scores = scores_of(fitted(some), some)
    assert np.corrcoef(refits[:, 0], scores.risk())[0, 1] > 0.95
    found = with_robustness(some, scores, judgement, None, refits).results
    assert {r.verdict for r in found if r.id.startswith("robustness.seed_")} <= {
        Verdict.PASS,
        Verdict.WARN,
    }
    with pytest.raises(BadInput, match="at least 2"):
        refitted_scores(plan, entrant.artefact, some, times=1)
    empty = replace(asked, entrant=replace(entrant, artefact=Artefact.of(object())))
    assert _refits(empty, some).startswith("Refit 1 failed: ")


def test_a_cell_without_refits_says_how_to_get_them():
    some, judgement = trial()
    found = with_robustness(some, scores_of(fitted(some), some), judgement, None).results
    seeds = [r for r in found if r.id.startswith("robustness.seed_")]
    assert len(seeds) == 3
    assert all(r.verdict is Verdict.NOT_EVALUATED and "--refits 3" in r.reason for r in seeds)


def test_rent_is_expected_to_raise_the_risk_but_where_it_is_what_is_bought():
    some, _ = trial()
    some = replace(some, evaluation_features=some.evaluation_features.assign(rent_monthly=1.0))
    assert directions_expected(some)["rent_monthly"] == 1
    assert directions_expected(replace(some, rent_is_need=True))["rent_monthly"] == -1
