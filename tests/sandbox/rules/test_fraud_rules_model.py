"""Rules as a model: ranks by points, explains itself, and runs in the sandbox without zen."""

import itertools
import math
import sys

import cloudpickle
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from sandbox.errors import BadInput
from sandbox.explanation.contributions import attribute
from sandbox.isolation import Artefact, Status, session, worker
from sandbox.models.fraud_rules import LEAST_SLOPE, FraudRules
from sandbox.models.protocol import Explainable, Model
from sandbox.rules import Rule, RuleSet, default_rules, evaluate, to_jdm

PLAIN = to_jdm(
    RuleSet(
        "small",
        (
            Rule.of("new", "new", {"age": "< 3"}, points=20),
            Rule.of(
                "all", "all", {"age": "< 5", "asked": "> 4", "hour": "[1..4), null"}, points=30
            ),
            Rule.of("old", "old", {"age": "> 8", "asked": "< 2"}, points=-10),
        ),
    )
)


class Watched(FraudRules):
    """Refuses to score where the engine has been imported."""

    def fit(self, features, labels):
        self._look()
        return super().fit(features, labels)

    def predict(self, features):
        self._look()
        return super().predict(features)

    def _look(self):
        if "zen" in sys.modules:
            raise RuntimeError("zen-engine was imported")


@pytest.fixture(scope="module")
def tables():
    rng = np.random.default_rng(3)
    features = pd.DataFrame(rng.uniform(0, 10, (4_000, 4)), columns=["age", "asked", "hour", "x"])
    features.loc[::9, "hour"] = np.nan
    risky = features["age"] < 3
    target = (rng.random(4_000) < np.where(risky, 0.3, 0.02)).astype(float)
    target[::11] = np.nan
    return features, pd.DataFrame({"target": target})


@pytest.fixture(scope="module")
def fitted(tables):
    return FraudRules(rules=PLAIN).fit(*tables)


def test_it_is_a_model_that_can_be_rebuilt_and_travels(fitted, tables):
    assert isinstance(fitted, Model)
    assert isinstance(fitted, Explainable)
    score = fitted.predict(tables[0])
    assert score.shape == (4_000, 1)
    assert np.isfinite(score).all()
    again = clone(fitted).fit(*tables)
    assert np.array_equal(again.predict(tables[0]), score)
    assert np.array_equal(cloudpickle.loads(cloudpickle.dumps(fitted)).predict(tables[0]), score)


def test_applications_rank_by_their_points_and_nothing_else(fitted, tables):
    points = evaluate(fitted.rules_, tables[0]).points
    score = fitted.predict(tables[0])[:, 0]
    order = np.argsort(points, kind="stable")
    steps, rises = np.diff(points[order]), np.diff(score[order])
    assert ((steps > 0) == (rises > 0)).all()
    assert (rises >= 0).all()


def test_the_mean_score_is_the_rate_of_confirmed_fraud(fitted, tables):
    seen = tables[1]["target"].notna()
    assert fitted.predict(tables[0][seen]).mean() == pytest.approx(tables[1]["target"].mean())


def test_rules_that_point_the_wrong_way_still_rank_by_points(tables):
    features, labels = tables
    model = FraudRules(rules=PLAIN).fit(features, 1.0 - labels)
    assert model.slope_ == LEAST_SLOPE


def test_contributions_are_the_shapley_values_of_the_points(fitted, tables):
    features, background = tables[0].iloc[:40], tables[0].iloc[100:120]
    values, base, _margin = attribute(fitted, features, background)
    columns = list(features.columns)
    for row in range(len(features)):
        mixes = {}
        for taken in itertools.chain.from_iterable(
            itertools.combinations(columns, size) for size in range(5)
        ):
            mixed = background.copy()
            mixed[list(taken)] = features.iloc[row][list(taken)].to_numpy()
            mixes[frozenset(taken)] = fitted.margin(mixed).mean()
        assert base[row] == pytest.approx(mixes[frozenset()])
        for place, name in enumerate(columns):
            expected = sum(
                math.factorial(len(s))
                * math.factorial(3 - len(s))
                / 24
                * (mixes[s | {name}] - worth)
                for s, worth in mixes.items()
                if name not in s
            )
            assert values[row, place] == pytest.approx(expected, abs=1e-9)


def test_the_default_rules_are_used_as_far_as_their_columns_are_there(tables):
    rng = np.random.default_rng(0)
    names = ["device_age_days", "email_age_days", "session_seconds"]
    features = pd.DataFrame(rng.exponential(60.0, (4_000, 3)), columns=names)
    model = FraudRules().fit(features, tables[1])
    assert set(model.rules_.ids) == {"new_device", "new_email", "hurried_session", "long_session"}
    assert len(model.left_out_) == len(default_rules().ids) - 4
    with pytest.raises(BadInput, match="No rule of default fraud rules"):
        FraudRules().fit(tables[0], tables[1])


def test_rules_of_ones_own_have_to_find_their_columns_and_be_plain(tables):
    features, labels = tables
    with pytest.raises(BadInput, match="unknown field asked; the nearest"):
        FraudRules(rules=PLAIN).fit(features.rename(columns={"asked": "asked_for"}), labels)
    slow = RuleSet("slow", (Rule.of("slow", "slow", {"age": "$ * 2 > asked"}, points=1),))
    with pytest.raises(BadInput, match="needs zen-engine"):
        FraudRules(rules=to_jdm(slow)).fit(features, labels)


def test_in_the_sandbox_it_fits_and_scores_without_the_engine(fitted, tables):
    features, labels = tables
    with worker("namespace") as place:
        inside = place.fit(Artefact.of(Watched(rules=PLAIN)), features, labels)
        assert inside.status is Status.OK, inside.reason
    with worker("namespace") as place:
        scored = place.score(inside.value, features, ("score",))
        assert scored.status is Status.OK, scored.reason
    assert np.array_equal(scored.value, fitted.predict(features))
    columns = list(features.columns)
    with session(inside.value, "namespace", outputs=("score",), columns=columns) as service:
        row = service.score_row(features.iloc[7].to_numpy())
        assert row.status is Status.OK, row.reason
    assert row.value[0] == scored.value[7, 0]
