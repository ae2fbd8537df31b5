"""Provisions read from account-months alone: what was known at the date, and nothing later."""

import numpy as np
import pandas as pd
import pytest
from small_panels import histories, random_table

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.ecl import expected_losses
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.provisions import provisions

OWN, DATE = Definitions.built_in(), 9


@pytest.fixture(scope="module")
def table():
    return random_table(3, accounts=300)


def made(table):
    rate = pd.Series(0.12, index=table["account"].unique())
    return provisions(AccountPanel.of(table), OWN, DATE, lgd=0.6, eir=rate)


def test_accounts_are_those_open_at_the_date_counted_by_a_loop(table):
    accounts, _ = made(table)
    there = {
        name: row
        for name, rows in histories(table).items()
        for row in rows
        if row["month"] == DATE and row["written_off"] == 0
    }
    assert set(accounts["account"]) == set(there)
    by_hand = sum(row["balance"] for row in there.values())
    assert accounts["balance"].sum() == pytest.approx(by_hand)
    overdue = {name for name, row in there.items() if row["dpd"] > OWN.stages.stage_3_days}
    assert overdue
    assert overdue <= set(accounts.loc[accounts["stage"] == 3, "account"])


def test_nothing_after_the_date_is_read(table):
    later = table.copy()
    after = later["month"] > DATE
    later.loc[after, "dpd"] = 0
    for one, other in zip(made(table), made(later), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_losses_of_one_bucket_are_those_of_its_curve_by_hand(table):
    accounts, curves = made(table)
    found = expected_losses(accounts, curves)
    row = found[(found["stage"] == 1) & (found["balance"] > 0)].iloc[0]
    curve = curves[curves["segment"] == row["segment"]].head(12)
    discount = 1.12 ** (-(curve["month"].to_numpy() - 0.5) / 12)
    by_hand = 0.6 * row["balance"] * float(np.sum(curve["marginal_pd"].to_numpy() * discount))
    assert row["ecl"] == pytest.approx(by_hand)


def test_a_date_without_accounts_is_refused(table):
    with pytest.raises(BadInput, match="give a later reporting date"):
        provisions(AccountPanel.of(table), OWN, -5, lgd=0.5, eir=pd.Series(dtype=float))
