"""The best is called the best only for a reason."""

import numpy as np
import pytest
from scipy import stats

from sandbox.cell import Cell, CellResult
from sandbox.errors import BadInput
from sandbox.experiment.ranking import conclusion, differences, ranking
from sandbox.isolation import Status

METRIC = "perf/auc"


def cell(model, seed, value, status=Status.OK):
    name = Cell("s", model, "f", "pd", "cards", seed, f"{model}{seed}")
    metrics = {} if value is None else {METRIC: value}
    return CellResult(cell=name, status=status, reason="it broke", metrics=metrics)


def test_nobody_gains_by_failing_on_the_hard_seed():
    cells = [
        cell("steady", 1, 0.80),
        cell("steady", 2, 0.60),
        cell("brittle", 1, 0.75),
        cell("brittle", 2, None, Status.RAISED),
    ]
    assert ranking(cells, METRIC, True) == ["steady", "brittle"]


def test_a_model_without_the_metric_is_not_ranked():
    cells = [cell("a", 1, 0.7), cell("b", 1, None)]
    assert ranking(cells, METRIC, True) == ["a"]
    assert differences(cells, "a", METRIC) == []


@pytest.mark.parametrize(
    ("status", "words"), [(Status.OK, "too few cases"), (Status.TIMED_OUT, "it broke")]
)
def test_without_any_figure_there_is_no_best(status, words):
    with pytest.raises(BadInput, match=words):
        ranking([cell("a", 1, None, status)], METRIC, True)


def test_differences_are_paired_by_seed_with_students_interval():
    best, other = [0.80, 0.70, 0.75], [0.78, 0.69, 0.70]
    cells = [cell("a", s, v) for s, v in enumerate(best)]
    cells += [cell("b", s, v) for s, v in enumerate(other)]
    ((model, mean, low, high),) = differences(cells, "a", METRIC)
    expected = stats.ttest_1samp(np.subtract(other, best), 0).confidence_interval(0.95)
    assert model == "b"
    assert (low, high) == pytest.approx((expected.low, expected.high))
    assert mean == pytest.approx(np.mean(np.subtract(other, best)))


def test_the_conclusion_says_what_may_be_noise():
    cells = [cell("a", s, v) for s, v in enumerate([0.80, 0.70, 0.75])]
    cells += [cell("b", s, v) for s, v in enumerate([0.79, 0.71, 0.74])]
    said = conclusion(cells, "a", METRIC)
    assert said.startswith("Best by AUC: a, 0.750")
    assert "may be noise" in said
    alone = conclusion([cell("a", 1, 0.8), cell("b", 1, 0.7)], "a", METRIC)
    assert "one seed: no interval" in alone


def test_the_conclusion_says_what_the_oracle_knows_and_that_is_no_outcome():
    metrics = {"truth/profit_per_customer": 900.0, "truth/oracle_profit_per_customer": 1_033.0}
    name = Cell("s", "a", "f", "limit", "travel", 1, "a1")
    cells = [CellResult(cell=name, status=Status.OK, metrics=metrics)]
    said = conclusion(cells, "a", "truth/profit_per_customer")
    assert "a, 900 (1,033 for an oracle that knows every customer's expected profit at" in said
    assert "outcome" not in said
