"""Labels of a world as they come in."""

import numpy as np
import pytest

from data_generators import World, scenarios
from sandbox.errors import BadInput
from sandbox.experiment.labels_as_of import labels_as_of
from sandbox.validation.delayed_labels import validate_delayed_labels
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict

WORLD = World(scenarios.ecommerce, customers=15_000, months=24, seed=41)


def test_labels_of_a_day_are_those_that_the_bank_could_observe_then():
    day = 500.0
    labels = labels_as_of(WORLD, day)
    seen = WORLD.observed(day).performance
    assert int((~np.isnan(labels.bad_age)).sum()) == int(seen["default"].sum())


def test_early_readings_are_too_low_and_late_ones_are_the_truth():
    early, late = labels_as_of(WORLD, 400.0), labels_as_of(WORLD, 1_200.0)
    assert (early.bad_age <= 12).mean() < 0.7 * early.true_rate
    assert (late.bad_age <= 12).mean() == pytest.approx(late.true_rate)


def test_the_correction_is_nearer_to_the_truth_than_what_is_known():
    labels = labels_as_of(WORLD, 400.0)
    found = validate_delayed_labels(
        labels.age, labels.bad_age, 12, Policy.default(), true_rate=labels.true_rate
    )
    assert found[1].verdict is Verdict.FAIL
    bias = found[2].table.set_index("method")["bias"]
    assert abs(bias["Kaplan-Meier"]) < 0.5 * abs(bias["as known"])


def test_a_window_longer_than_the_world_is_refused():
    with pytest.raises(BadInput, match="24 months"):
        labels_as_of(WORLD, 400.0, window=24)
    with pytest.raises(BadInput, match="day -1"):
        labels_as_of(WORLD, -1.0)
