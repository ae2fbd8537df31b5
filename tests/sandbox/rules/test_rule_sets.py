"""Versions and days: a decision can be replayed with the rules of its time."""

import pickle
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.rules import Rule, RuleEngine, RuleSet, default_rules, evaluate

NIGHT = Rule.of("night", "At night", {"apply_hour": "[1..5)"}, points=5)
NEW = Rule.of("new", "New", {"age": "< 30"}, points=9, valid_from=date(2026, 2, 1))
FIRST = RuleSet("mine", (NIGHT, NEW))


def test_an_edit_makes_the_next_version_and_leaves_the_old_one_as_it_was():
    before = FIRST.digest
    second = FIRST.added(Rule.of("old", "Old", {"age": "> 900"}, points=-5))
    third = second.replaced(
        "night",
        Rule.of("night_2", "At night", {"apply_hour": "[0..5)"}, points=8),
        on=date(2026, 3, 1),
    )
    assert (FIRST.version, second.version, third.version) == (1, 2, 3)
    assert (second.based_on, third.based_on) == (before, second.digest)
    assert len({FIRST.digest, second.digest, third.digest}) == 3
    assert FIRST.digest == before
    assert third.ids == ("night", "night_2", "new", "old")


def test_a_set_as_of_a_day_has_the_rules_then_in_force():
    rules = FIRST.retired("night", on=date(2026, 3, 1))
    assert rules.as_of(date(2026, 1, 31)).ids == ("night",)
    assert rules.as_of(date(2026, 2, 28)).ids == ("night", "new")
    assert rules.as_of(date(2026, 3, 1)).ids == ("new",)
    with pytest.raises(BadInput, match="No rule of mine was in force"):
        rules.retired("new", on=date(2026, 4, 1)).as_of(date(2026, 4, 1))


def test_a_batch_over_many_days_hits_with_the_rules_of_each_day():
    rules = FIRST.retired("night", on=date(2026, 3, 1))
    days = np.array(["2026-01-15", "2026-02-15", "2026-03-15"], dtype="datetime64[D]")
    table = pd.DataFrame({"apply_hour": [2.0] * 3, "age": [1.0] * 3})
    found = evaluate(rules, table, on=days)
    assert found.points.tolist() == [5.0, 14.0, 9.0]
    for day, points in zip(days.tolist(), found.points, strict=True):
        assert RuleEngine(rules.as_of(day)).evaluate({"apply_hour": 2.0, "age": 1.0}).points == (
            points
        )
    with pytest.raises(BadInput, match="on has 2 days for 3 rows"):
        evaluate(rules, table, on=days[:2])


def test_the_digest_is_of_what_rules_do_not_of_how_they_are_spelt():
    respelt = RuleSet(
        "other", (Rule.of("night", "At night", {"apply_hour": "in [ 1 .. 5)"}, points=5), NEW)
    )
    assert respelt.digest == FIRST.digest
    assert RuleSet("mine", (NEW, NIGHT)).digest != FIRST.digest


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: FIRST.added(NIGHT), "Rule night stands in mine twice"),
        (lambda: FIRST.retired("nigth", date(2026, 1, 1)), "no rule nigth; the nearest is night"),
        (lambda: FIRST.retired("new", date(2026, 1, 1)), "not after it begins"),
        (lambda: Rule.of("x", "x", {"a": "> 1"}, points=1.5), "whole number"),
        (lambda: Rule.of("x", "x", {"a": "> 1"}, points=1, valid_from=datetime(2026, 1, 1)), "day"),
        (lambda: Rule.of("x", "x", {"not a name": "> 1"}, points=1), "letters, digits and _"),
        (lambda: FIRST.within(["other"]), "No rule of mine can be evaluated"),
        (lambda: FIRST.check_columns(["age", "hour"]), "unknown field apply_hour; the nearest"),
    ],
)
def test_what_contradicts_itself_is_refused(make, sentence):
    with pytest.raises(BadInput, match=sentence):
        make()


def test_a_table_that_rules_cannot_read_is_refused():
    with pytest.raises(BadInput, match="stands in the table twice"):
        evaluate(FIRST, pd.DataFrame([[1, 2, 3]], columns=["age", "age", "apply_hour"]))
    with pytest.raises(BadInput, match="apply_hour is not of numbers"):
        evaluate(FIRST, pd.DataFrame({"age": [1.0], "apply_hour": ["night"]}))
    with pytest.raises(BadInput, match="has no age"):
        RuleEngine(FIRST).evaluate({"apply_hour": 2.0})


def test_a_set_travels_and_an_empty_batch_is_one():
    assert pickle.loads(pickle.dumps(default_rules())) == default_rules()
    none = evaluate(FIRST, pd.DataFrame({"age": [], "apply_hour": []}))
    assert none.hits.shape == (0, 2)
    assert none.verdicts().shape == (0,)
