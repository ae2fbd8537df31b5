"""Models that speak of every limit are decided by expected profit, and judged at one price."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
import sandbox as sb
from sandbox.errors import BadInput
from sandbox.experiment import Study
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.limit_trial import limit_trial
from sandbox.experiment.market_policy import profit_policy
from sandbox.experiment.trial import Scores
from sandbox.models.limit_grid import LIMITS, OUTPUTS, matrix
from sandbox.policy import LimitPolicy

WORLD = dg.World(dg.scenarios.travel, customers=3_000, months=12, seed=3)
EVALUATION = WORLD.reseeded(2**100 + 3, 2_000)


def trial_of(evaluation, policy=None, caps="house and law"):
    policy = policy or LimitPolicy()
    sample = evaluation.reseeded(evaluation.seed, customers=600)
    potential = sample.truth.potential_outcomes(replicas=4, price=policy.price, progress=False)
    training = evaluation.reseeded(1, 1_000)
    return limit_trial(training, evaluation, potential, policy, caps)


@pytest.fixture(scope="module")
def trial():
    return trial_of(EVALUATION)


def said_of_limits(n, risk=0.02, seed=0):
    """Scores in which large limits look best: one pd whatever the limit."""
    shape = (n, len(LIMITS))
    risks = np.random.default_rng(seed).uniform(0.4, 1.6, (n, 1)) * np.full(shape, risk)
    table = matrix(risks, np.full(shape, 0.5), 0.7 * np.tile(LIMITS, (n, 1)), np.ones(shape))
    return Scores(dict(zip(OUTPUTS, table.T, strict=True)), {})


def judged(trial, caps="house and law", **given):
    scores = said_of_limits(len(trial.evaluation_features), **given)
    return replace(trial.judge, caps=caps)(scores)


def test_what_is_said_of_limits_is_decided_with_the_markets_terms(trial):
    found = judged(trial)
    policy = profit_policy(WORLD.scenario, 12, LimitPolicy())
    assert policy.profit.joint.bank_share == WORLD.scenario.joint.bank_share < 1
    assert policy.profit.economics.cof == WORLD.scenario.economics.cof
    scores = said_of_limits(len(trial.evaluation_features)).evaluation
    expected = policy.decide(trial.evaluation_features, pd.DataFrame(scores))
    pd.testing.assert_frame_equal(found.tables["decisions"], expected)
    assert found.metrics["value/approval_rate"] == expected["approve"].mean() > 0.5
    assert found.params["policy.law"].endswith("2026-01-01")


def test_decisions_are_valued_at_the_limit_and_price_they_were_issued_with(trial):
    found, judge = judged(trial), trial.judge
    decisions = found.tables["decisions"]
    everyone = np.zeros(EVALUATION.customers)
    everyone[judge.honest] = decisions["limit"]
    happened = EVALUATION.replay(dg.Decisions.of(everyone, price=0.18), progress=False).customers
    profit = happened["profit"].to_numpy()[judge.honest]
    assert (decisions["price"] == 0.18).all()
    assert found.metrics["value/profit_per_customer"] == pytest.approx(profit.mean())
    known = [(i, c) for i, c in enumerate(judge.honest) if c < 600]
    grid = list(judge.potential.limits)
    score = judge.potential.profit_to_score
    by_hand = np.mean([score[c, grid.index(decisions["limit"][i])] for i, c in known])
    assert found.metrics["truth/profit_per_customer"] == pytest.approx(by_hand)


def test_caps_hold_a_pd_that_knows_no_limit(trial):
    bare, capped = judged(trial, "none"), judged(trial, "house and law")
    lawful = judged(trial, "law")
    income = trial.evaluation_features["declared_income"]
    assert (bare.tables["decisions"]["limit"] == 200_000).mean() > 0.9
    assert (capped.tables["decisions"]["limit"] <= 4 * income).all()
    assert lawful.metrics["value/mean_limit"] > capped.metrics["value/mean_limit"]
    gain = capped.metrics["truth/profit_per_customer"] - bare.metrics["truth/profit_per_customer"]
    assert gain > 1_000
    # the pd promised 2 in 100 at 200,000 RMB
    assert bare.metrics["calib/decided_pd_gap"] < -0.05
    assert [x.params["policy.caps"] for x in (bare, capped)] == ["none", "house and law"]


def test_a_car_has_no_income_multiple_and_a_business_no_consumer_cap():
    car = profit_policy(dg.scenarios.car_purchase, 24, LimitPolicy())
    shop = profit_policy(dg.scenarios.micro_business, 24, LimitPolicy(dti_cap=0.5))
    assert car.house.income_multiple is None
    assert car.terms.secured
    assert shop.house.income_multiple == 4.0
    assert shop.house.dti_cap == 0.5
    assert shop.terms.purpose == "business"
    assert shop.profit.economics.apr == 0.16


@pytest.mark.parametrize("market", list(dg.scenarios.catalogue()))
def test_every_market_has_a_lawful_policy_at_its_own_price(market):
    scenario = dg.scenarios.by_name(market)
    policy = profit_policy(scenario, 24, LimitPolicy())
    _, most = policy._legal().dearest(np.array([0.0, 3.0, 6.0, 48.0]))
    assert (most > scenario.economics.apr).all()


def test_a_price_that_the_law_lowers_is_refused_until_the_truth_is_at_it():
    dear = replace(EVALUATION, scenario=WORLD.scenario.replace(economics__apr=0.30))
    with pytest.raises(BadInput, match=r"charges 24.00% .* at 30.00%; .*LimitPolicy\(price=0.24\)"):
        judged(trial_of(dear))
    found = judged(trial_of(dear, LimitPolicy(price=0.24)))
    assert np.allclose(found.tables["decisions"]["price"], 0.24)
    assert "ope/ips" not in found.metrics  # the log is of another price


def test_customers_of_a_blend_are_asked_their_own_markets_price():
    """18% in one market, 16% in the other; the truth is of each customer's own."""
    market = dg.scenarios.ecommerce.blend(dg.scenarios.micro_business, 0.4)
    mixed = trial_of(dg.World(market, customers=600, months=6, seed=4))
    decisions, _ = mixed.judge.decided(said_of_limits(len(mixed.evaluation_features)))
    logged = mixed.judge.logged.price[mixed.judge.honest]
    assert set(np.round(decisions["price"], 9)) == {0.16, 0.18}
    assert np.array_equal(decisions["price"], logged)
    assert decisions["approve"].any()


def test_estimates_of_the_log_stand_beside_what_happened(trial):
    found = judged(trial)
    table = found.tables["off_policy"].set_index("estimator")
    realised = found.metrics["value/profit_per_customer"]
    assert np.allclose(table["realised"], realised)
    for name in ("ips", "snips", "dr"):
        assert found.metrics[f"ope/{name}"] == table["value"][name]
        error = found.metrics[f"truth/{name}_error"]
        assert error == pytest.approx(table["value"][name] - realised)
    assert 0 <= found.metrics["ope/without_support"] <= 1
    assert found.metrics["ope/effective_sample"] > 10


def test_the_incumbents_own_decisions_are_estimated_where_their_log_is_thick(trial):
    """Flat 5,000: explored for everybody, so the log's estimate is near the truth."""
    judge = trial.judge
    n = len(judge.honest)
    limit = np.full(n, 5_000.0)
    policy = LimitPolicy(dti_cap=1e6)
    found = replace(judge, policy=policy)(Scores({"pd": np.full(n, 0.01), "limit": limit}, {}))
    table = found.tables["off_policy"].set_index("estimator")
    assert (found.tables["decisions"]["limit"] == 5_000).mean() > 0.95
    assert abs(table["bias"]["dr"]) < 4 * table["se"]["dr"]


def test_nobody_approved_is_worth_nothing_in_every_estimate(trial):
    found = judged(trial, risk=0.6)
    assert found.metrics["value/approval_rate"] == 0
    assert found.metrics["ope/ips"] == found.metrics["ope/dr"] == 0.0
    assert np.isnan(found.metrics["calib/decided_pd_gap"])


def test_caps_are_a_matter_of_models_that_speak_of_limits():
    with pytest.raises(BadInput, match="scorecard says nothing of each limit"):
        Entrant.of(sb.models.Scorecard(role="limit"), caps="law")
    with pytest.raises(BadInput, match="caps is 'all'; it is one of house and law, law, none"):
        Entrant.of(sb.models.CausalPair(), caps="all")
    kept = Entrant.of(Entrant.of(sb.models.CausalPair(), caps="law"), name="pair")
    assert (kept.name, kept.caps) == ("pair", "law")


def test_a_model_with_other_caps_is_another_cell(tmp_path):
    entrants = [
        Entrant.of(sb.models.CausalPair(), name=caps, caps=caps)
        for caps in ("none", "law", "house and law")
    ]
    entrants += [Entrant.of(sb.models.CausalPair(), name="law", caps="none")]
    digests = set()
    for entrant in entrants:
        workspace = sb.Workspace(tmp_path)
        study = Study("s", worlds=[WORLD], models=[entrant], workspace=workspace, evaluation_seed=1)
        digests.add(study.planned()[0].cell.digest)
    assert len(digests) == 4
