"""The report says of every feature of a fraud model what it means."""

import re
from dataclasses import replace

from cells import DATE, cell

import data_generators as dg
from sandbox.experiment.fraud_trial import screening_table
from sandbox.report import assemble
from sandbox.report.inputs import SEEN, described
from sandbox.report.render import html
from sandbox.report.wording import NONE


def test_every_column_of_fraud_screening_has_a_meaning_and_a_source():
    for market in (dg.scenarios.travel, dg.scenarios.micro_business):
        world = dg.World(market, customers=400, months=12, seed=2)
        table = screening_table(world, world.observed())
        silent = [name for name in table if NONE in {described(name)[0], described(name)[2]}]
        assert silent == []


def test_what_is_in_no_dictionary_has_dashes():
    assert described("vendor_score_7") == (NONE, NONE, NONE)


def test_beyond_the_first_features_a_reader_unfolds_the_others_and_paper_has_all():
    many = tuple(f"feature_{i}" for i in range(40))
    told = html(assemble([replace(cell(), inputs=many)], date=DATE))
    rows = re.findall(r"<tr( class=\"folded\")?><td>(feature_\d+)</td>", told)
    assert [name for _, name in rows] == list(many)
    assert [bool(folded) for folded, _ in rows] == [i >= SEEN for i in range(40)]
    assert "Show the other 25 rows" in told
    # nothing but a screen hides a row
    hiding = re.findall(r"(.*)\.folded \{ display: none; \}", told)
    assert [rule.startswith("@media screen") for rule in hiding] == [True]


def test_a_list_that_is_short_has_nothing_to_unfold():
    told = html(assemble([replace(cell(), inputs=("a", "b"))], date=DATE))
    assert "<td>a</td>" in told
    assert 'class="folded"' not in told
    assert "Show the other" not in told
