"""People of mainland China: names with their pinyin, cities with their codes and postcodes.

Names, addresses and companies are made up from common parts; namesakes exist. The numbers are in
`china_numbers`.
"""

from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pyarrow as pa

from data_generators.identity import china
from data_generators.identity.china_numbers import business_id, is_company, national_id, phone
from data_generators.identity.pinyin import is_readable, pinyin
from data_generators.identity.pools import Locale, People, Pool, joined, seeded

#: draws from Faker for each pool of names; most of the rarest drop out
_DRAWS = 3_000
#: characters that Faker lists as given names but that make odd pairs
_NOT_PAIRED = set("想利欢玉")
#: share of the pool's given names that Faker lists; the rest are pairs of its characters
_LISTED = 0.5
#: residents of a province's first city against each of the others (assumed)
_CAPITAL_WEIGHT = 4

_ROADS = (
    "人民 中山 解放 建设 和平 文化 新华 胜利 光明 育才 "
    "长江 黄河 站前 友谊 健康 迎宾 花园 朝阳 团结 振兴"
)
_ROAD_ENDS = ("路", "街", "东路", "西路", "南路", "北路", "大道", "中路")
_TRADES = "科技 网络 信息 传媒 商贸 物流 建材 食品 服饰 机械 医药 电子 餐饮管理 物业服务 教育咨询"
_SHOPS = (
    "餐饮店 百货商行 便利店 五金店 服装店 汽车维修部 果蔬店 美容店 建材经营部 水产店 文具店 小吃店"
)
#: names among Faker's companies that are well known; never an employer here
_REAL_BRANDS = {"七喜", "四通", "太极", "彩虹", "联软", "凌云", "国讯", "快讯", "时刻", "趋势"}


def locale() -> Locale:
    """The pools of China and its ways of writing."""
    fake = seeded("zh_CN")
    family = Pool.of([n for n in (fake.last_name() for _ in range(_DRAWS)) if is_readable(n)])
    given = Pool.of(
        list(_given([fake.first_name_female() for _ in range(_DRAWS)])),
        # Faker has 红霞, a woman's name, among the men's.
        list(_given([n for n in (fake.first_name_male() for _ in range(_DRAWS)) if n != "红霞"])),
    )
    city = Pool.of(*(_residents_cities(region) for region in range(len(china.REGIONS))))
    details = {
        f"{name}市": rest for r in range(len(china.REGIONS)) for name, *rest in china.cities(r)
    }
    codes = np.array([f"{details[c][0]}00" for c in city.texts.to_pylist()], dtype="S6")
    residents = np.array([float(r[1]) for r in china.REGIONS])
    brands = _brands([fake.company_prefix() for _ in range(_DRAWS)])
    business = Pool.of(
        [f"{brand}{shop}" for brand in brands for shop in _SHOPS.split()],
        [f"{brand}{trade}有限公司" for brand in brands for trade in _TRADES.split()],
    )

    def business_name(people: People) -> pa.StringArray:
        kind = is_company(people).astype(np.int64)
        name = business.pick(people.uniform("business"), kind)
        return joined((city.texts, people.city), (business.texts, name))

    return Locale(
        regions=tuple(name for name, _, _ in china.REGIONS),
        shares=residents / residents.sum(),
        family=family,
        given=given,
        family_mail=family.each(pinyin),
        given_mail=given.each(pinyin),
        city=city,
        postcodes=city.each(lambda c: details[c][1]),
        street=Pool.of([f"{road}{end}" for road in _ROADS.split() for end in _ROAD_ENDS]),
        house=Pool.of(list(_houses())),
        employer=Pool.of(*(_employers(name, brands) for name in city.texts.to_pylist())),
        general_first=True,
        national_id=lambda people: national_id(codes, people),
        phone=phone,
        business_name=business_name,
        business_id=lambda people: business_id(codes, people),
    )


def _given(drawn: list[str]) -> Iterator[str]:
    """Faker's given names, then pairs of their characters: most given names have two."""
    listed = [name for name in drawn if is_readable(name)]
    yield from listed
    characters = sorted({n for n in listed if len(n) == 1} - _NOT_PAIRED)
    pairs = ["".join(pair) for pair in permutations(characters, 2)]
    for _ in range(max(1, round(len(listed) * (1 / _LISTED - 1) / len(pairs)))):
        yield from pairs


def _residents_cities(region: int) -> list[str]:
    """The cities of a region, the first as often as it has more residents."""
    names = [f"{name}市" for name, _, _ in china.cities(region)]
    return names[:1] * _CAPITAL_WEIGHT + names[1:]


def _brands(drawn: list[str]) -> list[str]:
    """Brands of two characters, without trade and place, and without well-known ones."""
    short = {brand for brand in drawn if len(brand) == 2 and brand.isalpha()}
    return sorted(short - _REAL_BRANDS)


def _employers(city: str, brands: list[str]) -> list[str]:
    """Companies of one city; a brand is in a fifth of the trades, elsewhere in others."""
    name = city.removesuffix("市")
    shift = sum(map(ord, name))
    return [
        f"{name}{brand}{trade}有限公司"
        for i, brand in enumerate(brands)
        for trade in _TRADES.split()[(i + shift) % 5 :: 5]
    ]


def _houses() -> Iterator[str]:
    """House numbers with building, entrance and flat, eight of them a number."""
    for number in range(1, 400):
        for flat in range(8):
            draw = number * 2_654_435_761 + flat * 40_503_077
            building, entrance = draw // 7 % 18 + 1, draw // 131 % 4 + 1
            floor, door = draw // 1_031 % 18 + 1, draw // 65_537 % 4 + 1
            yield f"{number}号{building}栋{entrance}单元{floor}{door:02d}室"
