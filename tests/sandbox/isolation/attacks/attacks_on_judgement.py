"""Attacks on judgement through the tables of a study: by position, by names, by a guessed seed."""

import threading

import numpy as np
import on_judgement
import pandas as pd
from by_hand import SOON
from rig import Attack

from sandbox.isolation import Status

ROWS = 200
#: two threads that import the same packages meet them half made
_IMPORTING = threading.Lock()


def by_position(rig):
    """Whether scores by position are right; bare: where rows go in as the file has them."""
    with _IMPORTING:
        from sandbox.experiment.trial import Trial

    features = pd.DataFrame({"x": np.random.default_rng(5).random(ROWS)})
    bad = np.arange(ROWS) < ROWS // 4
    trial = Trial("pd", features, pd.DataFrame({"target": bad}), features, judge=None)
    order = np.arange(ROWS) if rig.bare else trial.order()
    given = features.iloc[order].reset_index(drop=True)
    outcome = rig.scored(on_judgement.ByPosition(), given, SOON)
    assert outcome.status is Status.OK, outcome.reason
    scores = outcome.value[np.argsort(order), 0]
    return (scores[bad][:, None] > scores[~bad]).mean() > 0.9


def names_of_truth(rig):
    """Whether a column of the truth is within sight; bare: where the truth was joined on."""
    with _IMPORTING:
        import data_generators as dg
        from sandbox.experiment.fraud_trial import fraud_trial

    world = dg.World(dg.scenarios.online_rental, customers=300, months=6, seed=5)
    traits = world.truth.traits()
    observed = world.observed()
    tables = (observed.applications, observed.accounts, observed.performance, observed.decisions)
    hidden = set(traits.columns).difference(*(table.columns for table in tables))
    assert {"ability", "willingness"} <= hidden
    features = fraud_trial(world, world.reseeded(6)).evaluation_features
    if rig.bare:
        features = features.join(traits[sorted(hidden)])
    words = sorted(hidden & {"ability", "willingness", "impatience", "volatility"})
    outcome = rig.scored(on_judgement.Rummaging(words), features, SOON)
    assert outcome.status is Status.OK, outcome.reason
    return outcome.value.max() > 0.5


def from_a_guessed_seed(rig):
    """Whether the scores are the truth, drawn again from the seed."""
    with _IMPORTING:
        import data_generators  # noqa: F401
    features, labels = on_judgement.market(on_judgement.SEEDS[-1])
    given = features[["declared_income"]].copy()
    outcome = rig.scored(on_judgement.Regenerating(), given, SOON)
    assert outcome.status is Status.OK, outcome.reason
    return np.array_equal(outcome.value[:, 0], labels)


JUDGEMENT = (
    Attack(
        "labels by position in a sorted file",
        "cheating",
        "the scores",
        run=by_position,
        supervisor="a study's own order",
    ),
    Attack(
        "columns of the truth, by their names",
        "cheating",
        "the scores",
        run=names_of_truth,
        supervisor="what a trial hands out",
    ),
    Attack(
        "the truth drawn again from a guessed seed",
        "cheating",
        "the scores",
        run=from_a_guessed_seed,
        alone=("bubblewrap", "landlock"),
    ),
)
