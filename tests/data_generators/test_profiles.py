"""The customer profile: four sources and the bureau, noisy, incomplete, and consistent."""

import re
from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, spearmanr

import data_generators as dg
from data_generators import schema
from data_generators.customers import Traits
from data_generators.errors import InvalidInput
from data_generators.profiles import draw_profile, profile_table
from data_generators.profiles.columns import split
from data_generators.profiles.demographics import EDUCATION, LEAVING_AGE
from data_generators.streams import BLOCK, Block, Streams

CUSTOMERS = 20_000
#: a chance of 1 in 10,000 on either side
TAIL = 1e-4
SOURCES = {
    "bank": ["bank_inflow", "bank_savings", "bank_products", "bank_past_loans"],
    "bureau": [
        "bureau_lenders", "bureau_lenders_30d", "bureau_inquiries_6m", "bureau_overdue_24m",
        "bureau_90_plus_24m", "bureau_limits_total", "bureau_utilisation",
        "bureau_report_age_days", "bureau_accounts", "bureau_balances_total",
        "bureau_inquiries_m1", "bureau_inquiries_m6", "bureau_worst_dpd_24m",
    ],
    "shop": [
        "shop_orders_12m", "shop_late_payments_12m", "shop_return_rate", "shop_orders_q1",
        "shop_orders_q4", "shop_basket", "shop_addresses_12m",
    ],
    "social": [
        "social_contacts", "social_risky_share", "social_contacts_late", "device_sessions_30d",
        "device_changes_12m", "device_shared",
    ],
}  # fmt: skip


def profiles_of(world):
    """Applications and profiles side by side, honest and fraudulent, a row a customer."""
    parts = []
    for residents in world.residents():
        seen = residents.applications.observed
        table = pd.DataFrame(profile_table(residents, seen["apply_day"].astype(float)))
        parts.append(table.assign(**seen, typology=residents.typology))
    return pd.concat(parts, ignore_index=True)


def made(scenario, customers=CUSTOMERS, seed=5):
    return dg.World(scenario, customers=customers, months=2, seed=seed)


@pytest.fixture(scope="module")
def rental():
    return made(dg.scenarios.online_rental)


@pytest.fixture(scope="module")
def persons(rental):
    return profiles_of(rental)


@pytest.fixture(scope="module")
def businesses():
    return profiles_of(made(dg.scenarios.micro_business))


@pytest.fixture(scope="module")
def tampering():
    """A market where poor partners tamper with half of what they deliver, and its truth."""
    scenario = dg.scenarios.online_rental.replace(coverage__tampering=0.5)
    world = made(scenario)
    return profiles_of(world), world.truth


def within(count, size, share):
    low, high = binom.ppf([TAIL, 1 - TAIL], size, share)
    return low <= count <= high


def test_the_table_is_the_one_in_the_schema(rental):
    small = made(rental.scenario, customers=300)
    schema.PROFILES.check(small.observed().profiles)
    assert schema.PROFILES.side == "observed"


def test_what_a_source_does_not_cover_is_missing_in_all_of_its_columns(persons):
    for columns in SOURCES.values():
        missing = persons[columns].isna()
        assert 0 < missing[columns[0]].mean() < 1
        assert (missing.all(axis=1) == missing.any(axis=1)).all()


def test_sources_cover_as_many_as_the_scenario_says(persons, rental):
    c, own_share = rental.scenario.coverage, rental.scenario.population.own_customer_share
    own = persons["bank_inflow"].notna()
    silent = c.outage

    def missing(column, share, rows=slice(None)):
        gaps = persons[column][rows].isna()
        return within(gaps.sum(), len(gaps), share + (1 - share) * silent)

    assert within(own.sum(), len(own), own_share)
    assert missing("bureau_lenders", c.thin_file_own, own)
    assert missing("bureau_lenders", c.thin_file_other, ~own)
    assert missing("shop_orders_12m", c.no_shop)
    assert missing("social_contacts", c.no_social)
    assert missing("insurance_months", c.no_insurance)
    assert missing("fund_months", c.no_insurance + (1 - c.no_insurance) * c.no_fund)
    honest = persons[persons["typology"] == 0]
    assert within(honest["court_enforcement"].isna().sum(), len(honest), silent)


def test_a_source_that_never_fails_and_covers_everyone_has_no_gaps():
    scenario = dg.scenarios.online_rental.replace(
        population__own_customer_share=1.0,
        coverage=dg.scenarios.Coverage(
            thin_file_own=0.0, no_shop=0.0, no_social=0.0, no_insurance=0.0, no_fund=0.0,
            outage=0.0,
        ),
    )  # fmt: skip
    seen = profiles_of(made(scenario, customers=2_000))
    everyone = seen.drop(columns=["bank_past_worst_dpd", "registration_months", "invoices_12m"])
    assert not everyone.isna().any(axis=None)


def test_nobody_has_worked_or_banked_longer_than_they_could(persons):
    left_school = persons["education"].map(dict(zip(EDUCATION, LEAVING_AGE, strict=True)))
    at_work = 12 * (persons["age"] - left_school)
    assert (at_work >= 0).all()
    for column in ("employment_months", "insurance_months"):
        assert (persons[column].dropna() <= at_work[persons[column].notna()]).all()
    funded = persons.dropna(subset="fund_months")
    assert (funded["fund_months"] <= funded["insurance_months"]).all()
    assert (persons["bank_tenure_months"] <= 12 * (persons["age"] - 16)).all()
    assert persons["employment_months"].max() > 240


def test_businesses_have_taxes_and_invoices_and_persons_have_insurance(persons, businesses):
    assert (persons["kind"] == "person").all()
    assert (businesses["kind"] == "business").all()
    of_business, of_person = ["registration_months", "invoices_12m"], ["insurance_months"]
    assert persons[of_business].isna().all(axis=None)
    assert (persons["tax_grade"] == "").all()
    assert businesses[[*of_person, "bank_salary_regular"]].isna().all(axis=None)
    untaxed = businesses["tax_grade"] == ""
    assert (untaxed == businesses["invoices_12m"].isna()).all()
    assert set(businesses["tax_grade"]) == {"", "A", "B", "M", "C", "D"}
    graded = businesses[~untaxed]
    assert ((graded["tax_grade"] == "M") == (graded["registration_months"] < 12)).all()
    old = businesses.dropna(subset="registration_months")
    assert (old["registration_months"] <= old["employment_months"]).all()
    assert (businesses["employment_months"] <= 12 * (businesses["age"] - 18)).all()


def test_account_flows_and_invoices_reveal_turnover(businesses):
    year = businesses[businesses["registration_months"] >= 12]
    year = year.dropna(subset=["bank_inflow", "invoices_12m"])
    assert spearmanr(year["bank_inflow"], year["declared_turnover"])[0] > 0.8
    assert spearmanr(year["invoices_12m"], year["bank_inflow"])[0] > 0.8
    assert 0.6 < (year["invoices_12m"] / (12 * year["bank_inflow"])).median() < 0.9


def test_parts_add_up_to_the_columns_that_models_see(persons):
    months = persons[[f"bureau_inquiries_m{k}" for k in range(1, 7)]]
    quarters = persons[[f"shop_orders_q{k}" for k in range(1, 5)]]
    for parts, whole in ((months, "bureau_inquiries_6m"), (quarters, "shop_orders_12m")):
        assert (parts.min() >= 0).all()
        pd.testing.assert_series_equal(
            parts.sum(axis=1, skipna=False), persons[whole], check_names=False
        )
    filed = persons.dropna(subset="bureau_lenders")
    ratio = filed["bureau_balances_total"] / filed["bureau_limits_total"]
    assert np.allclose(ratio, filed["bureau_utilisation"], atol=1e-4)
    assert (filed["bureau_accounts"] > filed["bureau_lenders"]).all()
    assert (filed["bureau_lenders_30d"] <= filed["bureau_lenders"]).all()
    known = persons.dropna(subset="social_contacts")
    assert (known["social_contacts_late"] <= known["social_contacts"]).all()


def test_arrears_in_days_agree_with_the_counts(persons):
    filed = persons.dropna(subset="bureau_lenders")
    honest = filed[filed["typology"] == 0]
    assert (honest["bureau_90_plus_24m"] <= honest["bureau_overdue_24m"]).all()
    assert ((filed["bureau_worst_dpd_24m"] > 0) == (filed["bureau_overdue_24m"] > 0)).all()
    assert ((honest["bureau_worst_dpd_24m"] > 90) == (honest["bureau_90_plus_24m"] > 0)).all()


def test_an_older_report_misses_what_came_later(persons):
    filed = persons[(persons["typology"] == 0) & persons["bureau_lenders"].notna()]
    fresh = filed["bureau_report_age_days"] <= 5
    stale = filed["bureau_report_age_days"] >= 40
    for column, least in (("bureau_inquiries_6m", 1.2), ("bureau_lenders", 1.03)):
        assert filed[column][fresh].mean() > least * filed[column][stale].mean()
    assert filed["bureau_report_age_days"].mean() == pytest.approx(19.5, rel=0.05)


def test_the_last_month_before_a_fresh_report_is_the_busiest(persons):
    means = persons[[f"bureau_inquiries_m{k}" for k in range(1, 7)]].mean()
    assert means.iloc[0] > 1.5 * means.iloc[1] > 1.5 * means.iloc[5]


def test_court_texts_go_with_records_and_with_nothing_else(persons, businesses):
    for seen in (persons, businesses):
        assert ((seen["court_text"] != "") == (seen["court_enforcement"] == 1)).all()
        texts = seen.loc[seen["court_text"] != "", "court_text"]
        assert texts.nunique() == len(texts) > 100
        assert texts.str.fullmatch(
            r"（\d{4}）.0000执\d+号：.+纠纷一案，.+元，已履行.+元。.+。"
        ).all()


def test_court_texts_tell_one_story(persons, rental):
    first = date.fromisoformat(rental.scenario.start)
    lag = rental.scenario.coverage.court_lag_days
    for row in persons[persons["court_text"] != ""].itertuples():
        year, month, day = map(int, re.search(r"(\d+)年(\d+)月(\d+)日", row.court_text).groups())
        assert row.court_text.startswith(f"（{year}）")
        applied = first + timedelta(days=int(row.apply_day))
        assert date(year, month, day) <= applied - timedelta(days=int(lag))
        owed, paid = (
            float(amount.replace(",", ""))
            for amount in re.findall(r"(?:人民币|已履行)([\d,.]+)元", row.court_text)
        )
        assert owed >= 1_000
        assert 0 <= paid <= owed
        assert (paid == owed) == ("全部履行完毕" in row.court_text)


def test_only_poor_partners_tamper_and_with_a_share_of_their_customers(tampering):
    seen, truth = tampering
    tampered, scenario = truth.tampering(), truth.world.scenario
    quality = np.concatenate(
        [m.partners.quality[m.traits.partner] for r in truth.world.residents() for m in r.markets]
    )
    poor = quality < scenario.coverage.poor_quality
    covered = seen["shop_orders_12m"].notna().to_numpy()
    assert poor.any()
    assert not tampered[~poor].any()
    assert not tampered[~covered].any()
    # Drawn by rank of strength, so the count varies less than a binomial one does.
    assert within(tampered.sum(), (poor & covered).sum(), scenario.coverage.tampering)
    traits = truth.traits()
    strength = traits["ability"] + traits["willingness"]
    assert strength[tampered].mean() < strength[poor & ~tampered].mean() - 0.3


def test_tampering_raises_orders_and_addresses_and_marks_nobody(tampering):
    seen, truth = tampering
    tampered, inflation = truth.tampering(), truth.world.scenario.coverage.inflation
    # The same customers where nobody tampers: what the partner made of them.
    scenario = truth.world.scenario.replace(coverage__tampering=0.0)
    plain = profiles_of(made(scenario))
    ratio = seen["shop_orders_12m"] / plain["shop_orders_12m"]
    assert ratio[tampered].mean() == pytest.approx(inflation, rel=0.05)
    assert (ratio[~tampered].dropna() == 1).all()
    assert (seen["shop_addresses_12m"] >= plain["shop_addresses_12m"])[tampered].all()
    late = "shop_late_payments_12m"
    assert seen.loc[tampered, late].sum() < plain.loc[tampered, late].sum()
    honest = seen.loc[~tampered, "shop_orders_12m"].dropna()
    many = honest > seen.loc[tampered, "shop_orders_12m"].quantile(0.1)
    assert 0.01 < many.mean() < 0.5
    traits = truth.traits()["ability"]
    assert (
        abs(spearmanr(traits[tampered], seen.loc[tampered, "shop_orders_12m"])[0])
        < (spearmanr(traits[tampered], plain.loc[tampered, "shop_orders_12m"])[0])
    )


def test_orders_drift_with_the_calendar_while_nobody_is_richer(persons, rental):
    honest = persons[persons["typology"] == 0]
    year = honest["apply_day"] / 365
    known = honest["shop_orders_12m"].notna()
    slope = np.polyfit(year[known], np.log(honest["shop_orders_12m"][known]), 1)[0]
    assert slope == pytest.approx(np.log1p(rental.scenario.coverage.shop_drift), abs=0.05)
    assert abs(np.polyfit(year, np.log(honest["declared_income"]), 1)[0]) < 0.07


def test_no_column_is_a_latent_trait_and_none_gives_it_away(persons, rental):
    latent = {f.name for f in fields(Traits)} - {"tenor"}
    assert not latent & {c.name for c in schema.PROFILES.columns}
    traits = rental.truth.traits()
    numbers = persons.select_dtypes("number").drop(columns=["typology", "declared_turnover"])
    numbers = numbers.loc[:, numbers.notna().any()]
    for trait in ("ability", "willingness", "impatience"):
        assert numbers.corrwith(traits[trait], method="spearman").abs().max() < 0.9


@pytest.mark.parametrize(
    ("column", "trait", "low", "high"),
    [
        ("bank_savings", "ability", 0.5, 0.9),
        ("bank_past_worst_dpd", "willingness", -0.6, -0.15),
        ("bureau_overdue_24m", "willingness", -0.7, -0.3),
        ("bureau_worst_dpd_24m", "willingness", -0.7, -0.3),
        ("bureau_inquiries_6m", "impatience", 0.3, 0.7),
        ("insurance_months", "willingness", 0.3, 0.75),
        ("shop_orders_12m", "ability", 0.4, 0.8),
        ("shop_basket", "ability", 0.2, 0.6),
        ("social_contacts_late", "willingness", -0.7, -0.3),
        ("device_sessions_30d", "impatience", 0.15, 0.5),
    ],
)
def test_each_source_tells_something_and_none_tells_all(persons, rental, column, trait, low, high):
    known = persons[column].notna()
    assert low < spearmanr(persons[column][known], rental.truth.traits()[trait][known])[0] < high


def test_the_able_live_in_richer_regions_and_all_regions_are_lived_in(persons, rental):
    assert persons["region"].nunique() == 31
    ability = rental.truth.traits()["ability"].groupby(persons["region"]).mean()
    assert ability[["上海市", "浙江省"]].min() > 0.2 > -0.2 > ability[["甘肃省", "云南省"]].max()


def test_a_customer_has_the_same_profile_in_a_smaller_world(persons, rental):
    fewer = profiles_of(made(rental.scenario, customers=700))
    pd.testing.assert_frame_equal(fewer, persons.iloc[:700])
    second = profiles_of(made(rental.scenario, customers=BLOCK + 50))
    pd.testing.assert_frame_equal(second, persons.iloc[: BLOCK + 50])


def test_some_of_a_block_have_the_profile_that_they_have_in_all_of_it(rental):
    streams, rows = Streams(5, Block(0, 0, 2_000)), np.arange(3, 2_000, 7)
    market = rental.residents_of(streams.block).markets[0]
    args = market.scenario, market.traits, market.partners, streams
    whole, flags = draw_profile(*args)
    part, part_flags = draw_profile(
        market.scenario, market.traits.take(rows), market.partners, streams.of(rows)
    )
    assert (flags[rows] == part_flags).all()
    for name, values in part.items():
        np.testing.assert_array_equal(values, whole[name][rows])


def test_a_blended_market_has_persons_and_businesses_each_with_its_own_sources():
    blend = dg.scenarios.online_rental.blend(dg.scenarios.micro_business, 0.4)
    world = made(blend, customers=3_000)
    seen = profiles_of(world)
    business = (world.truth.traits()["market"] == "micro_business").to_numpy()
    assert ((seen["kind"] == "business") == business).all()
    assert (seen["customer_id"] == np.arange(3_000)).all()
    assert seen["registration_months"][~business].isna().all()
    assert seen["registration_months"][business].notna().mean() > 0.9


def test_counts_are_split_in_proportion_and_without_a_remainder():
    total, offset = np.full(10_000, 7.0), (np.arange(10_000) + 0.5) / 10_000
    parts = split(total, [np.full(10_000, w) for w in (1.0, 2.0, 4.5)], offset)
    assert (np.sum(parts, axis=0) == 7).all()
    assert np.mean(parts, axis=1) == pytest.approx([7 / 7.5, 14 / 7.5, 31.5 / 7.5], abs=1e-3)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("inflation", 0.5, "at least 1"),
        ("bureau_lag_days", -1.0, "0 or more"),
        ("shop_drift", -2.0, "at least -0.9"),
        ("no_insurance", 1.2, "from 0 to 1"),
        ("court_lag_days", float("nan"), "finite"),
    ],
)
def test_coverage_refuses_nonsense(name, value, says):
    with pytest.raises(InvalidInput, match=f"coverage.{name} .*{says}"):
        dg.scenarios.online_rental.replace(**{f"coverage__{name}": value})
