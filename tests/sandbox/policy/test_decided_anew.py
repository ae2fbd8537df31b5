"""Decisions made anew are the best that remain allowed; those in hand stay what they are."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.policy import yardsticks
from sandbox.policy.committee.utilisation import dormant_lines
from sandbox.policy.economics import Economics
from sandbox.policy.expected import Expected
from sandbox.policy.regulation import Regulation
from sandbox.policy.what_if import Assumptions, along, anew, figures, kept, priced, sensitivity
from tests.sandbox.policy.committee.books import LARGE_BOOK, LIMITS, expected

BASE = Assumptions(cap=float("inf"))
ANY = expected()
#: the same customers with the decisions that are best as things stand
FOUND = anew(ANY, BASE)
BEST = replace(ANY, wanted=FOUND["limit"].to_numpy(), score=FOUND["pd"].to_numpy())

CHANGES = {
    "cut_off": (0.03, 0.5),
    "lgd": (0.4, 1.0),
    "cof": (0.0, 0.12),
    "cap": (5e3, 1e4),
    "budget": (4e5,),
    "collapsed": ("large",),
}


def value(table):
    return figures(table)["value"]


def test_with_nothing_changed_the_best_decisions_are_made_again():
    pd.testing.assert_frame_equal(anew(BEST, BASE), kept(BEST, BASE, BASE))


def test_nobody_could_have_been_given_a_better_limit():
    given = replace(BASE, lgd=1.0, collapsed="large")
    found = anew(ANY, given)
    for limit in (0.0, *LIMITS):
        other = replace(ANY, wanted=np.full(len(ANY.score), limit), score=np.zeros(len(ANY.score)))
        rival = kept(other, BASE, given)
        within = rival["pd"] <= given.cut_off
        assert (found["profit"][within] >= rival["profit"][within] - 1e-9).all()


@pytest.mark.parametrize("name", ["lgd", "cof", "collapsed"])
def test_in_a_changed_world_deciding_anew_is_worth_more_than_keeping(name):
    for to in CHANGES[name]:
        given = replace(BASE, **{name: to})
        assert value(anew(BEST, given)) > value(kept(BEST, BASE, given))


@pytest.mark.parametrize("name", ["cut_off", "cap", "budget"])
def test_a_rule_of_the_bank_changes_nothing_of_what_is_in_hand(name):
    for to in CHANGES[name]:
        given = replace(BASE, **{name: to})
        pd.testing.assert_frame_equal(kept(BEST, BASE, given), kept(BEST, BASE, BASE))
        assert not anew(BEST, given)["limit"].equals(anew(BEST, BASE)["limit"])


def test_decisions_made_anew_keep_every_rule():
    assert (anew(ANY, replace(BASE, cut_off=0.03))["pd"] <= 0.03).all()
    assert anew(ANY, replace(BASE, cap=5e3))["limit"].max() == 5e3
    assert anew(ANY, replace(BASE, budget=4e5))["limit"].sum() <= 4e5
    ceiling = np.where(np.arange(len(ANY.score)) % 2, 5e3, 0.0)
    assert (anew(replace(ANY, ceiling=ceiling), BASE)["limit"] <= ceiling).all()


def test_who_is_hit_by_a_collapse_is_declined_and_the_others_are_not():
    after = anew(BEST, replace(BASE, collapsed="large"))
    before, hit = anew(BEST, BASE), BEST.partner == "large"
    assert (after["limit"] > 0)[hit].mean() < 0.9 * (before["limit"] > 0)[hit].mean()
    pd.testing.assert_frame_equal(after[~hit], before[~hit])


def test_the_table_has_both_answers_beside_each_other():
    table = sensitivity(BEST, BASE, CHANGES).set_index("assumption")
    standing = priced(BEST, BASE)["value"]
    for name, values in CHANGES.items():
        for side, to in zip(("low", "high"), values, strict=False):
            given = replace(BASE, **{name: to})
            row = table.loc[name]
            assert row[f"anew_{side}"] == pytest.approx(value(anew(BEST, given)) - standing)
            assert row[f"change_{side}"] == pytest.approx(value(kept(BEST, BASE, given)) - standing)
    stay = table.loc[["cut_off", "cap", "budget"], ["change_low", "change_high"]]
    assert (stay.to_numpy() == 0).all()


def test_the_line_shows_what_is_kept_beside_what_is_decided_anew():
    table = along(BEST, BASE, "lgd", [0.4, BASE.lgd, 1.0])
    assert (table["value"] >= table["kept"]).all()
    assert table["value"][1] == pytest.approx(table["kept"][1])


def test_of_a_decision_table_alone_nobody_is_given_more():
    limit = np.array([5e3, 0.0, 2e4])
    table = pd.DataFrame({"limit": limit, "pd": [0.01, 0.3, 0.05], "expected_profit": [90, 0, 40]})
    made = Expected.of_decisions(table, ead=0.6 * limit, funded=0.4 * limit, lgd=0.75, cof=0.03)
    assert anew(made, BASE)["limit"].tolist() == limit.tolist()
    assert anew(made, replace(BASE, lgd=1.0))["limit"].tolist() == [5e3, 0.0, 0.0]


def test_a_ceiling_of_another_length_is_refused():
    with pytest.raises(BadInput, match="ceiling has shape"):
        replace(ANY, ceiling=np.ones(2))


def test_the_assumptions_are_the_banks_and_the_laws():
    bank, law = Economics(), Regulation.load().as_of(yardsticks.LAW_OF)
    assert (Assumptions().lgd, Assumptions().cof) == (bank.lgd, bank.cof)
    assert Assumptions().cap == law.value("consumer_cap")
    cost = bank.capital_ratio * bank.hurdle * bank.undrawn_weight
    assert yardsticks.undrawn_capital_cost() == pytest.approx(cost)
    table = dormant_lines(LARGE_BOOK)
    assert table["capital_cost"].tolist() == pytest.approx((cost * table["undrawn"]).tolist())


def test_before_the_law_had_a_cap_one_has_to_be_given():
    with pytest.raises(BadInput, match="no cap on unsecured consumer loans"):
        yardsticks.consumer_cap("2019-01-01")
