"""Twin worlds of money: decide otherwise for some, and only what the decision reaches moves.

What it reaches: the loan itself, what its money goes on to do, and what is spent month by month
of what repaying it leaves. All else is the same to the last bit, whoever it belongs to; balances
apart, which follow from all that was moved before. What becomes of partners is kept out of it
(`partners.feedback` is 0).
"""

import secrets

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from data_generators import scenarios
from data_generators.fund_flows.block import block_flows
from data_generators.fund_flows.calendar import calendar_months
from data_generators.fund_flows.columns import ledger_of
from data_generators.replay import MONTH, replay_block
from data_generators.schema import LEDGER
from tests.data_generators.worlds import cents, without_feedback

SEED = secrets.randbits(64)
CUSTOMERS, MONTHS = 400, 6
IDS = ["from_customer_id", "to_customer_id", "loan_id"]
#: what comes in, or falls due, whatever a customer's loan does
FIXED = ("salary", "rent", "sale")

MARKETS = ("online_rental", "travel", "micro_business")


@pytest.fixture(autouse=True)
def _says_its_seed():
    print(f"seed {SEED}")


class Twins:
    """A world whose limits can be others."""

    def __init__(self, market):
        scenario = without_feedback(scenarios.by_name(market))
        self.world = dg.World(scenario, CUSTOMERS, 12, SEED)
        (block,) = self.world.blocks()
        self.residents = self.world.residents_of(block)
        self.limit = self.residents.logged.limit
        self.ledger, self.accounts = self.under(self.limit)

    def under(self, limit):
        """The ledger by transfer, and the accounts, under these limits."""
        price = self.residents.logged.price
        accounts = replay_block(self.residents, limit, price, accounts=True).accounts
        ledger = LEDGER.frame(ledger_of(block_flows(self.residents, MONTHS, accounts)))
        balances = [name for name in ledger if name.endswith("balance")]
        return ledger.drop(columns=balances).set_index("transfer_id").sort_index(), accounts

    def an_honest_borrower(self):
        """Of those who draw early, into an account that is nobody else's: who draws most of it.

        Whose limit does not bind would live as before under a part of it.
        """
        paid = self.ledger[(self.ledger["kind"] == "disbursement") & (self.ledger["loan_id"] >= 0)]
        alone = paid.groupby("to_account")["loan_id"].transform("nunique") == 1
        own = alone & (paid["to_customer_id"] == paid["loan_id"]) & (paid["event_time"] < 90)
        honest = self.residents.typology[paid["loan_id"]] == 0
        drawn = paid[own & honest].groupby("loan_id")["amount"].sum()
        return int((drawn / self.limit[drawn.index]).idxmax())


@pytest.fixture(scope="module")
def twins():
    made = {}
    return lambda market: made.setdefault(market, Twins(market))


@pytest.mark.parametrize(
    ("market", "times"),
    [
        # A loan need not be larger than what is bought, nor a line than what is owed to a firm.
        ("online_rental", 3.0),
        *((name, times) for name in MARKETS for times in (0.0, 0.2)),
    ],
)
def test_anothers_transfers_do_not_hear_of_a_customers_limit(twins, market, times):
    of = twins(market)
    who = of.an_honest_borrower()
    other, accounts = of.under(np.where(np.arange(CUSTOMERS) == who, times * of.limit, of.limit))
    theirs = [t[~t[IDS].eq(who).any(axis=1)] for t in (of.ledger, other)]
    pd.testing.assert_frame_equal(*theirs, check_exact=True)
    # Nor do the customer's own salary, rent and sales.
    fixed = [
        t[t[IDS].eq(who).any(axis=1) & t["kind"].isin(FIXED) & (t["use"] == "")]
        for t in (of.ledger, other)
    ]
    assert len(fixed[0])
    pd.testing.assert_frame_equal(*fixed, check_exact=True)
    follows_its_account(of, who, other, accounts)


def follows_its_account(of, who, ledger, accounts):
    """The loan's transfers are what the account drew and paid under the new limit, to the cent."""
    moved = ledger[ledger["loan_id"] == who]
    assert not moved.equals(of.ledger[of.ledger["loan_id"] == who])
    end = calendar_months(of.world.scenario.start, MONTHS)[-1].stop
    applied = of.world.observed().applications.set_index("customer_id")["event_time"].loc[who]
    mine = (accounts["customer_id"] == who) & (applied + MONTH * accounts["mob"] <= end)
    month = np.floor((moved["event_time"] - applied) / MONTH).astype(int) + 1
    table = pd.DataFrame({n: accounts[n][mine] for n in ("mob", "drawn", "paid", "refunded")})
    drawn, paid, refunded = cents(table, "drawn", "paid", "refunded")
    whole = {"disbursement": drawn, "repayment": paid - refunded, "refund": refunded}
    for kind, expected in whole.items():
        rows = moved[(moved["kind"] == kind) & month.isin(table["mob"])]
        (amount,) = cents(rows, "amount")
        sums = pd.Series(amount).groupby(month.loc[rows.index].to_numpy()).sum()
        assert (sums.reindex(table["mob"], fill_value=0).to_numpy() == expected).all(), kind
    # No limit, no account: nothing is lent, nothing repaid, and nothing done with the money.
    spent = ledger[(ledger["use"] != "") & (ledger["from_customer_id"] == who)]
    assert cents(spent, "amount")[0].sum() <= cents(moved[moved["kind"] == "disbursement"],
                                                    "amount")[0].sum()  # fmt: skip


@pytest.mark.parametrize("market", MARKETS)
def test_nor_where_half_of_all_limits_are_others(twins, market):
    of = twins(market)
    changed = np.arange(CUSTOMERS) % 2 == 0
    other, _ = of.under(np.where(changed, 20_000.0 - of.limit % 7_000, of.limit))
    theirs = [t[~t[IDS].isin(np.flatnonzero(changed)).any(axis=1)] for t in (of.ledger, other)]
    # The money of a loan that is paid into another's account moves on from there.
    pd.testing.assert_frame_equal(*(t[t["use"] == ""] for t in theirs), check_exact=True)
    assert not of.ledger.equals(other)
