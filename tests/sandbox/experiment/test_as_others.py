"""A model is asked about the same customers with another attribute."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from studies import study

import sandbox as sb
from data_generators import World, scenarios
from sandbox.experiment.as_others import AsOthers, asked_as_others, judged_as_others, mirrored
from sandbox.experiment.trial import Scores
from sandbox.isolation import Status


def by(column):
    """A model that gives a pd of 50% to who is below the median of a column, next to none else."""

    def score(features):
        young = features[column].to_numpy(dtype=float) < middle[column]
        return 0.001 + 0.5 * young

    middle = {}
    return score, middle


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    world = World(scenarios.online_rental, customers=500, months=6, seed=5)
    models = [sb.models.RuleMatrix()]
    folder = tmp_path_factory.mktemp("others")
    return study(folder, models, worlds=[world], replicas=2).planned()[0]


def judged_by(plan, column):
    """The result of a model that decides by a column, asked without a sandbox."""
    trial = plan.trial()
    score, middle = by(column)
    middle[column] = trial.evaluation_features[column].median()
    worker = Direct(score)
    answered = asked_as_others(worker, None, ("pd",), trial)
    scores = Scores({"pd": score(trial.evaluation_features)}, {})
    (found,) = judged_as_others(trial, scores, answered)
    return found


class Direct:
    """A worker that is none: it scores where it stands."""

    def __init__(self, score):
        self.ask = score

    def score(self, artefact, features, outputs):
        return SimpleNamespace(status=Status.OK, value=self.ask(features)[:, None], reason="")


def test_a_model_that_decides_by_age_fails_and_one_that_is_blind_to_it_passes(plan):
    by_age, blind = (judged_by(plan, column) for column in ("age", "bureau_utilisation"))
    assert by_age.verdict == "fail"
    assert by_age.statistic > 0.3
    assert "with age changed" in by_age.reason
    table = by_age.table.set_index("attribute")
    assert set(table.index) == {"age", "education"}
    assert (table["true_change"] == 0).all()
    # the mirror makes the old young: their pd moves by half
    assert table.loc["age", "pd_change"] > 0.25
    assert (blind.verdict, blind.statistic) == ("pass", 0.0)


def test_who_cannot_be_asked_is_not_judged(plan):
    trial = plan.trial()
    (found,) = judged_as_others(trial, Scores({"pd": np.zeros(3)}, {}), None)
    assert (found.verdict, found.reason) == ("not evaluated", "the model was not asked")
    other = replace(trial, judge=lambda scores: None)
    assert asked_as_others(Direct(None), None, ("pd",), other) is None
    assert judged_as_others(other, Scores({}, {}), None) == ()


def test_rows_of_others_are_those_of_the_same_customers_but_for_what_follows(plan):
    judge = plan.trial().judge
    asked = AsOthers.of(judge)
    own, older = judge.features.iloc[: asked.size], asked.tables["age"]
    same = own.columns.difference(["age", "employment_months", "bank_tenure_months"])
    assert own[same].equals(older[same])
    assert np.array_equal(np.sort(own["age"]), np.sort(older["age"]))
    assert np.corrcoef(own["age"], older["age"])[0, 1] < -0.8


def test_where_there_are_persons_and_businesses_each_becomes_the_other(plan):
    market = scenarios.ecommerce.blend(scenarios.micro_business, 0.5)
    mixed = replace(plan, arena=World(market, 500, 6, seed=5))
    judge = mixed.trial().judge
    asked = AsOthers.of(judge)
    assert set(asked.tables) == {"age", "education", "business"}
    turnover = [t["declared_turnover"] > 0 for t in (judge.features, asked.tables["business"])]
    assert (turnover[0].iloc[: asked.size].to_numpy() != turnover[1].to_numpy()).all()
    assert np.abs(asked.true_change["business"]).mean() > 0.005
    assert not asked.true_change["age"].any()


def test_a_mirror_keeps_the_values_and_turns_their_order_round():
    values = np.random.default_rng(0).random(99)
    other = mirrored(values)
    assert np.array_equal(np.sort(values), np.sort(other))
    assert np.argsort(values).tolist() == np.argsort(other)[::-1].tolist()
