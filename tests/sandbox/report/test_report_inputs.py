"""The report says of every feature of a fraud model what it means."""

import data_generators as dg
from sandbox.experiment.fraud_trial import screening_table
from sandbox.report.inputs import described
from sandbox.report.wording import NONE


def test_every_column_of_fraud_screening_has_a_meaning_and_a_source():
    for market in (dg.scenarios.travel, dg.scenarios.micro_business):
        world = dg.World(market, customers=400, months=12, seed=2)
        table = screening_table(world, world.observed())
        silent = [name for name in table if NONE in {described(name)[0], described(name)[2]}]
        assert silent == []


def test_what_is_in_no_dictionary_has_dashes():
    assert described("vendor_score_7") == (NONE, NONE, NONE)
