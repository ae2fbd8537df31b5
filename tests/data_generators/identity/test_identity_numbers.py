"""Numbers hold by their standards' own rules, worked out here one at a time, and are nobody's."""

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_generators.identity import REGIONS, china, draw_identities
from data_generators.identity.digits import scatter
from data_generators.streams import BLOCK, Block, Streams

CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def citizen(number: str) -> str:
    """GB 11643-1999, 18th character: the sum of a_i * W_i is 1 modulo 11 (ISO 7064 MOD 11-2)."""
    total = sum(int(a) * (2 ** (18 - i) % 11) for i, a in enumerate(number[:17], start=1))
    return next(c for c in "0123456789X" if (total + "0123456789X".index(c)) % 11 == 1)


def organisation(code: str) -> str:
    """GB 11714, 9th character: C9 = 11 - MOD(sum of C_i * W_i, 11), where 10 is X and 11 is 0."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(ALPHANUMERIC.index(c) * w for c, w in zip(code[:8], weights, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def credit(code: str) -> str:
    """GB 32100-2015, 18th character: C18 = 31 - MOD(sum of C_i * 3^(i-1), 31), where 31 is 0."""
    total = sum(CREDIT.index(c) * (3 ** (i - 1) % 31) for i, c in enumerate(code[:17], start=1))
    return CREDIT[(31 - total % 31) % 31]


def is_luhn(number: str) -> bool:
    """ISO/IEC 7812-1: double every second digit from the right; the digits' sum ends in 0."""
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(number))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


@cache
def drawn(locale: str) -> pd.DataFrame:
    """One block, of which every third customer is a business."""
    uniform = np.random.default_rng(5).random((2, BLOCK))
    return draw_identities(
        Streams(11, Block(3, 3 * BLOCK, 4 * BLOCK)),
        age=18 + 60 * uniform[0],
        region=(uniform[1] * REGIONS).astype(int),
        business=np.arange(BLOCK) % 3 == 0,
        on="2024-02-29",
        locale=locale,
    ).to_pandas()


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_published_ids_hold_by_the_rule_used_here(number):
    assert citizen(number) == number[-1]


def test_other_published_numbers_hold_by_the_rules_used_here():
    assert organisation("D2143569X") == "X"
    assert credit("91350100M000100Y43") == "3"
    assert is_luhn("4111111111111111")
    assert is_luhn("79927398713")
    assert not is_luhn("4111111111111112")


def test_chinese_ids_hold_by_their_check_character():
    ids = drawn("zh_CN")["national_id"]
    assert (ids.str.len() == 18).all()
    assert [citizen(number) for number in ids] == list(ids.str[17])
    assert set(ids.str[17]) == set("0123456789X")


def test_chinese_ids_carry_a_known_code_at_which_nobody_is_registered():
    from faker.providers.ssn.zh_CN import Provider

    codes = set(drawn("zh_CN")["national_id"].str[:6])
    assert codes <= set(Provider.area_codes)
    assert all(code.endswith("00") for code in codes)
    assert not codes & {"441900", "442000", "460200", "460400", "620200"}


def test_every_city_of_china_has_its_own_code():
    codes = [code for r in range(REGIONS) for _, code, _ in china.cities(r) if code != "4690"]
    assert len(codes) == len(set(codes))
    for region in range(REGIONS):
        assert len({code[:2] for _, code, _ in china.cities(region)}) == 1


def test_chinese_businesses_hold_by_both_their_check_characters():
    table = drawn("zh_CN")
    numbers = table["business_id"].dropna()
    assert [credit(number) for number in numbers] == list(numbers.str[17])
    assert [organisation(number[8:17]) for number in numbers] == list(numbers.str[16])
    assert (numbers.str[8] == "Y").all()
    assert (numbers.str[2:8] == table.loc[numbers.index, "national_id"].str[:6]).all()


def test_a_company_is_registered_as_one_and_a_shop_as_a_sole_trader():
    businesses = drawn("zh_CN").dropna(subset="business_id")
    is_company = businesses["business_name"].str.endswith("有限公司")
    assert (businesses["business_id"].str[:2] == np.where(is_company, "91", "92")).all()
    assert 0.2 < is_company.mean() < 0.4


def test_chinese_phones_begin_with_a_prefix_of_no_operator():
    assert drawn("zh_CN")["phone"].str.fullmatch(r"154\d{8}").all()


@pytest.mark.parametrize("locale", ["zh_CN", "en_US"])
def test_cards_hold_by_luhn_and_belong_to_no_network(locale):
    cards = drawn(locale)["bank_card"]
    assert cards.str.fullmatch(r"099999\d{10}").all()
    assert all(map(is_luhn, cards))


def test_american_numbers_lie_where_none_is_issued():
    table = drawn("en_US")
    assert table["national_id"].str.fullmatch(r"\d{3}-00-\d{4}").all()
    assert not table["national_id"].str.endswith("0000").any()
    assert table["phone"].str.fullmatch(r"\d{3}-555-01\d\d").all()
    prefixes = set(table["business_id"].dropna().str[:2])
    assert prefixes == {"07", "08", "09", "17", "18", "19", "28", "29"}


@pytest.mark.parametrize("locale", ["zh_CN", "en_US"])
def test_no_mail_can_reach_anybody(locale):
    domains = drawn(locale)["email"].str.split("@").str[1]
    assert set(domains) == {"example.com", "example.net", "example.org"}
    assert all(re.fullmatch(r"[a-z]+[._]?[a-z]+\d{4}@.*", mail) for mail in drawn(locale)["email"])


@given(
    st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**128 - 1), st.integers(0, 10_000_000)
)
def test_scattered_numbers_never_repeat_before_all_are_used(high, low, seed, first):
    a, b = scatter(first + np.arange(high * low), seed, "x", high, low)
    assert (a >= 0).all()
    assert (a < high).all()
    assert sorted(a * low + b) == list(range(high * low))


def test_scattered_numbers_spread_evenly():
    high, low = scatter(np.arange(100_000), 7, "phone", 10_000, 10_000)
    for part in (high, low):
        counts = np.bincount(part // 100, minlength=100)
        # 1,000 each; the chance of one outside 5 standard deviations is under 1 in 10,000
        assert abs(counts - 1_000).max() < 5 * np.sqrt(1_000)
