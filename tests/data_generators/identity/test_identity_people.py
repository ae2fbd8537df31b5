"""A person's data agree with one another, and with no one's who lives."""

from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_generators import InvalidInput
from data_generators.identity import (
    IDENTITIES,
    LOCALES,
    REGIONS,
    china,
    draw_identities,
    en_us,
    region_names,
    region_shares,
)
from data_generators.identity.births import OLDEST, birth_days
from data_generators.identity.locales import pools_of
from data_generators.identity.pinyin import pinyin
from data_generators.streams import BLOCK, Block, Streams

ON = "2024-02-29"
both = pytest.mark.parametrize("locale", LOCALES)


def some(size, seed=5):
    """Age, region and whether a business, of `size` customers."""
    uniform = np.random.default_rng(seed).random((3, size))
    return 18 + 60 * uniform[0], (uniform[1] * REGIONS).astype(int), uniform[2] < 0.2


@cache
def drawn(locale: str, blocks: int = 4) -> pd.DataFrame:
    tables = [
        draw_identities(
            Streams(11, Block(i, i * BLOCK, (i + 1) * BLOCK)), *some(BLOCK, i), ON, locale
        ).to_pandas()
        for i in range(blocks)
    ]
    return pd.concat(tables, ignore_index=True)


def completed_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@both
def test_the_table_is_the_one_of_the_schema(locale):
    table = draw_identities(Streams(1, Block(0, 0, 50)), *some(50), ON, locale)
    IDENTITIES.check(table.to_pandas())
    assert table.schema.metadata[b"faker_version"]


@given(
    st.lists(st.floats(0, OLDEST, exclude_max=True), min_size=1, max_size=50),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
)
def test_birth_dates_give_the_age_asked_for(ages, on):
    born = birth_days(np.array(ages), on.isoformat()).astype("M8[D]").astype(object)
    assert [completed_years(b, on) for b in born] == [int(age) for age in ages]


@pytest.mark.parametrize("on", [date(2024, 2, 29), date(2023, 2, 28), date(2024, 3, 1)])
def test_birth_dates_give_the_age_around_a_leap_day(on):
    ages = np.concatenate([np.arange(OLDEST), np.arange(1, OLDEST) - 1e-9])
    born = birth_days(ages, on.isoformat()).astype("M8[D]").astype(object)
    assert [completed_years(b, on) for b in born] == [int(age) for age in ages]


@given(st.lists(st.floats(0, OLDEST - 0.01), min_size=2, max_size=50))
def test_who_is_older_was_born_no_later(ages):
    born = birth_days(np.sort(ages), ON)
    assert (np.diff(born) <= 0).all()


def test_chinese_ids_tell_birth_date_sex_and_city():
    table = drawn("zh_CN")
    ids = table["national_id"]
    assert (ids.str[6:14] == table["birth_date"].dt.strftime("%Y%m%d")).all()
    assert ((ids.str[16].astype(int) % 2 == 1) == (table["sex"] == "male")).all()
    assert (ids.str[14:17] != "000").all()
    known = {
        (china.REGIONS[r][0], f"{city}市"): (f"{code}00", post)
        for r in range(REGIONS)
        for city, code, post in china.cities(r)
    }
    places = zip(table["region"], table["city"], strict=True)
    codes, posts = zip(*(known[place] for place in places), strict=True)
    assert list(ids.str[:6]) == list(codes)
    assert list(table["postcode"]) == list(posts)


def test_american_phones_and_postcodes_are_of_the_state():
    from faker.providers.address.en_US import Provider

    table = drawn("en_US", 1)
    states = {name: (letters, codes.split()) for name, letters, _, codes in en_us.REGIONS}
    for state, rows in table.groupby("region", observed=True):
        letters, codes = states[state]
        assert set(rows["phone"].str[:3]) == set(codes)
        first, last = Provider.states_postcode[letters]
        assert rows["postcode"].astype(int).between(first, last).all()
    assert (table.groupby("city", observed=True)["region"].nunique() == 1).all()
    assert (table.groupby("city", observed=True)["postcode"].nunique() == 1).all()


def test_names_read_in_their_countrys_order_and_stand_in_the_address():
    chinese, american = drawn("zh_CN", 1).astype(str), drawn("en_US", 1).astype(str)
    assert (chinese["full_name"] == chinese["family_name"] + chinese["given_name"]).all()
    assert (american["full_name"] == american["given_name"] + " " + american["family_name"]).all()
    for table, first, second in (
        (chinese, chinese["family_name"].map(pinyin), chinese["given_name"].map(pinyin)),
        (american, american["given_name"].str.lower(), american["family_name"].str.lower()),
    ):
        spelt = table["email"].str.extract(r"^([a-z._]+)\d{4}@")[0]
        assert (spelt.str.replace("[._]", "", regex=True) == first + second).all()


@both
def test_given_names_go_with_the_sex(locale):
    table = drawn(locale)
    by_name = table.groupby("given_name", observed=True)["sex"].nunique()
    assert (by_name == 1).mean() > 0.8
    assert 0.48 < (table["sex"] == "male").mean() < 0.52


@both
def test_people_and_businesses_live_in_the_region_asked_for(locale):
    age, region, business = some(BLOCK)
    table = draw_identities(Streams(3, Block(0, 0, BLOCK)), age, region, business, ON, locale)
    frame = table.to_pandas()
    assert list(frame["region"]) == [region_names(locale)[r] for r in region]
    assert (frame["business_name"].notna() == business).all()
    assert (frame["business_id"].notna() == business).all()
    assert (frame["employer"].isna() == business).all()


def test_chinese_employers_and_businesses_are_in_the_city_of_their_people():
    table = drawn("zh_CN", 1).astype({"city": str})
    employed = table.dropna(subset="employer")
    pairs = zip(employed["employer"], employed["city"].str.removesuffix("市"), strict=True)
    assert all(employer.startswith(city) for employer, city in pairs)
    owned = table.dropna(subset="business_name")
    pairs = zip(owned["business_name"], owned["city"], strict=True)
    assert all(name.startswith(city) for name, city in pairs)


def test_american_businesses_bear_their_owners_name():
    owned = drawn("en_US", 1).dropna(subset="business_name")
    pairs = zip(owned["business_name"], owned["family_name"], strict=True)
    assert all(name.startswith(family) for name, family in pairs)


@both
def test_numbers_that_identify_hardly_ever_repeat(locale):
    table = drawn(locale)
    assert table["bank_card"].is_unique
    assert table["business_id"].dropna().is_unique
    assert table["national_id"].duplicated().sum() < 20
    assert table["email"].duplicated().sum() < 20
    if locale == "zh_CN":
        assert table["phone"].is_unique


@both
def test_many_names_and_some_namesakes(locale):
    names = drawn(locale)["full_name"]
    assert names.nunique() > 20_000
    assert names.value_counts().iloc[0] < 400


@both
@given(
    seed=st.integers(0, 2**128 - 1),
    index=st.integers(0, 600),
    few=st.integers(1, 60),
    more=st.integers(0, 60),
)
@settings(max_examples=25)
def test_a_customer_is_the_same_in_a_smaller_block(locale, seed, index, few, more):
    age, region, business = some(few + more)
    start = index * BLOCK
    large = draw_identities(
        Streams(seed, Block(index, start, start + few + more)), age, region, business, ON, locale
    )
    small = draw_identities(
        Streams(seed, Block(index, start, start + few)),
        age[:few],
        region[:few],
        business[:few],
        ON,
        locale,
    )
    assert small.equals(large.slice(0, few))


def test_nothing_of_a_customer_hangs_on_the_neighbours():
    age, region, business = some(200)
    streams = Streams(9, Block(0, 0, 200))
    rows = np.arange(0, 200, 7)
    alone = draw_identities(streams.of(rows), age[rows], region[rows], business[rows], ON)
    together = draw_identities(streams, age, region, business, ON)
    assert alone.equals(together.take(rows))


@both
def test_pools_are_the_same_however_often_they_are_built(locale):
    first = pools_of(locale)
    again = pools_of.__wrapped__(locale)
    for name in ("family", "given", "city", "street", "house", "employer"):
        assert getattr(first, name).texts.equals(getattr(again, name).texts)
        assert (getattr(first, name).slots == getattr(again, name).slots).all()


@both
def test_regions_are_named_and_weighted(locale):
    assert len(set(region_names(locale))) == REGIONS
    assert region_shares(locale).sum() == pytest.approx(1)
    assert (region_shares(locale) > 0).all()


def test_a_block_without_businesses_and_one_without_anybody():
    age, region, _ = some(5)
    no = np.zeros(5, dtype=bool)
    table = draw_identities(Streams(1, Block(0, 0, 5)), age, region, no, ON)
    assert table["business_id"].null_count == 5
    nobody = draw_identities(Streams(1, Block(0, 0, 0)), age[:0], region[:0], no[:0], ON)
    assert nobody.num_rows == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"locale": "de_DE"}, "'de_DE'.*zh_CN, en_US"),
        ({"on": "2024-13-01"}, "2024-13-01.*YYYY-MM-DD"),
        ({"on": "1812-01-01"}, "1812-01-01.*2000.*2099"),
        ({"age": np.array([30.0, np.nan])}, "age nan.*120"),
        ({"age": np.array([30.0, -1.0])}, "age -1.0"),
        ({"age": np.array([30.0])}, "age has shape.*2 customers"),
        ({"region": np.array([0, 31])}, "region 31.*0 to 30"),
        ({"region": np.array([0.0, 1.0])}, "region is float64"),
        ({"business": np.array([0, 1])}, "business is int64"),
    ],
)
def test_what_cannot_be_is_named(wrong, words):
    right = {
        "age": np.array([30.0, 40.0]),
        "region": np.array([0, 1]),
        "business": np.array([True, False]),
        "on": ON,
    }
    with pytest.raises(InvalidInput, match=words):
        draw_identities(Streams(1, Block(0, 0, 2)), **(right | wrong))
