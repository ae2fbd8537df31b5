"""The shipped rules on worlds: they find their columns, cry seldom, and mean something."""

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from sandbox.features import fraud_features, graph_features
from sandbox.models.fraud_rules import FraudRules
from sandbox.rules import default_rules, evaluate


@pytest.fixture(scope="module", params=["ecommerce", "micro_business"])
def market(request):
    """Columns, whether truly fraud, and labels as the bank has them."""
    world = dg.World(dg.scenarios.by_name(request.param), 12_000, 6, 21)
    seen = world.observed()
    columns = fraud_features(seen.applications).join(
        graph_features(seen.applications, seen.links, seen.fraud_labels, seen.decisions)
    )
    target = np.where(seen.decisions["credit_limit"] > 0, 0.0, np.nan)
    target[seen.fraud_labels["customer_id"]] = 1.0
    return columns, world.truth.fraud() != "", pd.DataFrame({"target": target})


def test_every_rule_finds_its_columns_and_none_hits_many(market):
    columns, _fraud, _labels = market
    batch = evaluate(default_rules(), columns)
    assert batch.hits.mean(axis=0).max() < 0.04
    assert 0.04 < batch.hits.any(axis=1).mean() < 0.20
    assert 0.001 < (batch.verdicts() == "review").mean() < 0.03


def test_true_fraud_hits_rules_far_more_often(market):
    columns, fraud, _labels = market
    hit = evaluate(default_rules(), columns).hits.any(axis=1)
    assert hit[fraud].mean() > 2.5 * hit[~fraud].mean()


def test_the_model_uses_all_rules_and_ranks_fraud_above_the_honest(market):
    columns, fraud, labels = market
    model = FraudRules().fit(columns, labels)
    assert model.left_out_ == ()
    score = model.predict(columns)[:, 0]
    assert (score[fraud] > np.quantile(score[~fraud], 0.98)).mean() > 0.10
