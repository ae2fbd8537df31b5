"""Worlds in worse times, groups of applicants, and the judges that use them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from sandbox.experiment.fraud_judge import FraudJudge
from sandbox.experiment.limit_trial import limit_trial
from sandbox.experiment.monitored import ATTRIBUTES, monitored, portfolio_groups
from sandbox.experiment.portfolio_trial import fitted_before_trial
from sandbox.experiment.stressed_worlds import SHOCKS, Shock, lived_through, owed_at
from sandbox.experiment.trial import Scores
from sandbox.models.limit_grid import LIMITS, column
from sandbox.policy import LimitPolicy
from sandbox.portfolio import Portfolio
from sandbox.validation.result import Verdict
from sandbox.validation.stakes import Stakes

WORLD = dg.World(dg.scenarios.online_rental, customers=4_000, months=12, seed=11)
LIMIT, PRICE = np.full(4_000, 1e4), np.full(4_000, 0.18)
NEW = {
    "stress": 7,
    "limits": 8,
    "fairness": 4,
}


def test_no_shock_changes_nothing():
    found = lived_through(WORLD, LIMIT, PRICE, (Shock("nothing"),))
    pd.testing.assert_frame_equal(found["base"], found["nothing"])


def test_the_first_customers_live_as_in_the_whole_world():
    first = WORLD.reseeded(WORLD.seed, customers=1_000)
    whole = lived_through(WORLD, LIMIT, PRICE, SHOCKS[:1])["downturn"]
    part = lived_through(first, LIMIT[:1_000], PRICE[:1_000], SHOCKS[:1])["downturn"]
    pd.testing.assert_frame_equal(part, whole.iloc[:1_000])


def test_shocks_hurt_and_both_together_hurt_most():
    found = lived_through(WORLD, LIMIT, PRICE)
    profit = {name: table["profit"].sum() for name, table in found.items()}
    assert profit["base"] > max(profit["downturn"], profit["partners collapse"])
    assert profit["downturn and collapse"] == min(profit.values())
    # customers are hit together with the noise the same: hardly anyone is better off
    better = found["downturn"]["default"] < found["base"]["default"]
    assert better.mean() < 0.005


def test_a_collapse_makes_nobody_default_whose_money_is_in_escrow():
    shop = dg.World(dg.scenarios.ecommerce, customers=2_000, months=12, seed=3)
    found = lived_through(shop, LIMIT[:2_000], PRICE[:2_000], (Shock("fall", collapse=6.0),))
    assert (found["fall"]["default"] == found["base"]["default"]).all()
    # the bank loses the partner's guarantee all the same
    assert found["fall"]["profit"].sum() < found["base"]["profit"].sum()


def test_every_part_of_a_blend_is_shocked_from_its_own_level():
    mixed = dg.scenarios.travel.blend(dg.scenarios.lifestyle, 0.5)
    hit = Shock("downturn", unwilling=0.4).of(mixed)
    for part, before in zip(hit.parts, mixed.parts, strict=True):
        step = part.scenario.repayment.unwilling_intercept
        assert step - before.scenario.repayment.unwilling_intercept == pytest.approx(0.4)


def test_what_is_owed_rises_with_the_limit():
    owed, taken = owed_at(WORLD, (2e3, 1e4, 5e4), PRICE)
    mean = owed[taken > 0].mean(axis=0)
    assert 0 < mean[0] < mean[1] < mean[2]


def test_groups_are_those_of_the_profile():
    seen = WORLD.observed()
    rows = np.array([5, 3, 999])
    found = monitored(seen, rows)
    for name in ("education", "kind", "region"):
        assert found[name].tolist() == seen.profiles[name].iloc[rows].astype(str).tolist()
    ages = seen.applications["age"].iloc[rows]
    for age, band in zip(ages, found["age_band"], strict=True):
        words = band.replace("under", "0 to").replace("and over", "to 200").split(" to ")
        assert float(words[0]) < age <= float(words[1])


def test_provinces_lie_in_the_part_of_the_country_that_their_code_begins_with():
    from data_generators.identity.china import REGIONS

    names = {"1": "north", "2": "northeast", "3": "east", "4": "central and south"}
    names |= {"5": "southwest", "6": "northwest"}
    digit = {name: cities.split()[1][0] for name, _, cities in REGIONS}
    found = monitored(WORLD.observed(), np.arange(4_000))
    assert set(found["part_of_country"]) == set(names.values())
    for province, part in zip(found["region"], found["part_of_country"], strict=True):
        assert part == names[digit[province]]


@pytest.fixture(scope="module")
def trial():
    evaluation = WORLD.reseeded(2**100 + 7, 6_000)
    sample = evaluation.reseeded(evaluation.seed, customers=1_500)
    potential = sample.truth.potential_outcomes(replicas=16, progress=False)
    return limit_trial(WORLD, evaluation, potential, LimitPolicy(), "house and law")


def truth_at(trial, shift=0.0):
    """True PDs at every limit as a model's, log-odds moved by `shift`; a median beyond them."""
    judge, n = trial.judge, len(trial.judge.honest)
    known = judge.honest[: judge.known]
    said = {}
    for limit in LIMITS:
        k = int(np.searchsorted(judge.potential.limits, limit))
        p = np.clip(judge.potential.pd[known, k], 1e-3, 1 - 1e-3)
        odds = p / (1 - p) * np.exp(shift)
        p = np.r_[odds, np.full(n - judge.known, np.median(odds))]
        said[column("pd", limit)] = p / (1 + p)
        said[column("utilisation", limit)] = np.full(n, 0.5)
        said[column("ead", limit)] = np.full(n, 0.3 * limit)
        said[column("take_up", limit)] = np.full(n, 0.95)
    return Scores({"pd": said[column("pd", 10_000)], **said}, {})


@pytest.fixture(scope="module")
def right(trial):
    return {r.id: r for r in trial.judge(truth_at(trial)).results}


def test_a_cell_has_every_new_test_once(trial, right):
    results = trial.judge(truth_at(trial)).results
    ids = [r.id for r in results]
    assert len(ids) == len(set(ids))
    assert {f: sum(r.family == f for r in results) for f in NEW} == NEW


def test_a_model_that_knows_the_truth_passes_and_one_that_is_too_hopeful_does_not(trial, right):
    assert right["truth.reverse_stress"].verdict is Verdict.PASS
    # the PDs are the true ones, up to the thousandth that they are clipped at
    assert right["truth.response_pd"].statistic < 0.1
    hopeful = {r.id: r for r in trial.judge(truth_at(trial, shift=-1.5)).results}
    found = hopeful["truth.reverse_stress"]
    assert found.verdict is Verdict.FAIL
    assert found.interval[0] > 0.5


def test_granted_limits_keep_the_caps_and_limits_raised_afterwards_do_not(trial, right):
    for test in ("limits.house_caps", "limits.regulatory_caps"):
        assert (right[test].verdict, right[test].statistic) == (Verdict.PASS, 0.0)
    from sandbox.experiment.stress_judge import Decided
    from sandbox.validation.policy import Policy

    scores = truth_at(trial)
    decisions, _ = trial.judge.decided(scores)
    happened = trial.judge.replayed(decisions)
    raised = decisions.assign(limit=3e5, approve=True)
    target = np.full(len(decisions), np.nan)
    broken = Decided(trial.judge, scores, target, raised, happened)
    found = {r.id: r for r in broken.results(Policy.default())}
    for test in ("limits.house_caps", "limits.regulatory_caps"):
        assert found[test].verdict is Verdict.FAIL


def test_decisions_without_caps_are_not_judged_by_caps(trial):
    judged = replace(trial.judge, caps="none")(truth_at(trial))
    found = {r.id: r for r in judged.results}
    assert found["limits.house_caps"].reason == "no cap was given"
    assert found["limits.regulatory_caps"].reason == "no cap was given"


def portfolio():
    rng = np.random.default_rng(0)
    n = 1_200
    score = rng.uniform(0.02, 0.5, n)
    return Portfolio(
        name="cards",
        currency="CNY",
        features=pd.DataFrame({"balance": rng.lognormal(8, 1, n)}),
        target=rng.binomial(1, score).astype(float),
        scores=score,
        monitored=pd.DataFrame({"sex": rng.integers(0, 2, n) * 1.0, "age": rng.uniform(20, 70, n)}),
        accounts=np.arange(n).astype(str),
        levels={"sex": ("female", "male")},
    )


def test_withheld_attributes_of_a_portfolio_become_groups():
    table = portfolio()
    table.monitored.loc[3, ["sex", "age"]] = np.nan
    found = portfolio_groups(table, np.arange(10))
    assert found["sex"][0] in {"female", "male"}
    assert found.loc[3].isna().all()
    everyone = portfolio_groups(table, np.arange(len(table)))
    assert everyone["age"].nunique() == 4


def test_a_bare_portfolio_has_groups_and_no_stress_of_money():
    judged = fitted_before_trial(portfolio())
    results = {r.id: r for r in judged.judge(Scores({"pd": judged.bank_scores}, {})).results}
    assert results["fairness.smd"].verdict is not Verdict.NOT_EVALUATED
    assert results["fairness.air"].verdict is Verdict.NOT_EVALUATED
    assert results["stress.default_rate"].statistic > 0.2
    for test in ("stress.downturn", "stress.reverse_profit", "stress.sensitivity"):
        assert results[test].reason == "the table says neither what is owed nor what is earned"


def test_no_attribute_is_a_feature(trial):
    assert not set(ATTRIBUTES) & set(trial.evaluation_features.columns)


def test_a_fraud_score_that_stops_the_honest_of_one_group_is_found():
    rng = np.random.default_rng(0)
    n = 4_000
    typology = np.where(rng.random(n) < 0.05, "ring", "")
    lost = np.where(typology == "ring", 500.0, 0.0)
    stakes = Stakes(np.arange(n), rng.uniform(0, 90, n), typology, lost, lost, np.zeros(n))
    who = pd.DataFrame({name: rng.choice(["one", "other"], n, p=[0.8, 0.2]) for name in ATTRIBUTES})
    judge = FraudJudge(stakes, pd.DataFrame(index=range(n)), pd.DataFrame(), monitored=who)
    blind = rng.random(n) * 0.5 + 0.4 * (typology == "ring")
    picked = (who["education"] == "other") & (rng.random(n) < 0.09)
    harsh = np.where(picked, 0.99, blind)
    verdicts = []
    for score in (blind, harsh):
        found = {r.id: r for r in judge(Scores({"score": score}, {})).results}
        assert "fairness.calibration" not in found
        verdicts.append(found["fairness.equal_opportunity"].verdict)
    assert verdicts == [Verdict.PASS, Verdict.WARN]
