"""Advice held against the truth: what has a cause helps, and what only looks better does not."""

import math

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from data_generators.interventions import SETTABLE
from sandbox.errors import BadInput
from sandbox.experiment.recourse_truth import (
    CAUSES,
    recourse_metrics,
    recourse_truth,
    sandboxed,
)
from sandbox.explanation.actions import actions
from sandbox.explanation.counterfactual import advise
from sandbox.features import credit_features
from sandbox.isolation import Artefact, Level, worker
from sandbox.models import BoostedPD


@pytest.fixture(scope="module")
def world():
    return dg.World(dg.scenarios.ecommerce, 1_500, 18, seed=23)


@pytest.fixture(scope="module")
def honest(world):
    return np.setdiff1d(np.arange(world.customers), world.truth.fraud_cases()["customer_id"])


@pytest.fixture(scope="module")
def features(world, honest):
    asked = credit_features(world.observed().applications)
    return asked.iloc[honest].reset_index(drop=True)


def advice_on(features, rows, promised=0.05, **to):
    """Advice as `advise` gives it: each named feature of these rows to a multiple of its own."""
    parts = [
        pd.DataFrame(
            {
                "row": rows,
                "feature": name,
                "from": features[name].to_numpy()[rows],
                "to": features[name].to_numpy()[rows] * times,
                "cost": 1.0,
                "pd_before": 0.2,
                "pd_after": 0.2 - promised,
            }
        )
        for name, times in to.items()
    ]
    return pd.concat(parts, ignore_index=True)


def held(advice, world, honest, features, **given):
    return recourse_truth(advice, world, honest, features, target=0.1, replicas=24, **given)


def test_every_action_has_a_known_cause_or_none():
    assert set(CAUSES) == {action.feature for action in actions().actions}
    settable = set(SETTABLE) | {"limit", ""}
    assert set(CAUSES.values()) <= settable


def test_waiting_until_inquiries_are_forgotten_changes_nothing_true(world, honest, features):
    rows = np.flatnonzero(features["bureau_inquiries_6m"] > 1)[:60]
    advice = advice_on(features, rows, bureau_inquiries_6m=0.0, bureau_utilisation=0.1)
    found = held(advice, world, honest, features)
    assert (found.rows["fall"] == 0).all()
    assert found.rows["games"].all()
    figures = found.summary()
    assert figures["validity"] == figures["improvement"] == 0
    assert figures["games"] == 1
    assert figures["features"] == 2


def test_to_ask_for_less_lowers_the_true_pd(world, honest, features):
    rows = np.arange(200)
    found = held(advice_on(features, rows, requested_amount=0.2), world, honest, features)
    figures = found.summary()
    assert figures["fall"] > 3 * figures["fall_se"] > 0
    assert figures["games"] == 0
    asked = features["requested_amount"].to_numpy()
    before = world.truth.pd_under(asked[rows], customers=honest[rows], replicas=24)
    after = world.truth.pd_under(0.2 * asked[rows], customers=honest[rows], replicas=24)
    assert np.allclose(found.rows["true_before"], before)
    assert np.allclose(found.rows["true_after"], after)


def test_each_feature_moves_the_trait_that_it_stands_for(world, honest, features):
    rows = np.flatnonzero(
        (features["bureau_lenders"] > 0) & (features["bank_savings"] > 0)
        & (features["tenor_months"] > 0)
    )[:40]  # fmt: skip
    who, asked = honest[rows], features["requested_amount"].to_numpy()[rows]
    traits = world.truth.traits().iloc[who]
    lenders, n = features["bureau_lenders"].to_numpy()[rows], traits["n_lenders"].to_numpy()
    debt = traits["other_debt"].to_numpy()
    expected = {
        "declared_income": ("income", 1.5, 1.5 * traits["income"].to_numpy()),
        "bank_savings": ("buffer", 3.0, 3.0 * traits["buffer"].to_numpy()),
        "tenor_months": ("tenor", 2.0, 2.0 * features["tenor_months"].to_numpy()[rows]),
        "bureau_lenders": ("other_debt", 0.0, debt * (1 - lenders / np.maximum(n, lenders))),
    }
    assert len(rows) > 20
    for feature, (trait, times, value) in expected.items():
        found = held(advice_on(features, rows, **{feature: times}), world, honest, features)
        after = world.truth.pd_under(asked, {trait: value}, customers=who, replicas=24)
        assert np.allclose(found.rows["true_after"], after), feature
    together = held(
        advice_on(features, rows, declared_income=1.5, bank_savings=3.0), world, honest, features
    )
    both = {name: value for name, _, value in list(expected.values())[:2]}
    after = world.truth.pd_under(asked, both, customers=who, replicas=24)
    assert np.allclose(together.rows["true_after"], after)


def test_a_small_promise_is_kept_where_a_large_one_is_not(world, honest, features):
    rows = np.arange(200)
    small, large = (
        held(advice_on(features, rows, promised, requested_amount=0.2), world, honest, features)
        for promised in (0.02, 0.19)
    )
    assert small.rows["fall"].equals(large.rows["fall"])
    assert small.summary()["validity"] > large.summary()["validity"] > 0
    assert small.summary()["improvement"] > large.summary()["improvement"]
    half = held(
        advice_on(features, rows, 0.19, requested_amount=0.2), world, honest, features, part=0.05
    )
    assert half.summary()["validity"] > large.summary()["validity"]


def test_those_whom_nothing_helps_are_counted_apart(world, honest, features):
    advice = advice_on(features, np.arange(3), requested_amount=0.5)
    nobody = advice.iloc[[0]].assign(row=7, feature="", to=np.nan, cost=np.nan, pd_after=np.nan)
    found = held(pd.concat([advice, nobody], ignore_index=True), world, honest, features)
    assert found.unhelped == 1
    assert found.summary()["helped"] == 0.75
    empty = held(nobody, world, honest, features).summary()
    assert empty["helped"] == 0
    assert math.isnan(empty["validity"])


def test_metrics_of_a_model_come_with_the_rows_they_are_made_of(world, honest, features):
    log = dg.World(dg.scenarios.ecommerce, 4_000, 18, seed=24).observed()
    seen = credit_features(log.applications, list(features.columns))
    target = np.full(len(seen), np.nan)
    target[log.performance["customer_id"]] = log.performance["default"]
    model = BoostedPD(trees=40).fit(seen, pd.DataFrame({"target": target}))

    def score(table):
        return model.predict(table)[:, 0]

    cut = float(np.quantile(score(features), 0.8))
    figures, truth = recourse_metrics(
        score, world, honest, features, seen, target=cut, asked=60, replicas=32
    )
    assert len(truth.rows) + truth.unhelped == 60
    assert figures["truth/recourse_validity"] == truth.rows["valid"].mean()
    assert set(figures) == {f"truth/recourse_{n}" for n in ("validity", "improvement", "games")}
    asked = features.iloc[np.flatnonzero(score(features) > cut)[:60]].reset_index(drop=True)
    with worker(level=Level.NONE) as place:
        inside = advise(sandboxed(place, Artefact.of(model)), asked, cut, seen)
    pd.testing.assert_frame_equal(inside, advise(score, asked, cut, seen))


def test_a_model_that_fails_in_its_sandbox_gives_a_reason(features):
    class Broken:
        def predict(self, table):
            raise ValueError("no such table")

    with worker(level=Level.NONE) as place:
        score = sandboxed(place, Artefact.of(Broken()))
        with pytest.raises(BadInput, match="gave no pd"):
            score(features)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"part": 0.0}, "part is 0.0"),
        ({"customers": np.arange(3)}, "3 customers for"),
        ({"advice": "age"}, "What age stands for"),
    ],
)
def test_what_cannot_be_held_against_a_world_is_refused(world, honest, features, changed, says):
    name = changed.pop("advice", "requested_amount")
    given = {"customers": honest, **changed}
    with pytest.raises(BadInput, match=says):
        recourse_truth(
            advice_on(features, np.arange(3), **{name: 0.5}), world, features=features,
            target=0.1, **given,
        )  # fmt: skip
