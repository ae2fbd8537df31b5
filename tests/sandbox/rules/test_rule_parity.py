"""A row alone, a row in a batch, and the table whole in zen-engine: the same hits."""

import numpy as np
import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tables_of_rules import FIELDS, rows, tables

from sandbox.rules import Rule, RuleEngine, RuleSet, default_rules, evaluate, parse, to_jdm
from sandbox.rules.engine import TableEngine
from sandbox.rules.numbers import as_read


def in_batch(rules, applications):
    found = evaluate(rules, pd.DataFrame(applications))
    return [tuple(np.array(rules.ids)[hit]) for hit in found.hits]


def agreeing(rules, applications):
    batch = in_batch(rules, applications)
    alone, whole = RuleEngine(rules), TableEngine(rules)
    for application, hits in zip(applications, batch, strict=True):
        assert alone.hits(application) == hits, application
        assert whole.hits(application) == hits, application
    return batch


@settings(max_examples=120, deadline=None)
@given(tables, st.lists(rows, min_size=1, max_size=8))
def test_made_tables_hit_the_same_rows_in_a_batch_alone_and_whole(rules, applications):
    agreeing(rules, applications)


@settings(max_examples=40, deadline=None)
@given(tables)
def test_made_tables_survive_the_way_through_jdm(rules):
    again = parse(to_jdm(rules), "made.json")
    assert again.digest == rules.digest
    assert [rule.fields for rule in again.rules] == [rule.fields for rule in rules.rules]


@settings(max_examples=300, deadline=None)
@given(st.floats(allow_nan=False))
@example(0.1 + 0.2)
@example(-0.0)
@example(2.2250738585072014e-308)
def test_reading_a_number_twice_changes_nothing(value):
    assert as_read(as_read(value)) == as_read(value)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(allow_nan=False), min_size=2, max_size=2).map(sorted))
def test_reading_keeps_the_order_of_numbers(pair):
    assert as_read(pair[0]) <= as_read(pair[1])


def test_expressions_agree_as_well_and_are_never_hit_by_what_is_missing():
    rules = RuleSet(
        "expressions",
        (
            Rule.of("both", "x", {"alpha": "$ * 2 > beta"}, points=1),
            Rule.of("unlike", "x", {"alpha": "$ != beta"}, points=1),
            Rule.of("between", "x", {"alpha": "> 1 and < 5", "gamma": ">= 0"}, points=1),
            Rule.of("says_null", "x", {"alpha": "$ == null or $ > 5"}, points=1),
        ),
    )
    nan = float("nan")
    found = agreeing(
        rules,
        [
            {"alpha": 3.0, "beta": 5.0, "gamma": 0.0},
            {"alpha": 3.0, "beta": 6.0, "gamma": nan},
            {"alpha": nan, "beta": 6.0, "gamma": 1.0},
            {"alpha": 6.0, "beta": nan, "gamma": 1.0},
        ],
    )
    assert found == [("both", "unlike", "between"), ("unlike",), ("says_null",), ("says_null",)]
    assert len(evaluate(rules, pd.DataFrame([dict.fromkeys(FIELDS, 1.0)])).notes) == 4


def test_default_rules_agree_on_rows_of_every_kind():
    rules, rng = default_rules(), np.random.default_rng(5)
    table = pd.DataFrame(
        rng.choice([np.nan, 0.0, 0.2, 1.0, 2.0, 3.0, 6.0, 30.0, 90.0, 700.0], (150, 20)),
        columns=list(rules.fields),
    )
    found = agreeing(rules, table.to_dict("records"))
    assert set().union(*found) == set(rules.ids)


def test_columns_besides_those_of_the_rules_and_their_order_change_nothing():
    rules, rng = default_rules(), np.random.default_rng(6)
    table = pd.DataFrame(rng.exponential(5.0, (50, 20)), columns=list(rules.fields))
    other = table.assign(customer_id=1.0)[[*table.columns[::-1], "customer_id"]]
    assert np.array_equal(evaluate(rules, table).hits, evaluate(rules, other).hits)


def test_points_verdict_and_reasons_agree_alone_and_in_a_batch():
    rules, rng = default_rules(), np.random.default_rng(7)
    table = pd.DataFrame(rng.exponential(2.0, (60, 20)), columns=list(rules.fields))
    batch, alone = evaluate(rules, table), RuleEngine(rules)
    for n, row in enumerate(table.to_dict("records")):
        said = alone.evaluate(row)
        assert said.points == batch.points[n]
        assert said.verdict == batch.verdicts()[n]
        assert said.reasons == batch.reasons(n)
    assert set(batch.verdicts()) == {"pass", "review"}
