"""What a trial shows, and that its judge looks at the right customers."""

import numpy as np
import pytest

import data_generators as dg
from sandbox.experiment.fraud_judge import recall_by_typology
from sandbox.experiment.fraud_trial import fraud_trial, screening_table
from sandbox.experiment.limit_trial import limit_trial
from sandbox.experiment.trial import Scores
from sandbox.features import FAMILIES, family_of
from sandbox.policy import LimitPolicy
from sandbox.validation.fraud_metrics import recall_at

TRAINING = dg.World(dg.scenarios.online_rental, customers=4_000, months=24, seed=1)
EVALUATION = TRAINING.reseeded(2**100 + 7)
POLICY = LimitPolicy()


@pytest.fixture(scope="module")
def potential():
    sample = EVALUATION.reseeded(EVALUATION.seed, customers=1_500)
    return sample.truth.potential_outcomes(replicas=16)


@pytest.fixture(scope="module")
def trial(potential):
    return limit_trial(TRAINING, EVALUATION, potential, POLICY)


def limits_of(trial, pd):
    return POLICY.decide(trial.evaluation_features, pd=pd)["limit"].to_numpy()


def test_confirmed_frauds_teach_a_limit_model_nothing(trial):
    seen = TRAINING.observed()
    target = trial.training_labels["target"].to_numpy()
    assert len(seen.fraud_labels) > 5
    assert np.isnan(target[seen.fraud_labels["customer_id"]]).all()
    declined = seen.decisions["credit_limit"].to_numpy() == 0
    assert np.isnan(target[declined]).all()
    assert np.isfinite(target[~declined]).sum() > 3_000


def test_each_applicant_is_valued_at_the_limit_decided_for_that_applicant(trial, potential):
    """Figures of the judge against a loop over customers."""
    honest = np.flatnonzero(EVALUATION.truth.fraud() == "")
    pd = np.random.default_rng(3).uniform(0, 0.15, len(honest))
    judged = trial.judge(Scores(evaluation={"pd": pd}, training={}))
    limit = limits_of(trial, pd)
    grid = list(potential.limits)
    known = [(i, customer) for i, customer in enumerate(honest) if customer < 1_500]
    by_hand = np.mean([potential.profit_to_score[c, grid.index(limit[i])] for i, c in known])
    oracle = np.mean(
        [potential.profit_to_score[c, np.argmax(potential.profit_to_choose[c])] for _, c in known]
    )
    assert judged.metrics["truth/profit_per_customer"] == pytest.approx(by_hand)
    assert judged.metrics["truth/oracle_profit_per_customer"] == pytest.approx(oracle)
    assert judged.metrics["truth/regret_per_customer"] == pytest.approx(oracle - by_hand)


def test_what_happened_is_a_replay_of_the_decisions(trial):
    honest = np.flatnonzero(EVALUATION.truth.fraud() == "")
    pd = np.full(len(honest), 0.02)
    judged = trial.judge(Scores(evaluation={"pd": pd}, training={}))
    limit = np.zeros(EVALUATION.customers)
    limit[honest] = limits_of(trial, pd)
    happened = EVALUATION.replay(dg.Decisions.of(limit, price=0.18)).customers
    profit = happened["profit"].to_numpy()[honest].mean()
    assert judged.metrics["value/profit_per_customer"] == pytest.approx(profit)


def test_a_pd_that_is_the_truth_has_no_error_and_no_regret_of_ranking(trial, potential):
    logged = EVALUATION.logged_decisions().limit
    honest = np.flatnonzero(EVALUATION.truth.fraud() == "")
    truth = np.full(EVALUATION.customers, 0.02)
    truth[:1_500] = potential.at(potential.pd, logged[:1_500])
    judged = trial.judge(Scores(evaluation={"pd": truth[honest]}, training={}))
    assert judged.metrics["truth/pd_rmse"] == pytest.approx(0.0, abs=1e-12)
    assert judged.metrics["truth/discrimination_ceiling"] == pytest.approx(1.0)


def test_the_same_customers_whatever_the_models_outcome(trial):
    """Models are compared under the incumbent's limits, not each under its own."""
    n = len(trial.evaluation_features)
    strict, lax = (
        trial.judge(Scores(evaluation={"pd": np.full(n, pd)}, training={})) for pd in (0.5, 0.005)
    )
    assert strict.metrics["value/approval_rate"] == 0.0
    assert lax.metrics["value/approval_rate"] > 0.5
    assert strict.tables["scored"]["target"].equals(lax.tables["scored"]["target"])


def test_fraud_is_judged_on_what_applications_truly_were():
    trial = fraud_trial(TRAINING, EVALUATION)
    truth = EVALUATION.truth.fraud()
    perfect = np.where(truth != "", 0.9, 0.1)
    judged = trial.judge(Scores(evaluation={"score": perfect}, training={}))
    assert judged.metrics["fraud/auprc"] == pytest.approx(1.0)
    assert (judged.tables["recall_by_typology"]["recall_at_fpr_2pct"] == 1.0).all()
    known = TRAINING.observed().fraud_labels["customer_id"]
    target = trial.training_labels["target"].to_numpy()
    assert set(np.flatnonzero(target == 1)) == set(known)


def test_recall_is_at_most_two_false_alarms_in_a_hundred():
    rng = np.random.default_rng(1)
    typology = np.where(rng.random(5_000) < 0.02, "ring", "")
    score = rng.random(5_000) + 0.3 * (typology == "ring")
    table = recall_by_typology(typology, score).set_index("typology")
    honest = np.sort(score[typology == ""])[::-1]
    threshold = honest[int(0.02 * len(honest))]
    assert table.loc["ring", "recall_at_fpr_2pct"] == (score[typology == "ring"] > threshold).mean()


def test_recall_by_kind_is_what_recall_of_all_is_made_of():
    typology = np.repeat(["", "ring"], [100, 3])
    honest = np.arange(100) / 200
    # two of a hundred may be alerted, so what is between the second and the third is caught
    score = np.append(honest, [0.4875, 0.4925, 0.4825])
    table = recall_by_typology(typology, score)
    assert table["recall_at_fpr_2pct"].tolist() == [2 / 3]
    assert recall_at(typology != "", score, 0.02).value == pytest.approx(2 / 3)


def test_a_dearer_policy_is_taken_by_fewer_and_judged_at_its_own_price():
    potential = EVALUATION.reseeded(EVALUATION.seed, customers=400).truth
    cheap, dear = (potential.potential_outcomes(replicas=8, price=p) for p in (0.18, 0.36))
    assert dear.profit_to_score.sum() != cheap.profit_to_score.sum()
    limit = np.full(EVALUATION.customers, 10_000.0)
    takers = [
        EVALUATION.replay(dg.Decisions.of(limit, price=p)).customers["taken"].mean()
        for p in (0.18, 0.36)
    ]
    assert takers[1] < takers[0] - 0.1


def test_the_fraud_trial_tells_nothing_that_was_not_known_at_application():
    """Cut off whatever became known later: the rows until then stay as they were."""
    world = TRAINING.reseeded(3, customers=2_000)
    whole, day = world.observed(), 250.0
    table = screening_table(world, whole)
    known = whole.applications["event_time"].to_numpy() <= day
    cut = screening_table(world, world.observed(as_of=day), list(table.columns))
    assert len(cut) == known.sum() < len(table)
    assert np.array_equal(cut.to_numpy(), table[known].to_numpy(), equal_nan=True)


def test_the_fraud_trial_shows_all_families_and_no_label():
    trial = fraud_trial(TRAINING, EVALUATION)
    families = {family_of(name) for name in trial.training_features}
    assert families == set(FAMILIES)
    assert list(trial.evaluation_features) == list(trial.training_features)
    declined = TRAINING.observed().decisions["credit_limit"].to_numpy() == 0
    target = trial.training_labels["target"].to_numpy()
    assert np.isnan(target[declined]).all()


def test_alerts_are_worth_no_more_than_the_oracles_and_cost_what_the_markets_analysts_do():
    trial = fraud_trial(TRAINING, EVALUATION)
    mix = EVALUATION.scenario.fraud
    assert trial.judge.costs.caught == mix.review_sensitivity
    assert trial.judge.costs.lost == pytest.approx(1 - mix.review_specificity)
    loss = trial.judge.stakes.loss
    best = trial.judge(Scores(evaluation={"score": loss / loss.max()}, training={})).metrics
    blind = np.random.default_rng(0).random(len(loss))
    worse = trial.judge(Scores(evaluation={"score": blind}, training={})).metrics
    regret = "truth/fraud_regret_per_customer"
    assert 0 <= best[regret] < worse[regret]
    assert best["truth/fraud_oracle"] == worse["truth/fraud_oracle"]
    saved = [found["value/fraud_saved_per_customer"] for found in (best, worse)]
    assert saved == pytest.approx(
        [found["truth/fraud_oracle_per_customer"] - found[regret] for found in (best, worse)]
    )
