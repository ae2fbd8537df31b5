"""The pack on a world's observed accounts, against what the world says became of them."""

import pytest

from data_generators import World, scenarios
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.reading import from_months_late
from sandbox.validation.portfolio_pack.rolls import impossible_rolls, roll_matrix
from sandbox.validation.portfolio_pack.vintages import vintages

OWN, MONTHS = Definitions.built_in(), 12


@pytest.fixture(scope="module")
def observed():
    return World(scenarios.online_rental, customers=2_000, months=MONTHS, seed=7).observed()


@pytest.fixture(scope="module")
def panel(observed):
    began = observed.applications.set_index("customer_id")["event_time"] // 30
    return from_months_late(observed.accounts, began.astype(int), months=MONTHS)


def test_accounts_ever_90_are_the_defaults_that_the_bank_observed(observed, panel):
    last = vintages(panel, OWN).groupby("vintage").last()
    assert last["accounts"].sum() == observed.accounts["customer_id"].nunique()
    defaults = int(observed.performance["default"].sum())
    assert defaults > 20
    assert last["ever_90"].sum() == defaults


def test_what_is_written_off_is_what_was_owed_at_default(observed, panel):
    last = vintages(panel, OWN).groupby("vintage").last()
    lost = observed.accounts["written_off"].sum()
    assert last["ever_90_balance"].sum() == pytest.approx(lost)


def test_no_account_of_a_world_rolls_more_than_a_bucket_up(panel):
    assert impossible_rolls(panel, OWN).empty
    matrix = roll_matrix(panel, OWN).set_index("from")
    assert matrix.loc["M0", ["M2", "M3", "M4"]].sum() == 0
    assert matrix.loc["M4", "written off"] == 1
