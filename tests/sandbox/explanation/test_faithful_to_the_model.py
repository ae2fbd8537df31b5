"""Right contributions are found faithful to the model, wrong ones are not."""

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.explanation.contributions import attribute
from sandbox.explanation.faithfulness import on_the_margin
from sandbox.explanation.removals import ALTERED, Removals
from sandbox.models import BoostedPD

WEIGHTS = np.array([2.0, -1.0, 0.5, 0.0, 1.5])
NAMES = [f"x{k}" for k in range(len(WEIGHTS))]


def table(rows, seed):
    draws = np.random.default_rng(seed).normal(size=(rows, len(WEIGHTS)))
    return pd.DataFrame(draws, columns=NAMES)


#: as many rows of background as stand in, so that nothing is left to chance
ROWS, BACKGROUND = table(40, 1), table(16, 2)


def linear(features):
    return features.to_numpy() @ WEIGHTS


def closed_form():
    return (ROWS - BACKGROUND.mean()).to_numpy() * WEIGHTS


def read(values, model=linear, rows=ROWS, background=BACKGROUND):
    plan = Removals.planned(values, len(background))
    return plan.read(values, model(rows), model(plan.altered(rows, background)))


def test_the_closed_form_of_a_linear_model_is_perfectly_faithful():
    found = read(closed_form())
    assert found.correlation == pytest.approx(1.0, abs=1e-12)
    assert found.deletion == pytest.approx(1.0, abs=1e-12)
    assert np.allclose(found.curve["promised"], found.curve["measured"])
    assert found.correlation_interval == pytest.approx((1.0, 1.0))


def test_contributions_of_the_wrong_sign_are_as_unfaithful_as_can_be():
    found = read(-closed_form())
    assert found.correlation == pytest.approx(-1.0)
    assert found.deletion < -0.9


def shuffled(values, seed=3):
    """Each row's contributions given to other features: they still add up."""
    return np.random.default_rng(seed).permuted(values, axis=1)


def test_contributions_given_to_other_features_are_unrelated_to_the_model():
    # a fifth of them stay where they were
    found = read(shuffled(closed_form()))
    assert found.correlation < 0.6
    assert found.deletion < 0.6
    found = read(np.roll(closed_form(), 2, axis=1))
    assert abs(found.correlation) < 0.35
    assert found.deletion < 0.35


def test_contributions_twice_too_large_are_told_by_the_area_alone():
    found = read(2 * closed_form())
    assert found.correlation == pytest.approx(1.0)
    assert found.deletion == pytest.approx(0.5)


def test_a_feature_that_moves_the_model_and_is_left_out_is_missed():
    values = closed_form()
    values[:, 0] = 0.0
    assert read(values).correlation < 0.8


def test_no_contributions_at_all_promise_nothing():
    found = read(np.zeros(ROWS.shape))
    assert np.isnan(found.correlation)
    assert np.isnan(found.deletion)


def test_a_model_that_never_moves_falls_by_nothing():
    found = read(closed_form(), model=lambda features: np.ones(len(features)))
    assert found.correlation == 0.0
    assert found.deletion == 0.0


@pytest.fixture(scope="module")
def boosted():
    rng = np.random.default_rng(5)
    features = pd.DataFrame(rng.normal(size=(4_000, 6)), columns=list("abcdef"))
    features.loc[rng.random(4_000) < 0.1, "b"] = np.nan
    x = features.fillna(0.0).to_numpy()
    log_odds = -1 + x[:, 0] + 0.8 * x[:, 1] * x[:, 2] - 0.7 * np.maximum(x[:, 3], 0)
    target = (rng.random(4_000) < 1 / (1 + np.exp(-log_odds))).astype(float)
    model = BoostedPD().fit(features, pd.DataFrame({"target": target}))
    rows, background = features.iloc[:300], features.iloc[300:400]
    values, base, margin = attribute(model, rows, background)
    return model, rows, background, values, base, margin


def judged(boosted, values):
    """By the model's probabilities, as in a sandbox, which gives no margins."""
    model, rows, background, _, _, margin = boosted
    plan = Removals.planned(values, len(background))
    risk = model.predict(rows)[:, 0]
    answers = model.predict(plan.altered(rows, background))[:, 0]
    return plan.read(values, margin, on_the_margin(answers, risk, margin))


def test_shapley_values_of_boosted_trees_pass_and_the_same_shuffled_do_not(boosted):
    right, wrong = judged(boosted, boosted[3]), judged(boosted, shuffled(boosted[3]))
    assert right.correlation > 0.85
    assert 0.8 < right.deletion < 1.2
    assert wrong.correlation < 0.4
    assert wrong.deletion < 0.4
    low, high = right.deletion_interval
    assert low < right.deletion < high


def test_altered_rows_are_the_rows_with_values_of_the_background():
    plan = Removals.planned(closed_form(), len(BACKGROUND))
    altered = plan.altered(ROWS, BACKGROUND)
    r, s, m = len(plan.rows), 5 + 3 * 5, len(BACKGROUND)
    assert altered.shape == (r * s * m, 5)
    cube = altered.to_numpy().reshape(r, s, m, 5)
    own = ROWS.to_numpy()[plan.rows]
    # the first removal replaces the first feature and no other
    assert np.allclose(cube[:, 0, :, 1:], own[:, None, 1:])
    theirs = BACKGROUND["x0"].to_numpy()[plan.stand_ins]
    assert np.allclose(cube[:, 0, :, 0], theirs)
    # the last step of an order has replaced all five
    everything = BACKGROUND.to_numpy()[plan.stand_ins]
    assert np.allclose(cube[:, 5 + 4], everything)


def test_rows_are_tested_once_each_and_the_model_is_not_asked_too_much():
    values = np.random.default_rng(4).normal(size=(500, 200))
    plan = Removals.planned(values, 100)
    assert len(set(plan.rows)) == len(plan.rows)
    assert plan.rows[0] == values.sum(axis=1).argmax()
    assert plan.removed(200).shape[0] * plan.removed(200).shape[1] * 16 <= ALTERED
    assert all(len(set(row)) == 24 for row in plan.alone)


def test_a_plan_is_the_same_for_the_same_seed():
    one, two = (Removals.planned(closed_form(), 50, seed=6) for _ in range(2))
    assert (one.stand_ins == two.stand_ins).all()
    assert (one.orders == two.orders).all()


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_few_rows_and_a_single_background_row_are_enough(rows):
    values = closed_form()[:rows]
    plan = Removals.planned(values, 1)
    altered = plan.altered(ROWS.iloc[:rows], BACKGROUND.iloc[:1])
    found = plan.read(values, linear(ROWS.iloc[:rows]), linear(altered))
    assert found.rows == rows


def test_scores_are_read_as_margins_by_a_line_or_between_the_known():
    rng = np.random.default_rng(7)
    margin = rng.normal(size=200)
    risk = 1 / (1 + np.exp(-(0.5 + 2 * margin)))
    assert on_the_margin(risk, risk, margin) == pytest.approx(margin)
    beyond = 1 / (1 + np.exp(-(0.5 + 2 * 9.0)))
    assert on_the_margin([beyond], risk, margin) == pytest.approx([9.0], abs=1e-4)
    bent = margin**3
    known = on_the_margin(risk, risk, bent)
    assert known == pytest.approx(bent)
    assert on_the_margin([beyond], risk, bent)[0] == bent.max()
    amounts = on_the_margin([150.0], [100.0, 200.0, 300.0], [1.0, 2.0, 3.0])
    assert amounts == pytest.approx([1.5])


def test_what_cannot_be_tested_is_refused():
    with pytest.raises(BadInput, match="shape"):
        Removals.planned(np.empty((0, 3)), 5)
    with pytest.raises(BadInput, match="background has 0 rows"):
        Removals.planned([[1.0]], 0)
    plan = Removals.planned([[1.0, 2.0]], 1)
    with pytest.raises(BadInput, match="one finite number"):
        plan.read([[1.0, 2.0]], [3.0], [np.nan] * 8)
