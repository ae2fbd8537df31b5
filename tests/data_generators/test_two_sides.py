"""Observed and truth never share a table, and no observed column is a trait in disguise."""

from dataclasses import fields

import numpy as np
from hypothesis import given
from scipy import stats
from worlds import ALL, SEEDS, every_market, few, world

from data_generators import schema
from data_generators.observation import Observed
from data_generators.typologies import TYPOLOGIES

#: what tables are joined by, and words that mean one thing on either side
KEYS = {"customer_id", "partner_id", "mob", "kind", "market"}
#: truth that a bank sees as it is, since the contract says so: the price of what is bought and
#: the rent, the product offered and its term, the day of the application
KNOWN = {
    ("requested_amount", "need"),
    ("rent_monthly", "need"),
    ("event_time", "arrival_day"),
    ("known_at", "arrival_day"),
    ("partner_id", "partner"),
    ("tenor_months", "tenor"),
}
#: |rank correlation| from which a column would be a trait in disguise
DISGUISE = 0.95
#: words that would give an outcome or a fraud away as the name of an observed column
FORBIDDEN = {
    *(t.name for t in TYPOLOGIES),
    *("typology", "tampered", "is_fraud", "ring_id", "true_pd", "pd", "private_signal", "oracle"),
}


def test_a_table_is_on_one_side_and_no_trait_is_a_column_of_an_observed_one():
    # What is applied for is known to both sides.
    truth = {c.name for table in schema.TRUTH for c in table.columns} - KEYS - {"product"}
    for table in schema.TRUTH:
        assert table.side == "truth"
        assert all(c.source == "truth" for c in table.columns)
    for table in schema.OBSERVED:
        assert table.side == "observed"
        names = {c.name for c in table.columns}
        assert not names & (truth | FORBIDDEN), table.name
        assert all(c.source != "truth" for c in table.columns)


def test_the_observed_tables_are_those_of_the_schema():
    assert [f.name for f in fields(Observed)] == [table.name for table in schema.OBSERVED]


@every_market
@few
@given(seed=SEEDS)
def test_every_table_is_what_its_schema_says(market, seed):
    of = world(ALL[market], seed)
    for table in schema.OBSERVED:
        table.check(getattr(of.observed(), table.name))
    schema.TRAITS.check(of.truth.traits())
    schema.PARTNER_TRUTH.check(of.truth.partners())
    schema.LIFE_EVENTS.check(of.truth.life_events())


@every_market
def test_tables_fit_together(market):
    of = world(ALL[market], seed=41)
    observed = of.observed()
    everyone, partners = set(range(of.customers)), set(observed.partners["partner_id"])
    assert observed.partners["partner_id"].is_unique
    assert set(observed.applications["customer_id"]) == everyone
    for table in schema.OBSERVED:
        frame = getattr(observed, table.name)
        if "customer_id" in frame:
            assert set(frame["customer_id"]) <= everyone, table.name
        if "partner_id" in frame:
            assert set(frame["partner_id"]) <= partners, table.name
    assert not observed.accounts.duplicated(["customer_id", "mob"]).any()


@every_market
def test_no_observed_column_is_a_trait_in_disguise(market):
    of = world(ALL[market], seed=43, customers=1_000, months=2)
    observed, latents = of.observed(), of.truth.traits()
    traits, market_of = latents.select_dtypes(["number", "bool"]), latents["market"]
    # Market by market: where markets are as far apart as persons and businesses, any column
    # that tells them apart ranks like any trait that does.
    markets, found = market_of.unique(), []
    for table in schema.OBSERVED:
        frame = getattr(observed, table.name)
        if "customer_id" not in frame or len(frame) != of.customers:
            continue
        assert (frame["customer_id"].to_numpy() == np.arange(of.customers)).all()
        columns = frame.drop(columns="customer_id").select_dtypes(["number", "bool"])
        for column, values in columns.items():
            for trait, latent in traits.items():
                if (column, trait) in KNOWN:
                    continue
                told = max(
                    _rank_correlation(values[market_of == one], latent[market_of == one])
                    for one in markets
                )
                if told > DISGUISE:
                    found.append((column, trait))
    assert not found


def _rank_correlation(one, other):
    """|Spearman| where both are known and vary; 0 where there is nothing to compare."""
    known = one.notna().to_numpy() & other.notna().to_numpy()
    a, b = one[known].to_numpy(dtype=float), other[known].to_numpy(dtype=float)
    if len(a) < 100 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return abs(np.corrcoef(stats.rankdata(a), stats.rankdata(b))[0, 1])


@every_market
def test_identifiers_tell_neither_order_nor_trait_nor_fraud(market):
    """Rank correlations within six standard errors of none, shared identifiers counted once."""
    of = world(ALL[market].replace(fraud__rate=0.2), seed=47, customers=2_000, months=1)
    applications, traits = of.observed().applications, of.truth.traits()
    for name in ("device_id", "address_id", "phone_id"):
        first = ~applications[name].duplicated()
        number = applications.loc[first, name]
        limit = 6 / np.sqrt(len(number) - 1)
        told = traits.select_dtypes("number").loc[first]
        told["order"], told["fraud"] = np.flatnonzero(first), (of.truth.fraud() != "")[first]
        for what, values in told.items():
            if what != "partner":
                assert _rank_correlation(number, values) < limit, (name, what)
    assert not set(applications["device_id"]) & set(applications["phone_id"])
    assert not set(applications["device_id"]) & set(range(of.customers))
