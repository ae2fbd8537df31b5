"""Columns of fraud screening: right by a slow count, blind to later, and in families."""

from dataclasses import fields
from types import SimpleNamespace

import event_stream
import numpy as np
import pandas as pd
import pytest

import data_generators as dg
from sandbox.errors import BadInput
from sandbox.features import FAMILIES, family_of, graph_features, screening_features
from sandbox.features.families import (
    DAYS,
    DIFFERENT,
    KEYS,
    OWN_KEYS,
    PURPOSES,
    VELOCITY,
    columns_of,
)

SHARING = dg.scenarios.micro_business.replace(
    fraud__rate=0.15, fraud__honest_sharing=0.3, fraud__label_delay_weeks=2.0
)
WORLD = dg.World(SHARING, 2_000, 4, 20_260_107)


@pytest.fixture(scope="module")
def seen():
    return WORLD.observed()


@pytest.fixture(scope="module")
def traced(seen):
    return event_stream.made_up_tracings(seen, np.random.default_rng(1))


@pytest.fixture(scope="module")
def lists(seen):
    return event_stream.made_up_lists(seen, np.random.default_rng(2))


@pytest.fixture(scope="module")
def features(seen, traced, lists):
    return screening_features(seen, traced, lists)


def told(table, now):
    """What of a table was known by then."""
    return table if table is None else table[table["known_at"] <= now]


def test_what_became_known_later_changes_no_column(seen, traced, lists, features):
    """Some rows again from tables that end with their own moment."""
    applications = seen.applications
    rng = np.random.default_rng(4)
    busy = features[["neighbours_traced_loans", "neighbours", "device_applications_90d"]]
    rows = {*rng.choice(len(features), 12, replace=False), *busy.idxmax()}
    for row in rows:
        now = applications.loc[row, "event_time"]
        tables = {f.name: told(getattr(seen, f.name), now) for f in fields(seen)}
        cut = dg.observation.Observed(**tables)
        kept = applications["known_at"] <= now
        assert kept.sum() < len(applications)
        again = screening_features(
            cut, told(traced, now), lists[kept], columns=list(features.columns)
        )
        pd.testing.assert_frame_equal(again.loc[[row]], features.loc[[row]])


def keyed(seen):
    """Applications with the account of each, as a plain table."""
    table = seen.applications.copy()
    accounts = seen.links[seen.links["target_kind"] == "account"]
    accounts = accounts.sort_values(["known_at", "target_id"]).drop_duplicates("source_id")
    table["account_id"] = table["customer_id"].map(accounts.set_index("source_id")["target_id"])
    return table


def velocity_by_hand(table, row):
    me, now = table.loc[row], table.loc[row, "event_time"]
    known = table[table["event_time"] <= now]
    others = known[known["customer_id"] != me["customer_id"]]
    told = {"request_to_income": me["requested_amount"] / me["declared_income"]}
    for key in KEYS:
        with_it = others[others[f"{key}_id"] == me[f"{key}_id"]]
        for days in DAYS:
            recent = with_it[with_it["event_time"] > now - days]
            told[f"{key}_applications_{days}d"] = len(recent)
            told[f"{key}_amount_{days}d"] = recent["requested_amount"].sum()
        if key in OWN_KEYS:
            told[f"{key}_days_since"] = now - with_it["event_time"].max()
    for key, other in [*DIFFERENT, *((key, "partner") for key in OWN_KEYS)]:
        told[f"{key}_{other}s"] = known.loc[
            known[f"{key}_id"] == me[f"{key}_id"], f"{other}_id"
        ].nunique()
    week, quarter = (told[f"partner_applications_{days}d"] for days in (7, 90))
    told["partner_surge"] = week / (quarter * 7 / 90) if quarter else np.nan
    return told


def test_velocity_is_that_of_a_count_by_hand(seen, features):
    table = keyed(seen)
    rng = np.random.default_rng(5)
    most = features[[f"{key}_applications_90d" for key in KEYS]].idxmax()
    for row in {*rng.choice(len(features), 25, replace=False), *most, features.index[0]}:
        by_hand = velocity_by_hand(table, row)
        assert set(by_hand) == set(VELOCITY)
        np.testing.assert_allclose(
            features.loc[row, list(by_hand)], list(by_hand.values()), rtol=1e-9, err_msg=str(row)
        )


def purposes_by_hand(seen, traced, row):
    table = seen.applications.set_index("customer_id")
    me, now = seen.applications.loc[row], seen.applications.loc[row, "event_time"]
    loans = traced[traced["known_at"] <= now].set_index("customer_id")
    links = told(seen.links, now)
    links = links[links["target_kind"] != "merchant"]
    mine = links[links["source_id"] == me["customer_id"]]
    near = links.merge(mine[["target_kind", "target_id"]], on=["target_kind", "target_id"])
    sets = {
        "partner": loans[table.loc[loans.index, "partner_id"].to_numpy() == me["partner_id"]],
        "neighbours": loans[loans.index.isin(near["source_id"])],
    }
    found = {}
    for who, theirs in sets.items():
        found[f"{who}_traced_loans"] = len(theirs)
        money = theirs["traced"].sum()
        for what in ("against", "back"):
            parts = (theirs["traced"] * theirs[what]).round(2)  # in cents
            found[f"{who}_{what}_share"] = parts.sum() / money if money else np.nan
    return found


def test_purposes_are_shares_of_money_by_hand(seen, traced, features):
    rng = np.random.default_rng(6)
    most = features["neighbours_traced_loans"].nlargest(6).index
    assert features.loc[most, "neighbours_traced_loans"].min() >= 2
    for row in {*rng.choice(len(features), 15, replace=False), *most}:
        by_hand = purposes_by_hand(seen, traced, row)
        assert set(by_hand) == set(PURPOSES)
        np.testing.assert_allclose(
            features.loc[row, list(by_hand)], list(by_hand.values()), rtol=1e-9, err_msg=str(row)
        )


def test_graph_columns_are_those_of_the_graph_alone(seen, features):
    graph = graph_features(seen.applications, seen.links, seen.fraud_labels, seen.decisions)
    assert set(graph) == {name for name in features if family_of(name) == "graph"}
    pd.testing.assert_frame_equal(features[list(graph)], graph)


def test_the_application_is_numbers_and_flags_and_never_text_or_ids(seen, features):
    mine = features[columns_of(list(features), ("application",))]
    assert (features.dtypes == np.float64).all()
    assert not [name for name in mine if name.endswith(("_id", "_at", "_time", "_text"))]
    assert not list(mine.filter(like="region"))
    for category in ("education", "tax_grade", "kind"):
        flags = mine.filter(like=f"{category}_").filter(regex=f"^{category}_")
        assert (flags.sum(axis=1) == (seen.profiles[category] != "")).all()
    businesses = seen.profiles["kind"] == "business"
    assert (mine["kind_business"] == businesses).all()
    assert (mine["is_working_capital"] == (seen.applications["product"] == "working_capital")).all()
    numbers = [name for name in mine if name in seen.profiles]
    assert len(numbers) > 20
    pd.testing.assert_frame_equal(mine[numbers], seen.profiles[numbers].astype(float))


def test_each_family_can_be_left_out_and_others_stay_as_they_are(seen, traced, lists, features):
    for family in FAMILIES:
        rest = [name for name in features if family_of(name) != family]
        assert 0 < len(rest) < features.shape[1]
        pd.testing.assert_frame_equal(
            screening_features(seen, traced, lists, columns=rest), features[rest]
        )


def test_other_applications_are_described_as_the_training_table_was(features):
    """Flags that do not occur are 0, whatever is applied for."""
    shop = dg.World(dg.scenarios.ecommerce, 300, 2, 3).observed()
    names = [name for name in features if family_of(name) != "lists"]
    again = screening_features(shop, columns=names)
    assert list(again) == names
    assert again["is_working_capital"].eq(0).all()


def test_threads_change_nothing(seen, traced, lists, features):
    pd.testing.assert_frame_equal(screening_features(seen, traced, lists, threads=3), features)


def test_the_order_of_rows_has_no_say(seen, traced, lists, features):
    rng = np.random.default_rng(7)
    tables = {f.name: getattr(seen, f.name) for f in fields(seen)}
    mixed = {name: table.iloc[rng.permutation(len(table))] for name, table in tables.items()}
    again = screening_features(
        dg.observation.Observed(**mixed),
        traced.iloc[rng.permutation(len(traced))],
        lists.loc[mixed["applications"].index],
        columns=list(features.columns),
    )
    pd.testing.assert_frame_equal(again.loc[features.index], features, rtol=1e-12)


def test_a_neighbours_later_application_and_a_later_account_have_no_say():
    """Seen on the device before applying: a neighbour of whom nothing else is known yet."""
    shop = pd.DataFrame(
        {"customer_id": [1, 2, 3], "event_time": [5.0, 10.0, 11.0], "known_at": [5.0, 10.0, 11.0],
         "partner_id": 0, "device_id": [9, 9, 8], "address_id": [1, 2, 3], "phone_id": [1, 2, 3],
         "requested_amount": 500.0, "declared_income": 250.0}
    )  # fmt: skip
    seen = pd.DataFrame(
        {"source_id": [1, 2, 1, 2, 3], "target_kind": ["device"] * 2 + ["account"] * 3,
         "target_id": [9, 9, 4, 4, 4], "known_at": [5.0, 1.0, 5.0, 12.0, 11.0]}
    )  # fmt: skip
    none = pd.DataFrame({"customer_id": [], "known_at": [], "credit_limit": []})
    tables = SimpleNamespace(
        applications=shop, profiles=shop[["customer_id", "known_at"]], links=seen,
        fraud_labels=none, decisions=none,
    )  # fmt: skip
    features = screening_features(tables)
    first = features.iloc[0]
    assert first["neighbours"] == 1
    assert first["same_merchant_share"] == 0
    assert np.isnan(first["neighbours_requested_amount"])
    assert first["device_addresses"] == 0
    assert features["device_applications_7d"].tolist() == [0, 1, 0]
    # the second's account was not known when the second applied, nor is it when the third does
    assert features["account_applications_7d"].tolist() == [0, 0, 1]
    assert features["account_amount_7d"].tolist() == [0, 0, 500]


def test_nobody_gives_a_table_of_no_rows(seen, features):
    names = [name for name in features if family_of(name) != "lists"]
    tables = {f.name: getattr(seen, f.name).head(0) for f in fields(seen)}
    empty = screening_features(dg.observation.Observed(**tables), columns=names)
    assert empty.shape == (0, len(names))


def test_a_profile_that_came_later_is_not_known(seen, features):
    late = seen.profiles.copy()
    late.loc[3, "known_at"] += 1.0
    tables = {f.name: getattr(seen, f.name) for f in fields(seen)} | {"profiles": late}
    names = columns_of(list(features), ("application",))
    again = screening_features(dg.observation.Observed(**tables), columns=names)
    assert np.isnan(again.loc[3, "bank_products"])
    assert again.loc[3, "kind_business"] == 0
    pd.testing.assert_frame_equal(again.drop(index=3), features[names].drop(index=3))


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s, t, n: screening_features(s, columns=["income_of_uncle"]), "income_of_uncle"),
        (lambda s, t, n: screening_features(s, columns=["list_black"]), "list_black"),
        (lambda s, t, n: screening_features(s, columns=["age", "age"]), "asked for twice"),
        (lambda s, t, n: screening_features(s, lists=n.head(3)), "lists has 3 rows"),
        (lambda s, t, n: screening_features(s, lists=n.rename(columns=str.upper)), "begin with"),
        (lambda s, t, n: screening_features(s, t.drop(columns="back")), "lack back"),
        (lambda s, t, n: screening_features(s, pd.concat([t, t.head(1)])), "traced twice"),
        (lambda s, t, n: screening_features(s, t.assign(against=1.2)), "shares are from 0 to 1"),
        (lambda s, t, n: screening_features(s, t.assign(traced=-1.0)), "no amount from 0"),
        (lambda s, t, n: columns_of(["age"], ("loans",)), "'loans' is no family"),
    ],
)
def test_what_cannot_be_made_is_refused_in_a_sentence(seen, traced, lists, ask, words):
    with pytest.raises(BadInput, match=words):
        ask(seen, traced, lists)
