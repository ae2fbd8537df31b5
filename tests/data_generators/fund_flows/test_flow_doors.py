"""The doors: parameters out of range, extremes, and a dataset with transfers."""

import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from data_generators import dataset, scenarios
from data_generators.dataset.content import Content
from data_generators.dataset.transfers import TransferChecks
from data_generators.errors import Defect, InvalidInput

WORLD = dg.World(scenarios.travel, 500, 6, 7)


@pytest.fixture(scope="module")
def flows():
    return WORLD.fund_flows(2, progress=False)


def test_transfers_of_customers_are_ordered_on_the_devices_they_applied_from(flows):
    applied = set(WORLD.observed().applications["device_id"])
    moved = flows.transfers
    by_app = moved["device_id"] != -1
    assert (moved.loc[by_app, "channel"] == "app").all()
    assert moved.loc[by_app, "session_seconds"].gt(0).all()
    assert moved.loc[~by_app, "session_seconds"].isna().all()
    assert moved.loc[by_app, "device_id"].isin(applied).mean() > 0.9


def test_loans_are_paid_into_the_accounts_of_the_identity_graph(flows):
    links = WORLD.observed().links
    known = links[links["target_kind"] == "account"].groupby("source_id")["target_id"].agg(set)
    paid = flows.transfers[flows.transfers["kind"] == "disbursement"]
    into = paid[(paid["to_holder"] == "person") & (paid["loan_id"] >= 0)]
    assert len(into) > 10
    pairs = zip(into["loan_id"], into["to_account"], strict=True)
    assert all(account in known[loan] for loan, account in pairs)


@pytest.mark.parametrize(
    "change",
    [
        {"transfer_fraud__rate": 1.2},
        {"transfer_fraud__cycle": 0.5},
        {"transfer_fraud__found": -0.1},
        {"flows__observability": 1.1},
        {"flows__burst": 1.0},
        {"flows__circle": 0},
        {"flows__burst_days": 0.0},
        {"flows__spending": 50.0},
    ],
)
def test_parameters_out_of_range_are_refused(change):
    with pytest.raises(InvalidInput):
        scenarios.travel.replace(**change)


def test_a_world_of_one_customer_and_one_without_fraud_have_flows():
    one = dg.World(scenarios.micro_business, 1, 1, 3)
    assert len(one.fund_flows(1, progress=False).transfers) > 0
    honest = dg.World(scenarios.travel.replace(transfer_fraud__rate=0.0), 200, 3, 3)
    found = honest.fund_flows(3, progress=False)
    assert found.transfer_labels.empty
    assert (honest.truth.fund_flows(3, progress=False).ledger["case_id"] == -1).all()


def test_everything_can_be_seen_and_nothing_but_loans():
    for share, least in ((1.0, 1.0), (0.0, 0.0)):
        world = dg.World(scenarios.travel.replace(flows__observability=share), 200, 3, 3)
        seen = world.fund_flows(2, progress=False).transfers
        every = world.truth.fund_flows(2, progress=False).ledger
        loans = int((every["loan_id"] >= 0).sum())
        assert len(seen) == (len(every) if least else loans)


def test_a_blend_has_flows_of_both_markets():
    blend = scenarios.travel.blend(scenarios.micro_business, 0.5)
    ledger = dg.World(blend, 400, 6, 5).truth.fund_flows(2, progress=False).ledger
    assert {"sale", "salary"} <= set(ledger["kind"])


def test_a_dataset_holds_what_the_world_shows(tmp_path, flows):
    out = dataset.write(WORLD, tmp_path / "out", personal_data=False, fund_flows=2, progress=False)
    for name in ("transfers", "transfer_labels"):
        read = dataset.read(out, name)
        shown = getattr(flows, name)
        pd.testing.assert_frame_equal(read, shown, check_dtype=False, check_categorical=False)


def test_a_dataset_as_of_a_day_holds_what_was_known(tmp_path):
    out = dataset.write(
        WORLD, tmp_path / "out", personal_data=False, fund_flows=3, as_of=40.0, progress=False
    )
    assert dataset.read(out, "transfers")["known_at"].max() <= 40.0


def test_a_dataset_without_flows_has_no_transfers(tmp_path):
    out = dataset.write(WORLD, tmp_path / "out", personal_data=False, progress=False)
    with pytest.raises(InvalidInput, match="no table 'transfers'"):
        dataset.read(out, "transfers")
    with pytest.raises(InvalidInput, match="months is 99"):
        dataset.write(WORLD, tmp_path / "other", fund_flows=99)


@pytest.fixture
def month():
    content = Content(fund_flows=2)
    residents = WORLD.residents_of(WORLD.blocks()[0])
    tables = content.of_block(residents)
    months = list(content.transfers_of_block(residents, tables["accounts"]))
    return TransferChecks.of(WORLD.blocks()[0], tables), months


def test_whole_blocks_pass_their_checks(month):
    checks, months = month
    for tables in months:
        checks.check(tables)
    checks.finish()


@pytest.mark.parametrize(
    ("column", "spoil", "told"),
    [
        ("amount", lambda a: a + 0.001, "whole cents"),
        ("amount", lambda a: 0 * a, "moves nothing"),
        ("known_at", lambda a: a - 400.0, "before it happened"),
        ("to_account", lambda a: np.roll(a, 1), "account|comes from"),
        ("from_customer_id", lambda a: a + 10_000, "not of block"),
    ],
)
def test_a_row_that_breaks_a_rule_is_a_defect(month, column, spoil, told):
    checks, months = month
    broken = {**months[0]["transfers"], column: spoil(months[0]["transfers"][column])}
    with pytest.raises(Defect, match=told):
        checks.check({**months[0], "transfers": broken})


def test_a_month_that_comes_twice_or_a_loan_that_is_missing_is_a_defect(month):
    checks, months = month
    checks.check(months[0])
    checks.check(months[0])
    with pytest.raises(Defect, match="one id twice"):
        checks.finish()
    fewer = TransferChecks(checks.block, checks.accounts, 0 * checks.account, 0 * checks.moved)
    for tables in months:
        loans = np.flatnonzero(tables["transfers"]["loan_id"] >= 0)
        keep = np.ones(len(tables["transfers"]["amount"]), dtype=bool)
        keep[loans[::2]] = False
        part = {n: v.filter(keep) if n == "kind" else v[keep]
                for n, v in tables["transfers"].items() if n in NEEDED}  # fmt: skip
        none = {n: v[:0] for n, v in tables["transfer_labels"].items()}
        fewer.check({"transfers": part, "transfer_labels": none})
    with pytest.raises(Defect, match="accounts table does not have, or lack"):
        fewer.finish()


NEEDED = ("transfer_id", "event_time", "known_at", "from_account", "to_account", "amount", "kind",
          "from_customer_id", "to_customer_id", "loan_id")  # fmt: skip
