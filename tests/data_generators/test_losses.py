"""Why defaults happened, and what analysts made of applications."""

import numpy as np
import pytest

import data_generators as dg
from data_generators.scenarios import FraudMix


@pytest.mark.parametrize("market", dg.scenarios.catalogue())
def test_every_default_has_one_cause(market, seed):
    world = dg.World(dg.scenarios.by_name(market), 4_000, 18, seed)
    losses, customers = world.truth.losses(), world.replay(world.logged_decisions()).customers
    assert losses["customer_id"].tolist() == np.flatnonzero(customers["default"]).tolist()
    causes = {"partner_collapse", "willingness", "job_loss", "cash"}
    kinds = world.truth.fraud_cases().set_index("customer_id")["typology"]
    assert set(losses.loc[~losses["fraud"], "cause"]) <= causes
    frauds = losses[losses["fraud"]]
    assert (frauds["cause"] == kinds.loc[frauds["customer_id"]].to_numpy()).all()


def test_a_never_pay_is_told_from_one_who_lost_the_job(seed):
    """Both miss the first payment; only the truth knows which was never meant to pay."""
    market = dg.scenarios.lifestyle.replace(
        fraud=FraudMix.only("never_pay", 0.1), population__job_loss_in=0.05
    )
    losses = dg.World(market, 6_000, 12, seed).truth.losses()
    early = losses[losses["default_month"] <= 4]
    assert set(early["cause"]) >= {"never_pay"}
    assert (early["fraud"] == (early["cause"] == "never_pay")).all()
    assert (losses["cause"] == "job_loss").sum() > 20


def test_nobody_loses_a_job_where_there_is_no_job_loss(seed):
    market = dg.scenarios.lifestyle.replace(population__job_loss_in=0.0)
    assert "job_loss" not in set(dg.World(market, 4_000, 12, seed).truth.losses()["cause"])


def test_a_world_without_defaults_has_no_losses():
    market = dg.scenarios.lifestyle.replace(fraud__rate=0.0, fraud__bust_out=0.0)
    assert dg.World(market, 3, 2, 1).truth.losses().empty


class TestReviews:
    """Analysts read a part of what was approved, and err as the mix says."""

    mix = FraudMix.only("never_pay", 0.5)

    def reviews(self, seed):
        market = dg.scenarios.lifestyle.replace(fraud=self.mix, fraud__reviewed=0.5)
        world = dg.World(market, 20_000, 1, seed)
        return world.observed(), world.truth.fraud()

    def test_errors_are_as_often_as_said(self, seed):
        seen, kinds = self.reviews(seed)
        said = (seen.fraud_reviews["verdict"] == "fraud").to_numpy()
        is_fraud = kinds[seen.fraud_reviews["customer_id"]] != ""
        for share, expected in (
            (said[is_fraud], self.mix.review_sensitivity),
            (~said[~is_fraud], self.mix.review_specificity),
        ):
            bound = 5 * np.sqrt(expected * (1 - expected) / len(share))
            assert len(share) > 500
            assert abs(share.mean() - expected) < bound

    def test_what_was_blocked_is_not_reviewed_and_verdicts_come_later(self, seed):
        seen, _ = self.reviews(seed)
        granted = seen.decisions["credit_limit"].to_numpy() > 0
        assert granted[seen.fraud_reviews["customer_id"]].all()
        assert (seen.fraud_reviews["known_at"] >= seen.fraud_reviews["event_time"]).all()
        assert len(seen.fraud_reviews) < 0.6 * granted.sum()
