"""Tracing: exact to the cent against cents that are followed one by one, and never more."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from data_generators import InvalidInput
from data_generators.fund_flows.purposes import purpose_check
from data_generators.fund_flows.tracing import COLUMNS, trace, trace_many

BANK = 900
HOLDER = {BANK: "bank", 50: "merchant", 51: "broker", 52: "property", 53: "platform"}


def table(*rows):
    """Transfers from rows of time, from, to, amount and, where it is not a transfer, kind.

    Accounts below 50 are persons'; a disbursement goes to loan 7, whose account is 10.
    """
    made = []
    for number, (time, source, target, amount, *kind) in enumerate(rows):
        lent = kind == ["disbursement"]
        made.append(
            {
                "transfer_id": 100 + number,
                "event_time": float(time),
                "from_account": source,
                "to_account": target,
                "amount": float(amount),
                "kind": kind[0] if kind else "transfer",
                "from_holder": HOLDER.get(source, "person"),
                "to_holder": HOLDER.get(target, "person"),
                "loan_id": 7 if lent else -1,
                "to_customer_id": 7 if target == 10 else -1,
            }
        )
    return pd.DataFrame(made)


LENT = (1.0, BANK, 10, 1000, "disbursement")


def random_table(seed, size=60, accounts=7, most=900):
    """A crowd of persons' accounts that pay one another small sums, at few distinct times."""
    draw = np.random.default_rng(seed)
    rows = [LENT, (1.0 + draw.integers(1, 20) / 10, BANK, 10, 500, "disbursement")]
    rows = [(*r[:3], r[3] / 100, *r[4:]) for r in rows]
    for _ in range(size):
        source, target = draw.choice(accounts, 2, replace=False) + 10
        rows.append((1 + draw.integers(0, 50) / 10, source, target, draw.integers(1, most) / 100))
    shuffled = table(*rows).sample(frac=1, random_state=seed, ignore_index=True)
    return shuffled.assign(transfer_id=draw.permutation(len(rows)))


def in_order(transfers):
    rows = transfers.sort_values(["event_time", "transfer_id"]).to_dict("records")
    return [{**row, "cents": round(row["amount"] * 100)} for row in rows]


def cents_one_by_one(transfers, days, most_hops):
    """FIFO by brute force: every cent is a token that remembers its way.

    Returns traced cents by transfer, and where the loan's cents are at last.
    """
    queue, on_transfer, last = defaultdict(list), defaultdict(int), {}
    reached, born = set(), 0
    for row in in_order(transfers):
        time, source, target = row["event_time"], row["from_account"], row["to_account"]
        if row["kind"] == "disbursement":
            moving = [(born + i, time + days, 0) for i in range(row["cents"])]
            born += row["cents"]
        else:
            old = [(since, token) for since, token in queue[source] if since < time]
            queue[source] = queue[source][min(len(old), row["cents"]) :]
            moving = [token for _, token in old[: row["cents"]]]
            moving += [None] * (row["cents"] - len(moving))
            moving = [
                (t[0], t[1], t[2] + 1) if t and time <= t[1] and t[2] < most_hops else None
                for t in moving
            ]
        for token in moving:
            if token:
                last[token[0]] = target
                on_transfer[row["transfer_id"]] += 1
        if any(moving):
            reached.add(target)
        if target in reached:
            queue[target] += [(time, token) for token in moving]
    where = defaultdict(int)
    for account in last.values():
        where[account] += 1
    return dict(on_transfer), dict(where)


def shares_as_fractions(transfers, days):
    """Pro rata by brute force for one disbursement: pools in exact fractions of a cent."""
    others, own, pending, on_transfer = {}, {}, defaultdict(list), {}
    deadline = np.inf
    for row in in_order(transfers):
        time, source, target = row["event_time"], row["from_account"], row["to_account"]
        for account, waiting in pending.items():
            for _, a, b in [w for w in waiting if w[0] < time]:
                own[account], others[account] = own[account] + a, others[account] + b
            pending[account] = [w for w in waiting if w[0] >= time]
        amount = Fraction(row["cents"])
        if row["kind"] == "disbursement":
            part, deadline = amount, time + days
        elif source in own and own[source] + others[source]:
            there = own[source] + others[source]
            given = min(amount, there)
            part = own[source] * given / there
            others[source] -= given - part
            own[source] -= part
        else:
            part = Fraction(0)
        if time > deadline:
            continue
        on_transfer[row["transfer_id"]] = part
        if part and target not in own:
            own[target] = others[target] = Fraction(0)
        if target in own:
            pending[target].append((time, part, amount - part))
    return on_transfer


def in_cents(amounts):
    return np.rint(amounts * 100).astype(int)


def traced_by_transfer(traced):
    return in_cents(traced.paths.groupby("transfer_id")["traced"].sum()).to_dict()


@pytest.mark.parametrize("seed", range(40))
def test_fifo_agrees_with_every_cent_followed_by_itself(seed):
    transfers = random_table(seed)
    hours, most_hops = (30.0, 72.0)[seed % 2], 2 + seed % 4
    traced = trace(transfers, 7, hours, least=0.01, most_hops=most_hops)
    on_transfer, where = cents_one_by_one(transfers, hours / 24, most_hops)
    assert traced_by_transfer(traced) == on_transfer
    ends = traced.paths.groupby("path_id").tail(1)
    assert in_cents(ends.groupby("to_account")["traced"].sum()).to_dict() == where


@pytest.mark.parametrize("seed", range(40))
def test_pro_rata_agrees_with_fractions_of_a_cent(seed):
    transfers = random_table(seed, size=25, most=90_000)
    one = (transfers["kind"] == "disbursement") & (transfers["amount"] == 10)
    transfers.loc[one, "amount"] = 1000.0
    transfers = transfers[one | (transfers["kind"] != "disbursement")]
    traced = trace(transfers, 7, least=0, most_hops=50, method="pro_rata")
    exact = shares_as_fractions(transfers, 3.0)
    found = traced_by_transfer(traced)
    # a cent may be rounded at each division before
    assert max(abs(found.get(t, 0) - float(part)) for t, part in exact.items()) <= len(transfers)
    assert sum(found.values()) == pytest.approx(float(sum(exact.values())), rel=2e-3)


@pytest.mark.parametrize("method", ["fifo", "pro_rata"])
@pytest.mark.parametrize("seed", range(20))
def test_money_is_neither_made_nor_lost(method, seed):
    transfers = random_table(seed, size=150)
    traced = trace(transfers, 7, least=0.05, method=method)
    paths = traced.paths
    assert in_cents(traced.disbursed[7]) == 1500
    gone = traced.destinations["amount"].sum() + traced.untraced[7]
    assert in_cents(gone) == 1500
    assert in_cents(paths.loc[paths["hop"] == 0, "traced"].sum()) == 1500
    assert traced.destinations["share"].sum() == pytest.approx(1 - traced.untraced[7] / 15)
    carried = paths.groupby("transfer_id").agg(traced=("traced", "sum"), amount=("amount", "max"))
    assert (carried["traced"] <= carried["amount"] + 1e-9).all()
    into = paths.groupby("to_account")["traced"].sum()
    out = paths[paths["hop"] > 0].groupby("from_account")["traced"].sum()
    assert (out <= into.reindex(out.index) + 1e-9).all()


@pytest.mark.parametrize("method", ["fifo", "pro_rata"])
def test_a_path_is_a_chain_in_time(method):
    paths = trace(random_table(3, size=150), 7, least=0.05, method=method).paths
    for _, path in paths.groupby("path_id"):
        assert path["hop"].tolist() == list(range(len(path)))
        assert path["to_account"].tolist()[:-1] == path["from_account"].tolist()[1:]
        assert (np.diff(path["event_time"]) > 0).all()
        assert path["event_time"].iloc[-1] <= path["event_time"].iloc[0] + 3.0
        assert path["traced"].nunique() == 1
    assert paths["hop"].max() <= 6


def test_many_loans_are_traced_as_each_alone():
    lent = [random_table(seed, size=80) for seed in range(6)]
    parts = [
        each.assign(
            transfer_id=each["transfer_id"] + 1000 * n,
            loan_id=each["loan_id"].replace(7, n),
            to_customer_id=each["to_customer_id"].replace(7, n),
        )
        for n, each in enumerate(lent)
    ]
    together = pd.concat(parts, ignore_index=True)  # all of them use the same accounts
    many = trace_many(together, progress=False)
    assert many.disbursed.index.tolist() == list(range(6))
    for loan in range(6):
        alone, of_many = trace(together, loan), many.of(loan)
        same = alone.paths.drop(columns="path_id")
        pd.testing.assert_frame_equal(of_many.paths.drop(columns="path_id"), same)
        pd.testing.assert_frame_equal(of_many.destinations, alone.destinations)
        assert of_many.untraced.to_dict() == alone.untraced.to_dict()


def test_the_order_of_rows_does_not_matter():
    transfers = random_table(5, size=150)
    pd.testing.assert_frame_equal(
        trace(transfers, 7).paths, trace(transfers[::-1].reset_index(drop=True), 7).paths
    )


def test_what_arrived_first_leaves_first():
    transfers = table(LENT, (1.1, 40, 10, 1000), (1.2, 10, 20, 1000), (1.3, 10, 21, 1000))
    by_fifo = trace(transfers, 7).destinations
    assert by_fifo[["account", "amount"]].to_numpy().tolist() == [[20, 1000]]
    pro_rata = trace(transfers, 7, method="pro_rata").destinations
    assert pro_rata[["account", "amount"]].to_numpy().tolist() == [[20, 500], [21, 500]]


def test_savings_from_before_do_not_hide_a_loans_use():
    transfers = table((0.5, 40, 10, 50_000), LENT, (1.2, 10, 51, 1000))
    found = trace(transfers, 7).destinations
    assert found[["holder", "amount", "hours"]].to_numpy().tolist() == [
        ["broker", 1000, pytest.approx(4.8)]
    ]


@pytest.mark.parametrize("method", ["fifo", "pro_rata"])
@pytest.mark.parametrize(("time", "amount"), [(1.0, 0), (1.001, 1000), (4.0, 1000), (4.001, 0)])
def test_only_later_transfers_within_the_window_carry_money_on(time, amount, method):
    traced = trace(table(LENT, (time, 10, 20, 5000)), 7, method=method)
    assert traced.destinations["amount"].sum() == amount
    assert traced.untraced[7] == 1000 - amount


def test_a_second_disbursement_has_a_window_of_its_own():
    again = (3.0, BANK, 10, 400, "disbursement")
    traced = trace(table(LENT, again, (5.0, 10, 20, 1400)), 7)
    # the first 1,000 RMB leave too late to be followed, but they do leave first
    assert traced.destinations["amount"].tolist() == [400]
    assert traced.untraced[7] == 1000


def test_tracing_ends_where_everybodys_money_mixes():
    platform = trace(table(LENT, (1.1, 10, 53, 800), (1.2, 53, 20, 800)), 7)
    assert platform.destinations["holder"].tolist() == ["platform"]


def test_a_shops_own_running_is_not_paid_from_one_customer_but_cash_out_comes_back():
    bought = (LENT, (1.1, 10, 50, 1000, "spending"))
    ran = trace(table(*bought, (1.2, 50, 20, 900, "wages")), 7)
    assert ran.destinations["holder"].tolist() == ["merchant"]
    back = trace(table(*bought, (1.2, 50, 10, 980, "transfer")), 7).destinations
    assert back[["account", "amount"]].to_numpy().tolist() == [[10, 980], [50, 20]]


def test_small_parts_and_far_hops_stay_where_they_are():
    chain = [LENT, *((1.1 + n / 10, 10 + n, 11 + n, 1000) for n in range(8))]
    assert trace(table(*chain), 7).destinations["account"].tolist() == [16]
    assert trace(table(*chain), 7, most_hops=2).destinations["account"].tolist() == [12]
    parts = trace(table(LENT, (1.1, 10, 20, 0.9), (1.2, 10, 21, 5)), 7)
    assert parts.destinations["account"].tolist() == [21]
    assert parts.untraced[7] == 995


def test_a_hop_that_is_not_seen_ends_the_path_there():
    whole = table(LENT, (1.1, 10, 20, 1000), (1.2, 20, 51, 1000))
    assert trace(whole, 7).destinations["holder"].tolist() == ["broker"]
    assert trace(whole.drop(2), 7).destinations["holder"].tolist() == ["person"]
    unseen = trace(whole.drop([1]), 7)
    assert unseen.destinations.empty
    assert unseen.untraced[7] == 1000
    assert len(unseen.paths) == 1


def test_where_the_bank_pays_the_shop_the_shop_is_the_destination():
    direct = trace(table((1.0, BANK, 50, 1000, "disbursement")), 7)
    assert direct.destinations[["holder", "share", "hours"]].to_numpy().tolist() == [
        ["merchant", 1, 0]
    ]
    assert purpose_check(direct, "goods").loc[7, "fits"] == 1


def test_the_purpose_is_held_against_where_money_ended():
    transfers = table(
        LENT,
        (1.1, 10, 50, 300, "spending"),
        (1.2, 10, 52, 500),
        (1.3, 10, 20, 100),
        (1.4, 20, 10, 40),
    )
    checked = purpose_check(trace(transfers, 7), {7: "goods"}).loc[7]
    assert checked["traced"] == 900
    assert [checked[each] for each in ("fits", "against", "elsewhere")] == pytest.approx(
        [300 / 900, 560 / 900, 40 / 900]
    )
    nothing = purpose_check(trace(table(LENT), 7), "rent")
    assert nothing[["fits", "against", "elsewhere"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hours": 0}, "hours is 0; give a window above 0"),
        ({"hours": -3.0}, "hours is -3.0"),
        ({"hours": float("nan")}, "hours is nan"),
        ({"hours": float("inf")}, "hours is inf"),
        ({"least": -1.0}, "least is -1.0"),
        ({"least": float("inf")}, "least is inf"),
        ({"most_hops": 0}, "most_hops is 0"),
        ({"most_hops": 2.5}, "most_hops is 2.5"),
        ({"method": "lifo"}, "method is 'lifo'; choose one of fifo, pro_rata"),
        (
            {"loan": 8},
            r"loan 8 has no disbursement .*; the loans there are \(1\): 7",
        ),
    ],
)
def test_what_cannot_be_traced_is_refused_in_a_sentence(change, words):
    with pytest.raises(InvalidInput, match=words):
        trace(table(LENT), **{"loan": 7, **change})


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(column):
    with pytest.raises(InvalidInput, match=column):
        trace(table(LENT).drop(columns=column), 7)


@pytest.mark.parametrize("column", ["amount", "event_time"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_transfer_that_is_no_number_is_named(column, value):
    odd = table(LENT, (1.1, 10, 20, 5))
    odd.loc[1, column] = value
    with pytest.raises(InvalidInput, match="transfer 101 has amount"):
        trace(odd, 7)


def test_doubled_rows_loans_and_unknown_purposes_are_refused():
    with pytest.raises(InvalidInput, match="transfer 100 is there twice"):
        trace(pd.concat([table(LENT)] * 2), 7)
    with pytest.raises(InvalidInput, match="names 7 twice"):
        trace_many(table(LENT), [7, 7])
    with pytest.raises(InvalidInput, match="loans is \\[\\]"):
        trace_many(table(LENT), [])
    with pytest.raises(InvalidInput, match="loan 7 is 'yachts'"):
        purpose_check(trace(table(LENT), 7), "yachts")
    with pytest.raises(InvalidInput, match="loan 9 was not traced here"):
        trace(table(LENT), 7).of(9)


def test_a_table_without_loans_gives_empty_tables():
    none = trace_many(table((1.0, 10, 20, 5)), progress=False)
    assert none.paths.empty
    assert none.destinations.empty
    assert purpose_check(none, "goods").empty
