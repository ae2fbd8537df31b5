"""The causal pair: what confounding hides and randomised rows tell."""

import numpy as np
import pytest

import data_generators as dg
import sandbox as sb
from sandbox.errors import BadInput
from sandbox.models.causal_pair import CausalPair
from sandbox.models.limit_grid import LIMITS, OUTPUTS, table
from sandbox.models.protocol import Model
from sandbox.validation.result import Verdict
from tests.sandbox.models.logs import confounded_log, true_log_odds, with_walkaways

QUICK = {"trees": 40, "depth": 3}


@pytest.fixture(scope="module")
def log():
    return confounded_log()


@pytest.fixture(scope="module")
def pair(log):
    features, labels = log
    return CausalPair(**QUICK).fit(features, with_walkaways(labels))


@pytest.fixture(scope="module")
def said(pair, log):
    matrix = pair.predict(log[0].head(2_000))
    return {kind: table(OUTPUTS, matrix, kind) for kind in ("pd", "utilisation", "ead", "take_up")}


def response(model, features):
    """Mean rise of the log-odds of default from a limit of 2,000 to one of 50,000."""
    pd_at = table(OUTPUTS, model.predict(features), "pd")
    odds = np.log(pd_at / (1 - pd_at))
    return float((odds[:, 4] - odds[:, 0]).mean())


def true_response():
    rng = np.random.default_rng(9)
    ability, private = rng.normal(size=(2, 200_000))

    def pd_at(limit):
        return (1 / (1 + np.exp(-true_log_odds(ability, private, limit)))).mean()

    low, high = pd_at(2_000), pd_at(50_000)
    return np.log(high / (1 - high)) - np.log(low / (1 - low))


def test_it_is_a_model(pair):
    assert isinstance(pair, Model)


def test_randomised_rows_bring_the_response_to_the_limit_nearer_to_the_truth(log):
    features, labels = log
    truth = true_response()
    confounded = CausalPair(use_propensities=False, **QUICK).fit(features, labels)
    corrected = CausalPair(**QUICK).fit(features, labels)
    hidden = truth - response(confounded, features)
    assert hidden > 0.3  # larger limits look safer than they are
    assert abs(truth - response(corrected, features)) < 0.6 * hidden


def test_pd_balance_exposure_and_take_up_do_not_fall_in_the_limit(said):
    balance = said["utilisation"] * LIMITS
    for rising in (said["pd"], balance, said["ead"], said["take_up"]):
        assert (np.diff(rising, axis=1) >= -1e-9 * np.abs(rising[:, 1:])).all()


def test_offers_that_are_left_alone_show_in_take_up(said):
    assert said["take_up"][:, 0].mean() < 0.75
    assert said["take_up"][:, 4].mean() > 0.9


def test_limits_that_were_never_granted_earn_no_more_balance(said):
    balance = said["utilisation"] * LIMITS
    assert np.allclose(balance[:, 5:], balance[:, [4]])
    assert (said["ead"][:, 6] > said["ead"][:, 4]).all()


def test_balance_is_learned_where_limits_overlap(said, log):
    ability = np.log(log[0]["declared_income"].head(2_000).to_numpy() / 8_000) / 0.4
    limits = np.asarray(LIMITS[:5])
    true = -np.expm1(-(8_000 * np.exp(-0.3 * ability))[:, None] / limits)
    assert np.abs(said["utilisation"][:, :5] - true).mean() < 0.05


@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        (lambda y: y.assign(propensity=y["propensity"].mask(y.index == 7)), "1 of .* missing"),
        (lambda y: y.assign(propensity=y["propensity"].mask(y.index == 7, 0.0)), "row 7"),
        (lambda y: y.assign(propensity=1.5), "above 1"),
        (lambda y: y.drop(columns="propensity"), "no column propensity"),
        (lambda y: y.drop(columns="utilisation"), "no column utilisation"),
        (lambda y: y.assign(propensity=1.0), "2,000, 5,000, 10,000, 20,000, 50,000"),
        (lambda y: y.assign(credit_limit=-1.0), "credit_limit is -1 in row 0"),
        (lambda y: y.assign(currency=np.where(y.index == 0, "USD", "CNY")), "CNY, USD"),
    ],
)
def test_a_log_it_cannot_learn_from_is_refused(log, broken, sentence):
    features, labels = log
    with pytest.raises(BadInput, match=sentence):
        CausalPair(**QUICK).fit(features, broken(labels))


def test_without_propensities_none_are_needed(log):
    features, labels = (each.head(3_000) for each in log)
    model = CausalPair(use_propensities=False, **QUICK).fit(
        features, labels.drop(columns=["propensity", "taken"])
    )
    assert model.predict(features).shape == (3_000, len(OUTPUTS))


def test_negative_income_is_refused_on_both_ways(log, pair):
    features, labels = log
    wrong = features.assign(
        declared_income=features["declared_income"].mask(features.index == 3, -5.0)
    )
    for broken in (lambda: CausalPair(**QUICK).fit(wrong, labels), lambda: pair.predict(wrong)):
        with pytest.raises(BadInput, match="declared_income is -5 in row 3"):
            broken()


def test_unknown_limits_and_columns_of_no_value_do_no_harm(log):
    """A bank's own limits lie between the grid's; a column can be missing for everyone."""
    features, labels = log
    odd = labels.assign(credit_limit=labels["credit_limit"] * 1.13)
    matrix = CausalPair(**QUICK).fit(features, odd).predict(features.head(5))
    assert np.isfinite(matrix).all()


def test_in_a_study_its_explanation_passes_the_gate(tmp_path):
    """In its own process: additive, and in the order of the scores that were decided on."""
    world = dg.World(dg.scenarios.travel, customers=1_500, months=6, seed=7)
    study = sb.Study(
        "gate",
        worlds=[world],
        models=[CausalPair(**QUICK)],
        workspace=sb.Workspace(tmp_path),
        evaluation_seed=1,
        replicas=1,
        jobs=1,
    )
    (cell,) = study.run(progress=False, track=False).cells
    gate = next(one for one in cell.results if one.id == "explanation.additivity")
    assert gate.verdict is Verdict.PASS, gate.reason
    assert gate.n == 1_000
    assert gate.statistic < 1e-12
    assert cell.attribution.output == "log-odds of default at a limit of 10,000 RMB"
    assert cell.attribution.summary()["mean_abs"][0] > 0.05
