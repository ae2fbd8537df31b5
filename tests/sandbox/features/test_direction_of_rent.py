"""Which way rent moves the risk where it is what is bought on credit, by the world's own truth."""

import numpy as np
import pandas as pd

from data_generators import World, scenarios


def test_in_online_rental_a_dearer_rent_goes_with_fewer_true_defaults_at_equal_income():
    rental = World(scenarios.online_rental, customers=1_500, months=12, seed=3)
    assert rental.scenario.need.is_rent
    applied = rental.observed().applications
    true = rental.truth.true_pd(np.full(1_500, 20_000.0), replicas=16)
    # what follows when incomes as declared are held apart: fifths of the log income, by hand
    fifth = pd.qcut(applied["declared_income"], 5, labels=False)
    dear = applied["rent_monthly"].groupby(fifth).rank(pct=True) > 0.5
    gaps = [true[(fifth == k) & dear].mean() - true[(fifth == k) & ~dear].mean() for k in range(5)]
    assert np.mean(gaps) < -0.005
    # the rent itself moves no default: what it tells of does
    need = rental.truth.traits()["need"].to_numpy()
    asked = {"customers": range(200), "replicas": 8, "progress": False}
    own, dearer = (
        rental.truth.pd_under(20_000.0, {"need": factor * need[:200]}, **asked) for factor in (1, 2)
    )
    assert np.array_equal(own, dearer)
