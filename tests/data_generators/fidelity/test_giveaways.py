"""The search finds what was planted, and nothing where nothing was."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

import data_generators as dg
from data_generators import InvalidInput
from data_generators.fidelity.giveaways import (
    auc,
    derived,
    rules,
    single_columns,
    transfers_derived,
)

ROWS, CASES = 4_000, 400
IS_CASE = np.arange(ROWS) % 10 == 0


def noise(columns=12, seed=5):
    """Columns that know nothing of the cases: real numbers, counts with gaps, and words."""
    rng = np.random.default_rng(seed)
    table = {f"real {k}": rng.normal(size=ROWS) for k in range(columns)}
    table["count"] = rng.poisson(2.0, ROWS).astype(float)
    table["gaps"] = np.where(rng.random(ROWS) < 0.2, np.nan, rng.normal(size=ROWS))
    table["word"] = pd.Categorical(rng.choice(list("abcdefgh"), ROWS))
    return pd.DataFrame(table)


def auc_of(table, column, reading="value"):
    found = single_columns(table, IS_CASE)
    return found[(found["column"] == column) & (found["reading"] == reading)]["auc"].item()


def test_auc_is_that_of_scikit_learn():
    table = noise()
    for name in ("real 0", "count"):
        values = table[name].to_numpy() + 0.7 * IS_CASE
        assert auc(values, IS_CASE) == pytest.approx(roc_auc_score(IS_CASE, values))


def test_noise_gives_nothing_away():
    found = single_columns(noise(), IS_CASE)
    # 400 cases: a standard error of 0.015
    assert found["auc"].between(0.5, 0.57).all()
    best = rules(noise(), IS_CASE)
    assert (best["precision"] < 0.17).all()
    assert best["recall"].between(0.35, 1.0).all()


def test_a_shift_is_found_with_its_direction():
    table = noise().assign(less=lambda t: t["real 1"] - 1.5 * IS_CASE)
    worst = single_columns(table, IS_CASE).iloc[0]
    assert (worst["column"], worst["direction"]) == ("less", -1)
    assert worst["auc"] == pytest.approx(roc_auc_score(~IS_CASE, table["less"]), abs=1e-3)


def test_a_gap_a_word_and_both_ends_are_found():
    rng = np.random.default_rng(1)
    gone = np.where(IS_CASE, rng.random(ROWS) < 0.8, rng.random(ROWS) < 0.1)
    table = noise().assign(
        gone=np.where(gone, np.nan, 1.0),
        word_=np.where(IS_CASE & (rng.random(ROWS) < 0.8), "c", noise()["word"].astype(str)),
        ends=np.where(IS_CASE, 2.5 * np.sign(rng.normal(size=ROWS)), rng.normal(size=ROWS)),
    )
    assert auc_of(table, "gone", "missing") > 0.8
    assert auc_of(table, "word_", "shape") > 0.8
    assert auc_of(table, "ends", "value") < 0.6
    assert auc_of(table, "ends", "shape") > 0.9


def test_a_rule_over_two_columns_is_found_where_neither_column_tells():
    rng = np.random.default_rng(2)
    a, b = rng.random((2, ROWS))
    corner = (a > 0.7) & (b < 0.3)
    swapped = corner & ~IS_CASE
    a = np.where(IS_CASE, 0.7 + 0.3 * a, np.where(swapped, 1 - a, a))
    b = np.where(IS_CASE, 0.3 * b, b)
    best = rules(noise().assign(a=a, b=b), IS_CASE, prevalence=0.001)
    one, two = best["precision"]
    assert one < 0.45
    assert two > 0.95
    assert "a >" in best["rule"][1]
    assert "b <" in best["rule"][1]


@pytest.mark.parametrize("value", [250.25, 7.0])
def test_one_exact_value_is_found(value):
    rng = np.random.default_rng(3)
    amount = np.round(rng.lognormal(5, 1, ROWS), 2)
    amount[IS_CASE & (rng.random(ROWS) < 0.7)] = value
    best = rules(noise().assign(amount=amount), IS_CASE).iloc[0]
    assert best["rule"] == f"amount = {value:g}"
    assert best["precision"] > 0.95


def test_precision_at_the_natural_share_of_cases_is_that_of_a_table_with_so_many():
    table = noise().assign(more=lambda t: t["real 0"] + 2.0 * IS_CASE)
    best = rules(table, IS_CASE, prevalence=0.01).iloc[0]
    odds = best["precision"] / (1 - best["precision"]) * (0.01 / 0.99) / (0.1 / 0.9)
    assert best["precision_natural"] == pytest.approx(odds / (1 + odds), rel=0.02)
    assert best["prevalence"] == 0.01


def test_nonsense_is_refused_in_words():
    with pytest.raises(InvalidInput, match="for 4000 rows"):
        rules(noise(), IS_CASE[:10])
    with pytest.raises(InvalidInput, match="0 of 4000 rows are cases"):
        single_columns(noise(), np.zeros(ROWS, bool))
    with pytest.raises(InvalidInput, match="prevalence is 1"):
        rules(noise(), IS_CASE, prevalence=1.0)


@pytest.fixture(scope="module")
def seen():
    return dg.World(dg.scenarios.ecommerce, 2_000, 2, 8).observed()


def test_derived_columns_are_what_they_say(seen):
    table = derived(seen.applications, seen.profiles)
    raw = seen.applications
    assert len(table) == len(raw)
    assert set(raw.columns) < set(table.columns)
    assert table.columns.is_unique
    known = raw["bank_inflow"] > 0
    ratio = raw["declared_income"] / raw["bank_inflow"]
    assert np.allclose(table["declared_income / bank_inflow"][known], ratio[known])
    cents = (raw["declared_income"] * 100).round() % 100
    assert table["declared_income cents"].equals(cents)
    degree = raw.groupby("device_id")["customer_id"].transform("size")
    assert (table["device_id degree"] == degree).all()
    assert (table["component size"] >= table["address_id degree"]).all()


def test_counts_and_gaps_on_an_identifier_are_those_of_a_slow_count(seen):
    table = derived(seen.applications, seen.profiles)
    raw = seen.applications
    for row in raw.index[raw["address_id"].duplicated(keep=False)][:40]:
        others = raw[(raw["address_id"] == raw["address_id"][row]) & (raw.index != row)]
        gap = raw["event_time"][row] - others["event_time"]
        earlier = ((gap > 0) & (gap <= 30)).sum()
        assert table["address_id earlier, 30 days"][row] == earlier
        assert table["address_id days to nearest"][row] == pytest.approx(gap.abs().min())


def transfers(rows=600, accounts=25, seed=9):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "transfer_id": rng.permutation(rows),
            "event_time": rng.random(rows) * 60,
            "from_account": rng.integers(0, accounts, rows) * 1_000_003 - 7,
            "to_account": rng.integers(0, accounts, rows) * 1_000_003 - 7,
            "amount": np.round(rng.lognormal(6, 1, rows), 2),
        }
    )


def test_derived_columns_of_transfers_are_those_of_a_slow_count():
    raw = transfers()
    table = transfers_derived(raw)
    assert table.columns.is_unique
    for row in raw.index[:60]:
        one, now = raw.loc[row], raw["event_time"][row]
        before = raw[raw["event_time"] < now]
        week = before[before["event_time"] >= now - 7]
        paid = before[before["to_account"] == one["from_account"]]
        got = table.loc[row]
        sent = (week["from_account"] == one["from_account"]).sum()
        assert got["from: sent in the week before"] == sent
        there = before[before["from_account"] == one["from_account"]]
        between = (there["to_account"] == one["to_account"]).sum()
        assert got["earlier between the two"] == between
        back = (week["from_account"] == one["to_account"]) & (
            week["to_account"] == one["from_account"]
        )
        assert got["back in the week before"] == back.sum()
        if len(paid):
            last = paid.loc[paid["event_time"].idxmax()]
            minutes = (now - last["event_time"]) * 1_440
            assert got["minutes since the sender was paid"] == pytest.approx(minutes, abs=1e-3)
            assert got["amount / last received"] == pytest.approx(one["amount"] / last["amount"])
        else:
            assert np.isnan(got["amount / last received"])


def test_money_passed_on_within_the_hour_is_found():
    raw = transfers(rows=3_000, accounts=1_000)
    is_case = np.arange(3_000) % 20 == 0
    feeding = np.flatnonzero(is_case) + 1
    raw.loc[feeding, "to_account"] = raw.loc[is_case, "from_account"].to_numpy()
    raw.loc[feeding, "event_time"] = raw.loc[is_case, "event_time"].to_numpy() - 0.01
    raw.loc[is_case, "amount"] = 0.98 * raw.loc[feeding, "amount"].to_numpy()
    best = rules(transfers_derived(raw), is_case).iloc[1]
    assert best["precision"] > 0.9
    assert "last received" in best["rule"] or "was paid" in best["rule"]


def test_customers_on_one_account_are_counted(seen):
    links = pd.DataFrame(
        {
            "source_kind": "customer",
            "source_id": [0, 1, 2, 2, 3],
            "target_kind": ["account", "account", "account", "account", "device"],
            "target_id": [70, 70, 71, 70, 70],
        }
    )
    degree = derived(seen.applications, seen.profiles, links)["account degree"]
    assert degree[:3].tolist() == [3.0, 3.0, 3.0]
    assert degree[3:].isna().all()
