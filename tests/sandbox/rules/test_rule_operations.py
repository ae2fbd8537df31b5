"""What rules are worth on confirmed outcomes, and which are dead."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sandbox.errors import BadInput
from sandbox.rules import Rule, RuleSet, evaluate
from sandbox.rules.operations import overlap, rule_hits, rule_outcomes, wilson
from sandbox.rules.retirement import DeathSigns, dead_rules

RULES = RuleSet(
    "three",
    tuple(Rule.of(id, id, {id: "1"}, points=1) for id in ("often", "within", "never")),
)
#: `within` is hit only where `often` is
TABLE = pd.DataFrame(
    {"often": [1.0, 1, 1, 1, 0, 0], "within": [1.0, 1, 0, 0, 0, 0], "never": [0.0] * 6}
)
#: of applications 3% are fraud
SIGNS = DeathSigns(least_precision=0.08)
USUAL = DeathSigns()
OUTCOME = np.array([1.0, 0.0, 1.0, np.nan, 1.0, 0.0])
BATCH = evaluate(RULES, TABLE)


def test_hits_are_counted_with_those_of_a_rule_alone_and_the_latest():
    table = rule_hits(BATCH, np.arange(6.0)).set_index("rule")
    assert table["hits"].tolist() == [4, 2, 0]
    assert table["alone"].tolist() == [2, 0, 0]
    assert table.loc["often", "alone_share"] == 0.5
    assert table["last_hit"].tolist()[:2] == [3.0, 1.0]
    assert table.loc["never"][["alone_share", "last_hit"]].isna().all()


def test_overlap_says_which_share_of_a_rules_hits_another_has():
    shares = overlap(BATCH)
    assert shares.loc["within", "often"] == 1.0
    assert shares.loc["often", "within"] == 0.5
    assert shares.loc["never"].isna().all()


def test_precision_counts_only_what_is_known():
    money = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
    table = rule_outcomes(BATCH, OUTCOME, money).set_index("rule")
    assert table["judged"].tolist() == [3, 2, 0, 3]
    assert table["fraud"].tolist() == [2, 1, 0, 2]
    assert table.loc["often", "precision"] == pytest.approx(2 / 3)
    assert table.loc["often", "false_positive_ratio"] == 0.5
    assert table.loc["often", "recall"] == pytest.approx(2 / 3)
    assert table["money_stopped"].tolist() == [40.0, 10.0, 0.0, 40.0]
    assert table["money_alone"].tolist() == [30.0, 0.0, 0.0, 30.0]
    assert table.loc["never", ["low", "high"]].tolist() == [0.0, 1.0]
    assert np.isnan(table.loc["never", "precision"])


def test_wilsons_interval_is_that_of_scipy():
    low, high = wilson(np.array([0, 3, 10]), np.array([10, 40, 10]))
    for n, (k, trials) in enumerate(((0, 10), (3, 40), (10, 10))):
        there = stats.binomtest(k, trials).proportion_ci(method="wilson")
        assert (low[n], high[n]) == pytest.approx((there.low, there.high), abs=1e-12)


def service(signs=SIGNS, now=200.0):
    """200 days of 20 applications; `loud` cries every day, `good` finds half of all fraud."""
    rng = np.random.default_rng(1)
    day = np.repeat(np.arange(200.0), 20)
    fraud = (rng.random(4_000) < 0.03).astype(float)
    good = fraud * (rng.random(4_000) < 0.5)
    loud = (rng.random(4_000) < 0.2).astype(float)
    early = (day < 50) * (rng.random(4_000) < 0.1)
    table = pd.DataFrame({"good": good, "loud": loud, "early": early * 1.0, "copy": good})
    ids = {"good": "", "loud": "", "early": "", "copy": "", "watch": "review"}
    rules = RuleSet(
        "service",
        tuple(
            Rule.of(id, id, {"loud" if id == "watch" else id: "1"}, points=5, verdict=verdict)
            for id, verdict in ids.items()
        ),
    )
    return dead_rules(evaluate(rules, table), day, fraud, now, signs)


def test_silent_imprecise_and_redundant_rules_are_proposed_each_with_its_reason():
    found = {proposal.rule: proposal for proposal in service()}
    assert {rule: p.kind for rule, p in found.items()} == {
        "loud": "imprecise",
        "early": "silent",
        "copy": "redundant",  # and not the good one, which stays
    }
    assert "hits with an outcome were fraud" in found["loud"].reason
    assert "No hit in 15" in found["early"].reason
    assert "at the rate at which it had hit" in found["early"].reason


def test_a_rule_that_sharpens_another_is_not_redundant():
    rng = np.random.default_rng(2)
    fraud = (rng.random(2_000) < 0.1).astype(float)
    wide = np.maximum(fraud, rng.random(2_000) < 0.5)
    table = pd.DataFrame({"wide": wide * 1.0, "sharp": fraud * (rng.random(2_000) < 0.5)})
    rules = RuleSet("two", tuple(Rule.of(id, id, {id: "1"}, points=5) for id in table))
    found = dead_rules(evaluate(rules, table), np.arange(2_000.0), fraud, 2_000.0)
    assert found == ()


def test_a_rule_with_a_verdict_is_not_retired_for_its_precision():
    assert "watch" not in {proposal.rule for proposal in service()}


def test_nothing_after_now_counts():
    early = {proposal.rule: proposal.kind for proposal in service(now=60.0)}
    assert early.get("early") != "silent"


def silence(hit_days, reach=400, found=(0.0, 0.0), signs=USUAL):
    """What is proposed of a rule with hits on `hit_days`; one application a day.

    `found` is the share of fraud among the rule's hits and among the rest, as far as known.
    """
    day = np.arange(reach, dtype=float)
    hit = np.isin(day, hit_days)
    outcome = np.zeros(reach)
    for of, share in ((hit, found[0]), (~hit, found[1])):
        outcome[np.flatnonzero(of)[: round(share * of.sum())]] = 1.0
    rules = RuleSet("one", (Rule.of("it", "It", {"it": "1"}, points=5),))
    batch = evaluate(rules, pd.DataFrame({"it": hit * 1.0}))
    return dead_rules(batch, day, outcome, float(reach), signs)


def test_silence_is_weighed_by_the_rate_at_which_a_rule_hit_before():
    assert [p.kind for p in silence(range(0, 260, 10))] == ["silent"]
    seldom = range(0, 260, 60)  # 150 quiet days, in which 2.5 hits were to be expected
    assert silence(seldom) == ()
    assert [p.kind for p in silence(seldom, signs=DeathSigns(chance=0.2))] == ["silent"]
    assert silence(range(0, 330, 10)) == ()  # 90 days have not gone by


def test_a_rule_without_a_rate_of_its_own_is_measured_by_one_worth_having():
    assert "none before" in silence(())[0].reason
    assert silence((), reach=130) == ()  # 4.3 hits of one a month
    assert silence((), reach=130, signs=DeathSigns(least_rate=0.1)) != ()
    assert "1 before" in silence((3,))[0].reason
    assert silence((300,)) == ()


def test_a_rule_whose_precision_is_good_is_not_retired_for_silence():
    often = range(0, 200, 5)
    assert silence(often, found=(0.5, 0.02)) == ()
    assert [p.kind for p in silence(often, found=(0.1, 0.1))] == ["silent"]
    picky = DeathSigns(good_factor=20.0)
    assert [p.kind for p in silence(often, found=(0.5, 0.02), signs=picky)] == ["silent"]


def test_few_outcomes_are_no_reason():
    patient = DeathSigns(least_judged=100_000)
    assert {p.kind for p in service(patient)} == {"silent"}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: rule_outcomes(BATCH, np.full(6, 2.0)), "besides 0, 1 and NaN"),
        (lambda: rule_outcomes(BATCH, OUTCOME[:5]), "one value a row"),
        (lambda: rule_hits(BATCH, np.zeros(3)), "day has the shape"),
        (lambda: dead_rules(BATCH, np.arange(6.0), OUTCOME, now=-1.0), "No application came in"),
        (lambda: DeathSigns(silent_days=0), "more than 0 days"),
        (lambda: DeathSigns(least_precision=5), "between 0 and 1"),
        (lambda: DeathSigns(chance=0.0), "chance is 0.0; it lies between 0 and 1"),
        (lambda: DeathSigns(least_rate=0.0), "more than 0 hits a day"),
        (lambda: DeathSigns(good_factor=0.5), "give 1 or more"),
    ],
)
def test_nonsense_is_refused(make, sentence):
    with pytest.raises(BadInput, match=sentence):
        make()
