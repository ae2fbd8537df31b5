"""A cell says how faithful its explanation is, to the model and to the structure apart."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from studies import WORLD, study

import sandbox as sb
from data_generators.contributions import PLAYERS
from data_generators.errors import InvalidInput
from sandbox.experiment import explained_truth as truth_of
from sandbox.experiment.explained import explained_positions
from sandbox.isolation import Status
from sandbox.portfolio import Portfolio

TO_THE_MODEL = ("explanation.faithfulness_correlation", "explanation.faithfulness_deletion")


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    models = [sb.models.BoostedPD(), Lies(), sb.models.LogisticFraud()]
    folder = tmp_path_factory.mktemp("study")
    found = study(folder, models, replicas=16).run(progress=False, track=False).cells
    assert [c.status for c in found] == [Status.OK] * 3, [c.reason for c in found]
    return dict(zip(("boosted", "lies", "fraud"), found, strict=True))


class Lies(sb.models.RuleMatrix):
    """The rule matrix, which gives the contributions of one feature to the next."""

    name = "liar"

    def contributions(self, features, background):
        values, base = super().contributions(features, background)
        return np.roll(values, 1, axis=1), base


def result(cell, test):
    return next(r for r in cell.results if r.id == test)


def test_right_contributions_pass_by_the_models_own_answers(cells):
    for test in TO_THE_MODEL:
        found = result(cells["boosted"], test)
        assert found.verdict == "pass"
        assert "house convention" in found.threshold_source
        assert found.interval[0] < found.statistic < found.interval[1]
    curve = cells["boosted"].tables["explanation_faithfulness"]
    assert list(curve.columns) == ["removed", "promised", "measured", "at_random"]
    assert (curve["measured"] > curve["at_random"]).all()


def test_contributions_that_add_up_and_are_false_fail(cells):
    assert result(cells["lies"], "explanation.additivity").verdict == "pass"
    for test in TO_THE_MODEL:
        assert result(cells["lies"], test).verdict == "fail"


def test_the_structure_is_reported_apart_and_never_fails(cells):
    for name in ("boosted", "lies"):
        for figure in ("rank_correlation", "sign_errors", "top4_overlap", "null_share"):
            found = result(cells[name], f"truth.explanation_{figure}")
            assert found.verdict == "not evaluated"
            assert found.reason.startswith("for information")
            assert 50 <= found.n <= truth_of.CUSTOMERS
            assert cells[name].metrics[f"truth/explanation_{figure}"] == found.statistic
            assert figure == "rank_correlation" or 0 <= found.statistic <= 1
        assert "57% by chance" in result(cells[name], "truth.explanation_top4_overlap").reason
        ranks = result(cells[name], "truth.explanation_rank_correlation")
        assert "a perfect explanation would reach 0." in ranks.reason
        assert ranks.interval[0] < ranks.statistic < ranks.interval[1]
        assert list(cells[name].tables["explanation_structure"]["player"]) == list(PLAYERS)


def test_a_limit_model_is_asked_about_customers_of_another_age_and_a_fraud_model_is_not(cells):
    found = result(cells["boosted"], "truth.counterfactual_fairness")
    assert found.n == 1_000
    assert cells["boosted"].metrics["truth/counterfactual_changed"] == found.statistic
    assert set(found.table["attribute"]) == {"age", "education"}
    assert not (found.table["true_change"] > 0).any()
    assert "truth/counterfactual_changed" not in cells["fraud"].metrics


def test_reasons_and_their_stability_are_there_for_every_model(cells):
    for cell in cells.values():
        assert set(cell.tables["reason_codes"]) == {
            *("code", "text_en", "text_zh", "share_top", "share_first")
        }
        assert 0.5 < cell.metrics["explain/reason_stability"] <= 1
        assert cell.metrics["explain/additivity_gap"] < 1e-6


def test_fraud_has_no_true_contributions(cells):
    assert not any(r.family == "truth" for r in cells["fraud"].results)
    assert "truth/explanation_rank_correlation" not in cells["fraud"].metrics
    assert result(cells["fraud"], TO_THE_MODEL[0]).verdict == "pass"


def test_a_portfolio_has_no_known_truth(tmp_path):
    rng = np.random.default_rng(5)
    features = pd.DataFrame(rng.random((3_000, 3)), columns=["bureau_utilisation", "age", "rent"])
    risk = 0.4 * features["bureau_utilisation"].to_numpy()
    cards = Portfolio(
        name="cards",
        currency="CNY",
        features=features,
        target=(rng.random(3_000) < risk).astype(float),
        scores=None,
        monitored=pd.DataFrame(index=range(3_000)),
        accounts=np.arange(3_000),
    )
    given = study(tmp_path, [sb.models.BoostedPD()], worlds=[cards], evaluation_seed=None)
    (cell,) = given.run(progress=False, track=False).cells
    assert cell.status is Status.OK, cell.reason
    assert not any(r.family == "truth" for r in cell.results)
    assert result(cell, TO_THE_MODEL[1]).verdict == "pass"
    assert not any(name.startswith("truth/explanation") for name in cell.metrics)


def test_the_truth_is_of_the_customers_explained_at_the_limit_explained(tmp_path):
    plan = study(tmp_path, [sb.models.BoostedPD()]).planned()[0]
    kept = truth_of.explained_truth(plan)
    honest = np.flatnonzero(plan.evaluation.truth.fraud() == "")
    who = honest[explained_positions(plan.trial())[: truth_of.CUSTOMERS]]
    by_hand = plan.evaluation.truth.contributions(
        10_000, who, replicas=4, background=8, progress=False
    )
    assert np.allclose(kept.first, by_hand[list(PLAYERS)].to_numpy()[kept.rows])
    assert kept.values.shape == (len(kept.rows), len(PLAYERS))


def test_the_truth_is_computed_once_a_world_and_kept_whole_or_not_at_all(tmp_path, monkeypatch):
    plan = study(tmp_path, [sb.models.BoostedPD()]).planned()[0]
    assert truth_of.truth_missing(plan)

    def full(kept, path):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    with monkeypatch.context() as during:
        during.setattr(truth_of.ExplainedTruth, "save", full)
        with pytest.raises(OSError, match="No space"):
            truth_of.prepare_truth(plan)
    assert not truth_of.contributions_file(plan).exists()
    truth_of.prepare_truth(plan)
    assert not truth_of.truth_missing(plan)
    monkeypatch.setattr(truth_of, "_computed", None)  # would raise if it were called
    again = truth_of.explained_truth(plan)
    assert again.players == tuple(PLAYERS)
    assert list(plan.truth_folder.glob("*contributions*")) == [truth_of.contributions_file(plan)]
    other = replace(plan, seed=plan.seed + 1)
    assert truth_of.contributions_file(other) != truth_of.contributions_file(plan)


def test_a_second_set_of_replicas_brings_other_noise():
    truth = WORLD.reseeded(WORLD.seed, customers=60).truth
    asked = {"replicas": 6, "background": 12, "progress": False}
    one, same, other = (
        truth.contributions(10_000, range(20), first_replica=first, **asked) for first in (1, 1, 7)
    )
    assert one.equals(same)
    assert not one.equals(other)
    with pytest.raises(InvalidInput, match="first_replica is 0"):
        truth.contributions(10_000, [1], first_replica=0, **asked)
