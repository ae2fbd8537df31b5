"""Accounts are split by who they are, not by where they stand in a file."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.portfolio import Portfolio

ROWS = 2_000


def portfolio_of(accounts: list[str]) -> Portfolio:
    n = len(accounts)
    return Portfolio(
        name="cards",
        currency="CNY",
        features=pd.DataFrame({"limit": np.arange(n, dtype=np.float64)}),
        target=(np.arange(n) % 5 == 0).astype(np.float64),
        scores=None,
        monitored=pd.DataFrame(index=range(n)),
        accounts=np.array(accounts, dtype=object),
    )


@pytest.fixture(scope="module")
def accounts() -> list[str]:
    return [f"A{i}" for i in range(ROWS)]


def accounts_in_test(portfolio: Portfolio, seed: int) -> set[str]:
    return set(portfolio.accounts[portfolio.split(seed)[1]])


def test_every_account_is_on_one_side(accounts):
    train, test = portfolio_of(accounts).split(3)
    assert sorted([*train, *test]) == list(range(ROWS))


def test_the_same_seed_is_the_same_split_and_another_seed_another(accounts):
    portfolio = portfolio_of(accounts)
    assert accounts_in_test(portfolio, 3) == accounts_in_test(portfolio, 3)
    third, fourth = accounts_in_test(portfolio, 3), accounts_in_test(portfolio, 4)
    shared = len(third & fourth) / len(third)
    # two independent splits share 30% of the test accounts; six standard errors of room
    assert abs(shared - 0.3) < 0.12


def test_an_account_keeps_its_side_in_another_order_and_in_a_longer_file(accounts):
    before = accounts_in_test(portfolio_of(accounts), 3)
    assert accounts_in_test(portfolio_of(accounts[::-1]), 3) == before
    longer = portfolio_of([*(f"B{i}" for i in range(500)), *accounts])
    assert accounts_in_test(longer, 3) & set(accounts) == before


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_share_in_the_test_is_near_what_was_asked(accounts, share):
    _, test = portfolio_of(accounts).split(3, test_share=share)
    assert abs(len(test) / ROWS - share) < 6 * np.sqrt(share * (1 - share) / ROWS)


@pytest.mark.parametrize("share", [0.0, 1.0, float("nan")])
def test_a_share_that_leaves_a_side_empty_is_refused(accounts, share):
    with pytest.raises(BadInput, match="test_share"):
        portfolio_of(accounts).split(3, test_share=share)


def test_a_side_with_one_class_only_is_refused(accounts):
    few = dataclasses.replace(portfolio_of(accounts), target=np.r_[1.0, np.zeros(ROWS - 1)])
    with pytest.raises(BadInput, match="one class only"):
        few.split(3)
