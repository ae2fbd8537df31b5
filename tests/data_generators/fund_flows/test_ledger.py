"""Books of fund flows: to the cent, as the accounts say, at their time, as far as the bank sees."""

import re
import secrets
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from data_generators import InvalidInput, scenarios, schema
from data_generators.fund_flows.calendar import calendar_months
from data_generators.fund_flows.tracing import trace
from data_generators.replay import MONTH
from tests.data_generators.worlds import cents

SEED = secrets.randbits(64)
#: customers and calendar months of the worlds here
CUSTOMERS, MONTHS = 1_000, 4
#: customers looked at in a smaller and in a larger world, and the two sizes
FEW, SMALL, LARGE = 300, 600, 2_000
#: columns about the counterpart, by the side it is on
OF_PAYEE = ["to_customer_id", "to_bank", "to_balance"]
OF_PAYER = ["from_customer_id", "from_bank", "from_balance", "device_id", "session_seconds"]
CONTRACT = [
    "transfer_id", "event_time", "known_at", "from_account", "to_account", "amount", "kind",
    "channel", "from_bank", "to_bank", "from_holder", "to_holder", "from_customer_id",
    "to_customer_id", "loan_id", "reference", "device_id", "session_seconds",
    "from_account_age_days", "to_account_age_days",
]  # fmt: skip

every_scenario = pytest.mark.parametrize("name", scenarios.catalogue())


@pytest.fixture(autouse=True)
def _says_its_seed():
    print(f"seed {SEED}")


def world(name, customers=CUSTOMERS):
    return dg.World(scenarios.by_name(name), customers=customers, months=6, seed=SEED)


@cache
def flows(name):
    """What the bank sees of a world and all that happened in it, together."""
    of = world(name)
    seen, truth = (door.fund_flows(MONTHS, progress=False) for door in (of, of.truth))
    return SimpleNamespace(world=of, **vars(seen), **vars(truth))


def is_own(ledger):
    """Rows that the bank executes itself: its loans as they move."""
    return (ledger["loan_id"] != -1) & ledger["kind"].isin(["disbursement", "repayment", "refund"])


@every_scenario
def test_amounts_are_whole_cents_above_0_and_nobody_pays_himself(name):
    ledger = flows(name).ledger
    (amount,) = cents(ledger, "amount")
    assert (amount > 0).all()
    assert (ledger["from_account"] != ledger["to_account"]).all()
    assert ledger["transfer_id"].is_unique
    assert ledger["event_time"].is_monotonic_increasing


@every_scenario
def test_books_of_every_account_close_to_the_cent(name):
    ledger, accounts = flows(name).ledger, flows(name).accounts
    opening, paid_in, paid_out, closing = cents(
        accounts, "opening", "paid_in", "paid_out", "closing"
    )
    assert accounts["account"].is_unique
    assert (opening + paid_in - paid_out == closing).all()
    assert opening.sum() == closing.sum()
    (amount,) = cents(ledger, "amount")
    for side, booked in (("to_account", paid_in), ("from_account", paid_out)):
        sums = pd.Series(amount).groupby(ledger[side].to_numpy()).sum()
        assert (sums.reindex(accounts["account"], fill_value=0).to_numpy() == booked).all()
        assert ledger[side].isin(accounts["account"]).all()


@every_scenario
def test_running_balances_are_those_of_cents_moved_one_by_one(name):
    ledger, accounts = flows(name).ledger, flows(name).accounts
    balance = dict(zip(accounts["account"], cents(accounts, "opening")[0].tolist(), strict=True))
    moved = cents(ledger, "amount", "from_balance", "to_balance")
    rows = [ledger["from_account"], ledger["to_account"], *moved]
    for source, target, amount, left, there in zip(*(r.tolist() for r in rows), strict=True):
        balance[source] -= amount
        balance[target] += amount
        assert (balance[source], balance[target]) == (left, there)
    assert list(balance.values()) == cents(accounts, "closing")[0].tolist()


@every_scenario
def test_loans_move_as_the_accounts_table_says_month_by_month(name):
    of = flows(name)
    end = calendar_months(of.world.scenario.start, MONTHS)[-1].stop
    observed = of.world.observed()
    whole = observed.accounts[observed.accounts["event_time"] <= end]
    assert len(whole)
    own = of.ledger[is_own(of.ledger)]
    applied = observed.applications.set_index("customer_id")["event_time"]
    on_book = own["event_time"].to_numpy() - applied.loc[own["loan_id"]].to_numpy()
    mob = np.floor(on_book / MONTH).astype(int) + 1
    (amount,) = cents(own, "amount")
    keys = [own["kind"].astype(str).to_numpy(), own["loan_id"].to_numpy(), mob]
    sums = pd.Series(amount).groupby(keys).sum()
    drawn, paid, refunded = cents(whole, "drawn", "paid", "refunded")
    booked = {"disbursement": drawn, "repayment": paid - refunded, "refund": refunded}
    for kind, expected in booked.items():
        place = [(kind, *k) for k in zip(whole["customer_id"], whole["mob"], strict=True)]
        assert (sums.reindex(place, fill_value=0).to_numpy() == expected).all(), kind
    months = set(zip(observed.accounts["customer_id"], observed.accounts["mob"], strict=True))
    assert months.issuperset(zip(own["loan_id"], mob, strict=True))


@every_scenario
def test_nothing_is_known_before_it_happens_and_a_cut_is_the_table_filtered(name):
    of = flows(name)
    end = of.transfers["event_time"].max()
    day = float(np.random.default_rng(SEED).uniform(0.2, 1.0) * end)
    cut = of.world.fund_flows(MONTHS, as_of=day, progress=False)
    for table in ("transfers", "transfer_labels"):
        full = getattr(of, table)
        assert (full["known_at"] >= full["event_time"]).all()
        known = full[full["known_at"] <= day].reset_index(drop=True)
        pd.testing.assert_frame_equal(getattr(cut, table), known, check_exact=True)


@every_scenario
def test_labels_are_late_of_seen_fraud_only_and_of_a_part_of_the_cases(name):
    of = flows(name)
    labels = of.transfer_labels.set_index("transfer_id")
    assert len(labels)
    assert labels.index.is_unique
    assert labels.index.isin(of.transfers["transfer_id"]).all()
    labelled = of.ledger.set_index("transfer_id").loc[labels.index]
    assert (labelled["event_time"] == labels["event_time"]).all()
    assert (labels["known_at"] > labelled["known_at"]).all()
    assert (labelled["typology"] != "").all()
    cases = set(labelled["case_id"])
    assert len(cases) < len(of.cases)
    # A case that is found is confirmed with all that is seen of it.
    seen = of.ledger[of.ledger["seen"] & of.ledger["case_id"].isin(cases)]
    assert set(seen["transfer_id"]) == set(labels.index)


@every_scenario
def test_cases_total_their_rows_in_the_ledger(name):
    of = flows(name)
    rows = of.ledger[of.ledger["case_id"] != -1].groupby("case_id")
    cases = of.cases.set_index("case_id")
    assert ((of.ledger["case_id"] != -1) == (of.ledger["typology"] != "")).all()
    assert (rows.size() == cases["transfers"]).all()
    assert (rows["seen"].sum() == cases["transfers_seen"]).all()
    assert (rows["event_time"].min() == cases["first"]).all()
    assert (rows["event_time"].max() == cases["last"]).all()
    assert np.allclose(rows["amount"].sum(), cases["amount"], rtol=0, atol=1e-4)


@every_scenario
def test_the_bank_sees_all_it_executes_and_its_share_of_the_rest(name):
    of = flows(name)
    own = is_own(of.ledger)
    assert of.ledger.loc[own, "seen"].all()
    rest = of.ledger.loc[~own, "seen"]
    share = of.world.scenario.flows.observability
    assert share == 0.6
    assert abs(rest.mean() - share) < 5 * np.sqrt(share * (1 - share) / len(rest))


@every_scenario
def test_what_the_bank_sees_are_the_rows_of_the_ledger_that_are_seen(name):
    of = flows(name)
    seen = of.ledger.loc[of.ledger["seen"], list(of.transfers)].reset_index(drop=True)
    pd.testing.assert_frame_equal(of.transfers, seen, check_exact=True)


@every_scenario
def test_a_larger_world_changes_of_a_transfer_only_who_a_newcomer_is(name):
    small, large = (
        world(name, size).truth.fund_flows(3, progress=False).ledger for size in (SMALL, LARGE)
    )
    for side, other, others in (
        ("from_customer_id", "to_customer_id", OF_PAYEE),
        ("to_customer_id", "from_customer_id", OF_PAYER),
    ):
        one, two = (t[t[side].between(0, FEW - 1)].reset_index(drop=True) for t in (small, large))
        # The counterpart's balance is its own; so is all else of a customer who is new.
        balance = others[2]
        plain = [c for c in one if c not in (*others, "known_at", "loan_id")]
        pd.testing.assert_frame_equal(one[plain], two[plain], check_exact=True)
        # A newcomer's loan may go to an account that is shared: it is nobody's in the small one.
        loan = two["loan_id"].where(two["loan_id"] < SMALL, -1)
        assert (one["loan_id"] == loan).all()
        old = (two[other] < SMALL) & (two["loan_id"] < SMALL)
        same = [c for c in one if c != balance]
        pd.testing.assert_frame_equal(one.loc[old, same], two.loc[old, same], check_exact=True)
        assert (one.loc[two[other] >= SMALL, other] == -1).all()


@every_scenario
def test_fewer_months_are_the_beginning_of_more(name):
    more = flows(name)
    fewer = more.world.fund_flows(MONTHS - 1, progress=False)
    first = more.transfers.iloc[: len(fewer.transfers)]
    pd.testing.assert_frame_equal(fewer.transfers, first, check_exact=True)
    end = calendar_months(more.world.scenario.start, MONTHS - 1)[-1].stop
    assert (more.transfers["event_time"] < end).sum() == len(first)
    labels = more.transfer_labels
    early = labels[labels["event_time"] < end].reset_index(drop=True)
    pd.testing.assert_frame_equal(fewer.transfer_labels, early, check_exact=True)


@every_scenario
def test_tables_have_the_columns_of_the_contract_in_order(name):
    of = flows(name)
    assert list(of.transfers) == CONTRACT
    for table in (*schema.FUND_FLOWS, *schema.FUND_FLOWS_TRUTH):
        frame = {"flow_accounts": "accounts", "transfer_cases": "cases"}.get(table.name, table.name)
        table.check(getattr(of, frame))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        *(
            ({"months": odd}, (f"months is {odd!r};", "from 1 to 18"))
            for odd in (0, -1, 19, 2.5, True, None, "12")
        ),
        ({"as_of": -1}, ("as_of is -1",)),
    ],
)
def test_what_is_no_input_is_refused_in_one_sentence(asked, said):
    of = world("ecommerce", 50)
    doors = [of] if "as_of" in asked else [of, of.truth]
    for door in doors:
        with pytest.raises(InvalidInput) as refused:
            door.fund_flows(**asked, progress=False)
        sentence = str(refused.value)
        assert all(words in sentence for words in said)
        assert sentence.endswith(".")
        assert not re.search(r"[.!?]\s", sentence)


def test_tracing_through_no_time_is_refused():
    transfers = flows("ecommerce").transfers
    loan = transfers.loc[is_own(transfers), "loan_id"].iloc[0]
    with pytest.raises(InvalidInput, match="hours is 0"):
        trace(transfers, loan, hours=0)
