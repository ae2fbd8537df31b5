"""Frauds share, hurry and exaggerate; they are not read off rows' order, rounding or gaps."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, mannwhitneyu

import data_generators as dg
from data_generators.identifiers import IDENTIFIERS
from data_generators.profiles import profile_table
from data_generators.streams import BLOCK
from data_generators.typologies import TYPOLOGIES

CUSTOMERS = 3 * BLOCK
#: a chance of 1 in a million on either side: there are hundreds of comparisons
TAIL = 1e-6
#: units that values may be rounded to
GRIDS = (0.01, 0.1, 1.0, 100.0, 1_000.0)
KINDS = ("", *(t.name for t in TYPOLOGIES))
#: in days: a fraction of a day is the hour of the application, which is a trace of its own
TIMES = ["event_time", "known_at", "apply_day"]


def everything(scenario, customers=CUSTOMERS, seed=31):
    """Applications and profiles, and the typology of each (truth)."""
    parts = []
    for residents in dg.World(scenario, customers, 2, seed).residents():
        seen = residents.applications.observed
        table = pd.DataFrame(profile_table(residents, seen["apply_day"].astype(float)))
        kind = np.array(KINDS)[residents.typology]
        parts.append(table.assign(**seen, fraud=kind))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module", params=["ecommerce", "micro_business"])
def seen(request):
    return everything(dg.scenarios.by_name(request.param).replace(fraud__rate=0.05))


@pytest.fixture(scope="module")
def usual():
    """The usual share of fraud."""
    return everything(dg.scenarios.ecommerce)


def marks(table):
    """(column, unit, typology) where values lie on a grid, or are missing, as the honest's do not.

    Values under ten units are left out: small counts are on a grid by their size.
    """
    found = []
    numbers = table.select_dtypes("number").drop(columns=["customer_id", *TIMES, *IDENTIFIERS])
    for column, values in numbers.items():
        for unit in (*GRIDS, None):
            base = np.ones(len(values), bool) if unit is None else (values >= 10 * unit).to_numpy()
            share = values / unit if unit else values
            on = values.isna() if unit is None else (share - share.round()).abs() < 1e-6
            honest = base & (table["fraud"] == "").to_numpy()
            expected = (on[honest].sum() + 1) / (honest.sum() + 2)
            for kind in KINDS[1:]:
                frauds = base & (table["fraud"] == kind).to_numpy()
                low, high = binom.ppf([TAIL, 1 - TAIL], frauds.sum(), expected)
                if not low <= on[frauds].sum() <= high:
                    found.append((column, unit, kind))
    return found


def with_floors(table):
    """The table if thefts were floored and never-pays rounded, as they once were."""
    theft, never = table["fraud"] == "identity_theft", table["fraud"] == "never_pay"
    return table.assign(
        session_seconds=table["session_seconds"].where(~theft, np.floor(table["session_seconds"])),
        requested_amount=table["requested_amount"].where(~never, table["requested_amount"] + 3),
        declared_income=table["declared_income"].where(~theft, np.nan),
    )


def test_rounding_and_gaps_are_those_of_the_honest(seen):
    assert marks(seen) == []
    control = marks(with_floors(seen))
    assert ("session_seconds", 1.0, "identity_theft") in control
    assert ("requested_amount", 100.0, "never_pay") in control
    assert ("declared_income", None, "identity_theft") in control


def test_some_of_the_honest_round_what_they_ask_for(usual):
    honest = usual[usual["fraud"] == ""]
    line = honest["requested_amount"] % 100 == 0
    assert 0.3 < line.mean() < 1.0
    assert 0.08 < (honest["requested_amount"] % 1_000 == 0).mean() < 0.25


def precision(table, found):
    return (table["fraud"][found] == "ring").mean()


def by_order(table, column="device_id"):
    """The rule that once found every ring: shared by customers who are no neighbours."""
    local = table["customer_id"] % BLOCK
    triple = table["customer_id"] // BLOCK * BLOCK + local // 3
    return triple.groupby(table[column]).transform("nunique") > 1


def neighbours(table):
    """The devices that once were: families are three neighbours, rings two in a row of frauds."""
    local, block = table["customer_id"] % BLOCK, table["customer_id"] // BLOCK * BLOCK
    shares = np.random.default_rng(1).random(len(table)) < 0.12
    device = block + np.where(shares, local - local % 3, local)
    ring = np.flatnonzero(table["fraud"] == "ring")
    device = device.to_numpy().copy()
    device[ring] = 10**9 + np.arange(len(ring)) // 2
    return table.assign(device_id=device)


def test_the_order_of_customers_does_not_find_rings(usual):
    shared = usual["device_id"].duplicated(keep=False)
    found = by_order(usual)
    low, high = binom.ppf([TAIL, 1 - TAIL], found.sum(), precision(usual, shared))
    assert low <= (usual["fraud"][found] == "ring").sum() <= high
    assert precision(usual, found) < 0.1
    assert precision(neighbours(usual), by_order(neighbours(usual))) > 0.95


@pytest.mark.parametrize("column", ["device_id", "address_id"])
def test_members_of_a_ring_are_as_far_apart_as_those_of_a_family(seen, column):
    """Over a pair a group, since the largest distance depends on its size; a chance in 100,000."""

    def chance(table):
        mixed = table.sample(frac=1.0, random_state=1)
        shared = mixed[mixed[column].duplicated(keep=False)]
        pair = shared[shared.groupby(column).cumcount() < 2].groupby(column)
        apart = pair["customer_id"].agg(np.ptp)
        rings = pair["fraud"].agg(lambda kinds: (kinds == "ring").all())
        assert rings.sum() > 50
        return mannwhitneyu(apart[rings], apart[~rings]).pvalue

    assert chance(seen) > 1e-5
    if column == "device_id":
        assert chance(neighbours(seen)) < 1e-20


def test_families_share_as_they_should(usual):
    honest = usual[usual["fraud"] == ""]
    shared = {n: honest[n].duplicated(keep=False) for n in ("device_id", "address_id", "phone_id")}
    # 0.12 of them on a device of two or more; a few of a family are frauds of another kind.
    assert 0.10 < shared["device_id"].mean() < 0.14
    assert shared["address_id"].mean() > 1.5 * shared["device_id"].mean()
    assert 0.005 < shared["phone_id"].mean() < 0.04
    assert (shared["device_id"] & ~shared["address_id"]).mean() > 0.01
    sizes = honest.groupby("device_id").size()
    assert set(sizes[sizes > 1]) >= {2, 3, 4, 5}
    dormitories = honest.groupby("address_id").size()
    assert (dormitories >= 12).sum() > 20


def test_a_phone_stays_in_one_home(usual, seen):
    """Whose ever it is: a ring passes phones around, but nobody takes one along."""
    for table in (usual, seen):
        shared = table[table["phone_id"].duplicated(keep=False)]
        assert (shared.groupby("phone_id")["address_id"].nunique() == 1).mean() > 0.98


@pytest.mark.parametrize("column", ["device_id", "address_id", "phone_id"])
def test_no_size_of_a_group_gives_rings_away(usual, column):
    """Families, shops and dormitories are as large; 50 applications or more, a third at most."""
    size = usual.groupby(column)["fraud"].transform("size")
    for least in range(2, 20):
        found = size >= least
        assert found.sum() < 50 or precision(usual, found) < 1 / 3


def test_who_shares_does_not_change_with_the_size_of_the_world(usual):
    fewer = everything(dg.scenarios.ecommerce, customers=500)
    pd.testing.assert_frame_equal(fewer, usual.head(500))


def test_shared_devices_are_recognised_from_what_came_before(usual):
    first = usual.groupby("device_id")["apply_day"].transform("min")
    earlier = (first < usual["apply_day"]).to_numpy()
    flag = usual["device_shared"]
    for rows, share in ((earlier, 0.90), (~earlier, 0.03)):
        known = flag[rows].dropna()
        low, high = binom.ppf([TAIL, 1 - TAIL], len(known), share)
        assert low <= known.sum() <= high
