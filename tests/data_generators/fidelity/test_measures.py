"""Each measure on tables small enough to be counted by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from data_generators import InvalidInput
from data_generators.fidelity import arrears, borrowers, borrowing, shapes


def ledgers(*months_late: list[int]) -> pd.DataFrame:
    """An account a list, months on book from 1; rows in an order that must not matter."""
    rows = [
        {"customer_id": account, "mob": mob, "months_late": late}
        for account, history in enumerate(months_late)
        for mob, late in enumerate(history, start=1)
    ]
    return pd.DataFrame(rows[::-1])


def test_roll_rates_count_months_that_are_followed_by_one_of_the_same_account():
    accounts = ledgers([0, 0, 1, 2, 3, 4], [0, 1, 0, 0], [1, 1, 2, 0])
    # M0: 0→0, 0→1 (account 0); 0→1, 0→0 (account 1): two of four roll
    # M1: 1→2 (account 0); 1→0 (account 1); 1→1, 1→2 (account 2): two of four
    # M2: 2→3 and 2→0: one of two; M3: 3→4
    assert arrears.roll_rates(accounts) == (0.5, 0.5, 0.5, 1.0)


def test_a_roll_that_nobody_was_near_is_not_a_number():
    assert np.isnan(arrears.roll_rates(ledgers([0, 0]))[1:]).all()


def test_flow_into_90_is_the_monthly_share_of_balances_times_twelve():
    accounts = pd.DataFrame(
        {
            "opening": [1_000.0, 500.0, 900.0, 100.0],
            "months_late": [0, 3, 4, 1],
            "written_off": [0.0, 0.0, 25.0, 0.0],
        }
    )
    assert arrears.flow_90(accounts) == pytest.approx(12 * 25 / 2_500)


def test_charge_off_is_what_is_written_off_of_what_was_drawn():
    accounts = pd.DataFrame({"written_off": [0.0, 30.0, 0.0], "drawn": [400.0, 200.0, 0.0]})
    assert arrears.charge_off(accounts) == pytest.approx(0.05)


def test_hazard_is_counted_among_accounts_still_open():
    hazard = arrears.default_hazard(ledgers([0, 4], [0, 0, 4], [0, 0, 0], [0, 0, 0]))
    assert hazard.tolist() == [0.0, 1 / 4, 1 / 3]


def test_the_peak_is_the_middle_of_the_best_three_months():
    hazard = np.zeros(24)
    hazard[[3, 8, 9, 10]] = [0.05, 0.02, 0.03, 0.02]  # one month alone is a blip
    assert arrears.peak_month(hazard) == 10.0


def test_mpb_divides_extra_debt_by_extra_limit_decile_by_decile():
    strength = np.arange(20.0)[::-1]
    limit, raised = np.full(20, 1_000.0), np.full(20, 1_100.0)
    debt = np.full(20, 300.0)
    extra = np.zeros(20)
    extra[18], extra[19] = 40.0, 80.0  # the two weakest
    found = borrowing.mpb(limit, raised, debt, debt + extra, strength)
    assert found.by_decile == pytest.approx((0.6, *[0.0] * 9))
    assert found.average == pytest.approx(120 / 2_000)


def test_mpb_weighs_customers_by_their_raise():
    limit, raised = np.array([100.0, 1_000.0]), np.array([110.0, 1_100.0])
    found = borrowing.mpb(limit, raised, np.zeros(2), np.array([10.0, 0.0]), np.zeros(2))
    assert found.average == pytest.approx(10 / 110)


@pytest.mark.parametrize("raised", [[100.0, 200.0], [90.0, 210.0]])
def test_mpb_needs_a_raise_for_everyone(raised):
    limit, zero = np.array([100.0, 200.0]), np.zeros(2)
    with pytest.raises(InvalidInput, match="each with a raised limit above the limit"):
        borrowing.mpb(limit, np.array(raised), zero, zero, zero)


def lines(use: list[float], late: list[int] | None = None, mob: int = 6) -> pd.DataFrame:
    """Accounts with a limit of 1,000 and a statement balance of `use` times that."""
    paid = 10.0
    return pd.DataFrame(
        {
            "customer_id": np.arange(len(use)),
            "mob": mob,
            "credit_limit": 1_000.0,
            "paid": paid,
            "closing": 1_000.0 * np.array(use) - paid,
            "months_late": late if late is not None else 0,
        }
    )


def outcomes(default: list[bool]) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": np.arange(len(default)), "default": default})


def test_defaulters_use_is_compared_before_they_are_late():
    accounts = lines([0.6, 0.2, 0.4, 1.0], late=[0, 0, 0, 2])
    ratio = borrowing.defaulters_use_more(accounts, outcomes([True, False, False, True]))
    assert ratio == pytest.approx(0.6 / 0.3)


def test_default_by_utilisation_reads_month_six_and_leaves_out_what_is_in_default_by_then():
    use = [0.01] * 40 + [0.2] * 40 + [1.2] * 40 + [1.2]
    late = [0] * 120 + [4]
    default = [True] * 2 + [False] * 38 + [True] * 4 + [False] * 36 + [True] * 20 + [False] * 20
    accounts = pd.concat([lines(use, late), lines(use, mob=7)])
    rates = shapes.default_by_utilisation(accounts, outcomes([*default, True]))
    assert rates["<=5%"] == pytest.approx(0.05)
    assert rates["10-30%"] == pytest.approx(0.1)
    assert rates[">100%"] == pytest.approx(0.5)
    assert math.isnan(rates["50-70%"])


def test_ends_of_utilisation_bands():
    use = np.repeat([0.05, 0.1, 0.3, 1.0], 40)
    rates = shapes.default_by_utilisation(lines(list(use)), outcomes(list(use == 0.1)))
    assert rates["<=5%"] == 0.0
    assert rates["10-30%"] == 0.0  # up to 30%, above 10%
    assert rates["90-100%"] == 0.0
    assert math.isnan(rates[">100%"])


def test_default_by_age_compares_25_and_under_with_over_70():
    age = np.repeat([25.0, 26.0, 70.0, 71.0], 40)
    default = np.tile(np.arange(40) < 10, 4) & (age != 71)
    assert shapes.default_by_age(age, default) == (0.25, 0.0)


def test_groups_of_a_few_give_no_rate():
    young, old = shapes.default_by_age(np.array([20.0] * 29 + [75.0] * 30), np.ones(59, dtype=bool))
    assert math.isnan(young)
    assert old == 1.0


def test_default_by_count_of_earlier_delinquencies():
    count = np.repeat([0.0, 1.0, 2.0, np.nan], 50)
    default = np.tile(np.arange(50), 4) < np.repeat([5, 10, 25, 50], 50)
    assert shapes.default_by_count(count, default) == (0.1, 0.2, 0.5)


def test_auc_counts_pairs():
    rng = np.random.default_rng(5)
    score, outcome = rng.integers(0, 9, 60).astype(float), rng.random(60) < 0.3
    pairs = [(b > g) + 0.5 * (b == g) for b in score[outcome] for g in score[~outcome]]
    assert borrowers.auc(score, outcome.astype(float)) == pytest.approx(np.mean(pairs))


def test_auc_of_probabilities_weighs_the_pairs_of_two_different_customers():
    score, pd_ = np.array([0.1, 0.5, 0.5]), np.array([0.2, 0.4, 0.9])
    weighed = [
        (pd_[i] * (1 - pd_[j]), (score[i] > score[j]) + 0.5 * (score[i] == score[j]))
        for i in range(3)
        for j in range(3)
        if i != j
    ]
    weights, wins = np.array(weighed).T
    assert borrowers.auc(score, pd_) == pytest.approx((weights * wins).sum() / weights.sum())


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_auc_needs_both_outcomes(outcome):
    with pytest.raises(InvalidInput, match="at least one default"):
        borrowers.auc(np.arange(3.0), np.full(3, outcome))


def test_synthetic_identities_among_losses():
    is_synthetic = np.array([True, False, False, False, True])
    lost = np.array([600.0, 200.0, 200.0, 0.0, 0.0])
    assert borrowers.synthetic_charge_off(is_synthetic, lost) == pytest.approx((1 / 3, 0.6))
    assert np.isnan(borrowers.synthetic_charge_off(is_synthetic, np.zeros(5))).all()
