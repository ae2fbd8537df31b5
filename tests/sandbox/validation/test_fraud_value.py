import numpy as np
import pytest
from stakes_of_frauds import made_up

from sandbox.errors import BadInput
from sandbox.validation.fraud_alerts import alerts_by_capacity, capacity_of_share
from sandbox.validation.fraud_by_typology import by_typology, fraud_figures
from sandbox.validation.fraud_delay import detection_delay
from sandbox.validation.fraud_thresholds import (
    AlertCosts,
    expected_worth,
    threshold_by_capacity,
    threshold_by_cost,
    threshold_by_fpr,
)
from sandbox.validation.fraud_value import against_oracle, oracle_alerts, value_of_alerts
from sandbox.validation.stakes import Stakes

COSTS = AlertCosts(review=40, caught=0.9, lost=0.3)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_by_cost_is_the_best_of_all(seed, ties):
    score, stakes = made_up(600, seed=seed, ties=ties)
    best = threshold_by_cost(score, stakes.fraud, stakes.loss, stakes.profit, COSTS)
    tried = [
        value_of_alerts(score >= t, stakes, COSTS).saved.value for t in [*np.unique(score), np.inf]
    ]
    assert value_of_alerts(score >= best, stakes, COSTS).saved.value == pytest.approx(max(tried))


def test_nobody_is_alerted_where_no_alert_pays():
    assert threshold_by_cost([0.9, 0.1], [1, 0], [10, 0], [0, 10]) == float("inf")


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("capacity", [0.1, 1, 3.5, 20, 1_000])
def test_the_threshold_by_capacity_is_the_lowest_that_keeps_to_it(capacity, ties):
    score, stakes = made_up(600, ties=ties)
    days = 40
    found = threshold_by_capacity(score, stakes.day, capacity)
    within = [t for t in np.unique(score) if (score >= t).sum() <= capacity * days]
    assert found == min(within, default=np.inf)


def test_the_threshold_by_false_positive_rate_keeps_to_it():
    score, stakes = made_up(ties=True)
    found = threshold_by_fpr(stakes.fraud, score, 0.05)
    rates = {t: (score[~stakes.fraud] >= t).mean() for t in np.unique(score)}
    assert found == min(t for t, rate in rates.items() if rate <= 0.05)


@pytest.mark.parametrize("ties", [False, True])
def test_alerts_are_the_highest_of_each_day(ties):
    score, stakes = made_up(ties=ties)
    alerted = alerts_by_capacity(score, stakes.day, 5, stakes.customer)
    for day in range(40):
        today = np.floor(stakes.day) == day
        assert alerted[today].sum() == min(5, today.sum())
        assert score[today & alerted].min() >= score[today & ~alerted].max()


def test_the_lot_of_ties_knows_neither_rows_nor_fraud():
    _, stakes = made_up(20_000, share=0.2)
    flat = np.full(stakes.n, 0.5)
    alerted = alerts_by_capacity(flat, stakes.day, 100, stakes.customer)
    assert stakes.fraud[alerted].mean() == pytest.approx(0.2, abs=0.03)
    order = np.random.default_rng(0).permutation(stakes.n)
    again = stakes.taken(order)
    assert (alerts_by_capacity(flat, again.day, 100, again.customer) == alerted[order]).all()


@pytest.mark.parametrize("capacity", [1, 2, 5, None])
def test_nothing_saves_more_than_the_oracle(capacity):
    score, stakes = made_up(400, days=30, share=0.2)
    rng = np.random.default_rng(5)
    most = capacity or stakes.n
    for attempt in [score, stakes.fraud, stakes.loss / stakes.loss.max(), *rng.random((40, 400))]:
        alerted = alerts_by_capacity(attempt, stakes.day, most, stakes.customer)
        for chosen in (alerted, alerted & (rng.random(stakes.n) < 0.5), alerted & stakes.fraud):
            found = against_oracle(chosen, stakes, COSTS, capacity)
            assert found.regret.value >= -1e-6
            assert found.share <= 1 + 1e-9
    own = oracle_alerts(stakes, COSTS, capacity)
    assert against_oracle(own, stakes, COSTS, capacity).regret.value == 0


def test_the_oracle_is_the_best_of_all_subsets():
    _, stakes = made_up(9, days=2, share=0.6, seed=4)
    day = np.floor(stakes.day)
    best = -np.inf
    for code in range(2**stakes.n):
        alerted = (code >> np.arange(stakes.n)) & 1 == 1
        if max(alerted[day == d].sum() for d in (0, 1)) <= 2:
            best = max(best, value_of_alerts(alerted, stakes, COSTS).saved.value)
    found = value_of_alerts(oracle_alerts(stakes, COSTS, 2), stakes, COSTS)
    assert found.saved.value == pytest.approx(best)


def test_more_capacity_saves_the_oracle_more_and_stops_more_money():
    score, stakes = made_up(share=0.2)
    oracle = [
        value_of_alerts(oracle_alerts(stakes, COSTS, k), stakes, COSTS).saved.value
        for k in (1, 2, 5, 20, None)
    ]
    assert oracle == sorted(oracle)
    stopped = [
        value_of_alerts(
            alerts_by_capacity(score, stakes.day, k, stakes.customer), stakes
        ).money_stopped
        for k in (1, 2, 5, 20, 10_000)
    ]
    assert stopped == sorted(stopped)
    assert stopped[-1] == pytest.approx(1)


def test_what_is_saved_is_the_loss_avoided_less_the_costs():
    stakes = Stakes(
        [1, 2, 3, 4],
        [0, 0, 1, 1],
        ["ring", "", "never_pay", ""],
        [900, 0, 100, 0],
        [1_000, 0, 3_000, 0],
        [0, 50, 0, 70],
    )
    found = value_of_alerts([1, 1, 0, 0], stakes, AlertCosts(review=30, caught=0.5, lost=0.2))
    assert found.loss_avoided == 450
    assert found.review_cost == 60
    assert found.profit_forgone == 10
    assert found.saved.value == pytest.approx(380)
    assert found.share_saved == pytest.approx(0.38)
    assert found.money_stopped == pytest.approx(0.125)
    assert found.false_positive_ratio == 1


def test_an_alert_pays_where_the_expected_loss_exceeds_its_costs():
    p = np.linspace(0, 1, 101)
    worth = expected_worth(p, np.full(101, 1_000), np.full(101, 100), AlertCosts(review=10))
    assert (worth > 0).tolist() == (p > 0.1).tolist()


def test_delay_is_measured_from_the_application():
    stakes = Stakes(
        [1, 2, 3, 4],
        [0, 10, 20, 0],
        ["ring", "ring", "ring", ""],
        [9, 9, 9, 0],
        [100, 100, 100, 0],
        [0, 0, 0, 5],
        [60, 40, np.nan, np.nan],
        [80, 100, np.nan, np.nan],
    )
    found = detection_delay([True, False, True, True], stakes)
    assert (found.found, found.found_without) == (1, pytest.approx(2 / 3))
    assert (found.days, found.days_without, found.days_saved) == (10, 45, 60)
    assert found.only_by_alert == 1
    assert found.money_before_confirmation == 180
    assert found.share_before_confirmation == pytest.approx(0.9)


def test_kinds_of_fraud_add_up_to_all():
    score, stakes = made_up()
    alerted = alerts_by_capacity(score, stakes.day, 5, stakes.customer)
    table = by_typology(score, alerted, stakes, COSTS).set_index("typology")
    kinds = table.drop(index="all")
    for column in ("applications", "at_stake", "loss_avoided"):
        assert kinds[column].sum() == pytest.approx(table.loc["all", column])
    weight = kinds["applications"] / kinds["applications"].sum()
    for column in ("alerted", "recall_at_fpr_2pct"):
        assert (weight * kinds[column]).sum() == pytest.approx(table.loc["all", column])


def test_all_figures_together_are_finite_and_agree_with_their_parts():
    score, stakes = made_up()
    found = fraud_figures(score, stakes, 5, COSTS)
    alerted = alerts_by_capacity(score, stakes.day, 5, stakes.customer)
    assert all(np.isfinite(list(found.metrics.values())))
    saved = value_of_alerts(alerted, stakes, COSTS).saved.value
    assert found.metrics["value/fraud_saved"] == saved
    assert found.metrics["truth/fraud_oracle"] - saved == pytest.approx(
        found.metrics["truth/fraud_regret"]
    )
    assert found.metrics["fraud/alerts"] == 200
    precision = value_of_alerts(alerted, stakes).frauds / 200
    assert found.metrics["fraud/cp_at_capacity"] == pytest.approx(precision)


def test_a_capacity_is_a_share_of_the_day():
    assert capacity_of_share(np.arange(3_650) / 10, 0.2) == 2
    assert capacity_of_share([0.0, 300.0]) == 1


ONE = {"customer": [1, 2], "day": [0, 0], "typology": ["ring", ""], "loss": [5, 0]}
ONE |= {"amount": [5, 0], "profit": [0, 5]}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"loss": [-5, 0]}, "loss is -5 RMB in row 0"),
        ({"profit": [0, -1]}, "profit is -1 RMB in row 1"),
        ({"profit": [3, 0]}, "profit is 3 in row 0, which is a fraud"),
        ({"loss": [5, 1]}, "loss is 1 in row 1, which is honest"),
        ({"loss": [np.nan, 0]}, "loss is nan in row 0"),
        ({"day": [0, 0, 0]}, "rows; give one value an application"),
        ({"confirmed_day": [-3, np.nan]}, "confirmed_day is -3 in row 0, before its day 0"),
        ({"confirmed_day": [np.nan, 3]}, "confirmed_day is 3 in row 1, which is honest"),
    ],
)
def test_stakes_refuse_nonsense(change, sentence):
    with pytest.raises(BadInput, match=sentence):
        Stakes(**{**ONE, **change})


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda s: alerts_by_capacity([0.1, 0.2], s.day, 0, s.customer), "capacity=0 alerts"),
        (lambda s: alerts_by_capacity([0.1, 0.2], s.day, 1.5, s.customer), "capacity=1.5 alerts"),
        (lambda s: threshold_by_capacity([0.1, 0.2], s.day, 0), "capacity=0 alerts"),
        (lambda s: threshold_by_capacity([0.1, np.nan], s.day, 1), "score is nan in row 1"),
        (lambda s: against_oracle([1, 1], s, capacity=1), "2 alerts on day 0 and the capacity"),
        (lambda s: threshold_by_cost([0.1, 0.2], [1, 0], [-1, 0], [0, 0]), "loss is -1 RMB"),
        (lambda s: value_of_alerts([1], s), "alerted has shape"),
        (lambda s: fraud_figures([0.1, np.nan], s, 1), "score is nan in row 1"),
        (lambda s: AlertCosts(review=-1), "review=-1"),
        (lambda s: AlertCosts(caught=2), "caught=2 is no share"),
        (lambda s: capacity_of_share(s.day, 0), "share=0"),
    ],
)
def test_misuse_of_alerts_is_a_sentence(call, sentence):
    with pytest.raises(BadInput, match=sentence):
        call(Stakes(**ONE))
