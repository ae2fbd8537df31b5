"""No column of the profile tells a trait nearly; what each tells is bounded on both sides."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from test_profiles import profiles_of

import data_generators as dg


@pytest.fixture(scope="module")
def everyday():
    """A market of persons in which rent is not what is financed, and its world."""
    world = dg.World(dg.scenarios.lifestyle, customers=40_000, months=24, seed=3)
    return world, profiles_of(world)


@pytest.mark.parametrize(
    ("column", "trait", "low", "high"),
    [
        ("bank_inflow", "income", 0.55, 0.85),
        ("rent_monthly", "income", 0.15, 0.60),
        ("social_risky_share", "willingness", -0.50, -0.30),
        ("age", "willingness", 0.30, 0.45),
    ],
)
def test_no_column_is_nearly_a_trait(everyday, column, trait, low, high):
    world, seen = everyday
    known = seen[column].notna()
    assert low < spearmanr(seen[column][known], world.truth.traits()[trait][known])[0] < high


def test_salaries_that_go_elsewhere_leave_little_in_the_account(everyday):
    _, seen = everyday
    own = seen.dropna(subset="bank_inflow")
    without = own["bank_salary_regular"] == 0
    assert 0.1 < without.mean() < 0.35
    share = own["bank_inflow"] / own["declared_income"]
    assert share[without].median() < 0.5 * share[~without].median()


def test_home_owners_pay_no_rent_and_are_older(everyday):
    _, seen = everyday
    owners = seen["rent_monthly"] == 0
    assert 0.3 < owners.mean() < 0.4
    assert seen["age"][owners].mean() > seen["age"][~owners].mean() + 2
    assert seen["rent_monthly"].notna().all()
    rental = profiles_of(dg.World(dg.scenarios.online_rental, 2_000, 2, 3))
    assert (rental["rent_monthly"] > 0).all()


def test_default_still_falls_with_age(everyday):
    """By more than 2.5 from 25 or under to over 70; measured 5.3, with an error of about 0.6."""
    world, seen = everyday
    apr = world.scenario.economics.apr
    decisions = dg.Decisions.of(np.full(world.customers, 10_000.0), apr)
    outcomes = world.replay(decisions, progress=False).customers
    rate = outcomes["default"].to_numpy()
    taken = outcomes["taken"].to_numpy() & (seen["typology"] == 0).to_numpy()
    young, old = (seen["age"] <= 25).to_numpy(), (seen["age"] > 70).to_numpy()
    assert rate[taken & young].mean() > 2.5 * rate[taken & old].mean()
