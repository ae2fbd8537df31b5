"""What is decided from lists, rules, score and costs, with room and without."""

from dataclasses import replace

import numpy as np
import pytest

from sandbox.errors import BadInput
from sandbox.lists.matching import ListHit
from sandbox.lists.precedence import settled
from sandbox.screening.budget import MUST, UNASKED, Grant
from sandbox.screening.costs import ScreeningCosts
from sandbox.screening.decision import settle, wanted
from sandbox.screening.verdict import Application, Reason
from sandbox.validation.fraud_thresholds import expected_worth

COSTS = ScreeningCosts()
BLACK = ListHit("black", "device", "d", 1.0, 7, "confirmed fraud")
WHITE = ListHit("white", "customer", "c", 1.0, 9, "staff")
GREY_ADDRESS = ListHit("grey", "address", "a", 1.0, 8, "neighbour")
RULE = (Reason("rule:night", "At night."),)
FULL, ROOM = Grant(None, np.inf, 0), Grant(12, 0.0, 1)


def what(hits=(), verdict="pass", score=0.001, amount=10_000.0, said=()):
    return wanted(settled(hits), verdict, said, score, amount, COSTS, "late")


def test_black_declines_whatever_the_score_and_white_turns_it_into_a_review_that_must_be():
    assert what([BLACK]).decision == "decline"
    both = what([WHITE, BLACK], score=0.0)
    assert (both.decision, both.rank, both.otherwise) == ("review", MUST, "decline")
    assert both.reasons[0].code == "lists:review"
    assert what([WHITE], score=0.0).decision == "pass"


def test_a_mere_grey_address_leaves_it_to_the_score():
    assert what([GREY_ADDRESS]).decision == "pass"
    assert what([GREY_ADDRESS], score=0.1).decision == "review"


def test_without_a_score_nothing_passes():
    unavailable = what(score=None)
    assert (unavailable.decision, unavailable.rank) == ("review", MUST)
    assert unavailable.reasons[0].code == "model_unavailable"
    assert "late" in unavailable.reasons[0].sentence
    decision, reasons = settle(unavailable, FULL, 12)
    assert (decision, reasons[0].code) == ("decline", "no_capacity_declined")


def test_rules_decline_and_ask_for_reviews():
    assert what(verdict="decline", said=RULE).decision == "decline"
    asked = what(verdict="review", said=RULE, score=0.0)
    assert (asked.decision, asked.reasons) == ("review", RULE)
    assert UNASKED < asked.rank < 0
    assert settle(asked, FULL, 12)[0] == "pass"
    hit = what(verdict="pass", said=RULE)
    assert hit.decision == "pass"


def test_what_passes_says_so_before_the_rules_that_gave_points_alone():
    codes = [reason.code for reason in what(said=RULE).reasons]
    assert codes == ["clear", "rule:night"]
    assert [reason.code for reason in what().reasons] == ["clear"]


@pytest.mark.parametrize("amount", [500.0, 3_000.0, 80_000.0])
@pytest.mark.parametrize("price", [0.0, 40.0])
@pytest.mark.parametrize("found", [1.0, 0.6])
def test_the_band_is_where_a_review_costs_least(amount, price, found):
    costs = replace(COSTS, found=found)
    band = costs.band(amount, price)
    p = np.linspace(0, 1, 100_001)
    passed, reviewed, declined = costs.expected(p, amount)
    best = reviewed + price < np.minimum(passed, declined)
    inside = (p > band.review_from) & (p < band.decline_from)
    assert (best == inside).mean() > 0.9999
    if band.review_from == band.decline_from:
        assert abs(np.argmin(np.abs(passed - declined)) / 1e5 - band.review_from) < 1e-4


def test_a_score_of_confirmed_fraud_is_one_of_more_fraud():
    of_all = replace(COSTS, found=0.7)
    assert of_all.expected(0.07, 1e4) == pytest.approx(COSTS.expected(0.1, 1e4))
    assert (of_all.expected(0.9, 1e4) == COSTS.expected(1.0, 1e4)).all()
    assert of_all.digest != COSTS.digest


def test_a_review_is_worth_what_the_metrics_say_an_alert_is():
    p, amount = np.array([0.0, 0.01, 0.2, 1.0]), np.array([500.0, 8e3, 2e4, 6e4])
    passed, reviewed, _ = COSTS.expected(p, amount)
    worth = expected_worth(p, COSTS.loss * amount, COSTS.profit * amount, COSTS.of_alerts)
    assert passed - reviewed == pytest.approx(worth)


def test_beyond_the_budget_the_cheaper_of_the_others_is_decided():
    low, high = what(score=0.03), what(score=0.1)
    assert low.decision == high.decision == "review"
    assert settle(low, ROOM, 12)[0] == "review"
    decision, reasons = settle(low, FULL, 12)
    assert (decision, reasons[0].code) == ("pass", "no_capacity_passed")
    decision, reasons = settle(high, FULL, 12)
    assert (decision, reasons[0].code) == ("decline", "no_capacity_declined")
    assert what(score=0.9).decision == "decline"


def test_a_case_held_for_a_later_day_says_so():
    decision, reasons = settle(what(score=None), replace(FULL, day=14), 12)
    assert (decision, reasons[-1].code) == ("review", "held")
    assert "2 days" in reasons[-1].sentence


def test_a_review_is_worth_more_for_larger_amounts_at_the_same_score():
    ranks = [what(score=0.02, amount=amount).rank for amount in (5_000.0, 20_000.0, 80_000.0)]
    assert ranks == sorted(ranks)
    assert ranks[0] > 0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: ScreeningCosts(caught=1.2), "share from 0 to 1"),
        (lambda: ScreeningCosts(review=-1.0), "RMB from 0 up"),
        (lambda: ScreeningCosts(loss=0.0), "no screening"),
        (lambda: ScreeningCosts(found=0.0), "share above 0, up to 1"),
        (lambda: ScreeningCosts(found=1.5), "share above 0, up to 1"),
        (lambda: Application(1, float("nan"), {"requested_amount": 1.0}), "time is nan"),
        (lambda: Application(1, 1.0, {"requested_amount": 0.0}), "above 0"),
        (lambda: Application(1, 1.0, {}), "above 0"),
        (lambda: Application(1, 1.0, {"requested_amount": 1.0}, {"mail": ["x"]}), "no kind"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(make, words):
    with pytest.raises(BadInput, match=words):
        make()


def test_an_application_does_not_show_what_is_personal():
    application = Application(1, 1.0, {"requested_amount": 1.0, "age": 77}, {"name": ["Li"]})
    assert "Li" not in repr(application)
    assert "77" not in repr(application)
