"""What is told of days in service: the budget, false positives, and the rules."""

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.rules import Rule, RuleSet
from sandbox.rules.operations import overlap, rule_hits
from sandbox.rules.retirement import DeathSigns, dead_rules
from sandbox.screening.budget import MUST, UNASKED
from sandbox.screening.operations import (
    budget_use,
    false_positives,
    rules_in_service,
    verdict_table,
)
from sandbox.screening.verdict import Reason, Verdict, Versions

RULES = RuleSet(
    "mine",
    (
        Rule.of("night", "At night", {"apply_hour": "< 5"}, points=5),
        Rule.of("new", "New device", {"device_age_days": "< 30"}, points=10),
        Rule.of("never", "Never hit", {"age": "< 0"}, points=10),
    ),
)


def verdict(number, time, decision, code, rank=UNASKED, day=None, rules=()):
    return Verdict(
        number, time, decision, 0.1, rules, (), (Reason(code, "."),),
        Versions("m", RULES.digest, 0, "c"), "f", rank, 0.0, day,
    )  # fmt: skip


FOUND = [
    verdict(1, 3.1, "pass", "clear", rules=("night",)),
    verdict(2, 3.2, "review", "score_review", 50.0, 3, ("night", "new")),
    verdict(3, 3.3, "review", "model_unavailable", MUST, 4),
    verdict(4, 3.4, "pass", "no_capacity_passed", 10.0, rules=("new",)),
    verdict(5, 4.1, "review", "score_review", 40.0, 4),
    verdict(6, 4.2, "decline", "lists:decline"),
]


def test_the_budget_is_told_day_by_day_with_what_was_held_and_turned_away():
    use = budget_use(verdict_table(FOUND), 2)
    names = ["day", "applications", "asked", "alerts", "use", "held", "turned_away", "passed",
             "declined"]  # fmt: skip
    assert use[names].to_numpy().tolist() == [
        [3, 4, 3, 1, 0.5, 1, 1, 2, 0],
        [4, 2, 1, 2, 1.0, 0, 0, 0, 1],
    ]


def test_false_positives_are_counted_by_what_decided_on_known_outcomes_alone():
    outcome = pd.Series({2: 1.0, 3: 0.0, 5: 0.0, 6: np.nan})
    told = false_positives(verdict_table(FOUND), outcome).set_index(["decision", "reason"])
    reviews = told.loc[("review", "all")]
    assert reviews[["stopped", "judged", "fraud", "honest"]].tolist() == [3, 3, 1, 2]
    assert reviews["false_positive_ratio"] == 2.0
    assert told.loc[("review", "score_review"), "precision"] == 0.5
    assert told.loc[("review", "model_unavailable"), "false_positive_ratio"] == np.inf
    assert np.isnan(told.loc[("decline", "lists:decline"), "false_positive_ratio"])


def test_outcomes_are_zeros_and_ones():
    with pytest.raises(BadInput, match="something else than 0, 1"):
        false_positives(verdict_table(FOUND), pd.Series({2: 0.5}))


def test_rules_hits_and_retirements_come_from_the_verdicts():
    batch = rules_in_service(FOUND, RULES)
    assert rule_hits(batch)["hits"].tolist() == [2, 2, 0]
    assert overlap(batch).loc["night", "new"] == 0.5
    assert batch.points.tolist() == [5, 15, 0, 10, 0, 0]
    outcome = np.full(len(FOUND), np.nan)
    day = np.array([v.time for v in FOUND])
    proposed = dead_rules(batch, day, outcome, 10.0, DeathSigns(silent_days=6.5, least_rate=1.0))
    assert ("never", "silent") in [(each.rule, each.kind) for each in proposed]


def test_verdicts_of_other_rules_are_not_mixed_in():
    with pytest.raises(BadInput, match="pass the verdicts of one set"):
        rules_in_service(FOUND, RULES.added(Rule.of("x", "X", {"age": "< 1"}, points=1)))
