"""Summaries of enforcement records (执行), composed from templates; no name in any of them.

Case numbers have the form of a real one with the court code 0000, which belongs to no court.
"""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from data_generators.customers import Traits
from data_generators.profiles.columns import Columns
from data_generators.scenarios import Scenario
from data_generators.streams import Streams

#: short names of the regions in case numbers, in the order of region indices
PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川黔云藏陕甘青宁新"
#: what persons, and what businesses are sued over, the commonest first
_PERSONAL = (
    "金融借款合同纠纷",
    "民间借贷纠纷",
    "信用卡纠纷",
    "房屋租赁合同纠纷",
    "物业服务合同纠纷",
)
_COMMERCIAL = (
    "买卖合同纠纷",
    "金融借款合同纠纷",
    "劳务合同纠纷",
    "房屋租赁合同纠纷",
    "加工合同纠纷",
)
#: how the enforcement stands, from the best to the worst
_STANDING = (
    "被执行人已全部履行完毕，本案执行结案",
    "双方当事人达成执行和解，被执行人按月分期履行",
    "案件正在执行中，被执行人已部分履行",
    "未发现被执行人有可供执行的财产，裁定终结本次执行程序",
    "被执行人有履行能力而拒不履行，已被纳入失信被执行人名单",
)
#: upper edges of all but the worst standing, standard score
_EDGES = np.array([-0.9, -0.2, 0.5, 1.5])
#: mean days between a record and the application, beyond the court's lag (assumed)
_RECORD_DAYS = 420.0
#: what is owed: of a person in months of income, of a business in months of turnover (1), median;
#: and the least that is sued over, RMB (assumed)
_INCOMES, _LEAST = 3.0, 1_000.0


def court_texts(
    scenario: Scenario,
    traits: Traits,
    seen: Columns,
    region: NDArray[np.generic],
    streams: Streams,
) -> NDArray[np.object_]:
    """One short text for each customer with a record in `seen`, "" for everyone else."""
    texts = np.full(streams.size, "", dtype=object)
    rows = np.flatnonzero(seen["court_enforcement"].astype(float) == 1)
    if not len(rows):
        return texts
    drawn = {
        name: streams.uniform(f"court_{name}")[rows] for name in ("day", "number", "cause", "share")
    }
    ago = scenario.coverage.court_lag_days - _RECORD_DAYS * np.log1p(-drawn["day"])
    day = np.floor(seen["apply_day"].astype(float)[rows] - ago)
    means = np.where(traits.business, traits.turnover, _INCOMES * traits.income)
    owed = np.maximum(means * np.exp(0.8 * streams.normal("court_amount")), _LEAST)
    poorly = -0.5 * traits.willingness + streams.normal("court_standing")
    cause = (len(_PERSONAL) * drawn["cause"] ** 1.5).astype(int)
    standing = np.searchsorted(_EDGES, poorly[rows])
    first = date.fromisoformat(scenario.start)
    for k, row in enumerate(rows):
        causes = _COMMERCIAL if traits.business[row] else _PERSONAL
        texts[row] = _text(
            PROVINCES[int(region[row])],
            first + timedelta(days=int(day[k])),
            1 + int(9_999 * drawn["number"][k]),
            causes[cause[k]],
            float(owed[row]),
            int(standing[k]),
            float(drawn["share"][k]),
        )
    return texts


def _text(
    province: str, day: date, number: int, cause: str, owed: float, standing: int, share: float
) -> str:
    # Where it is over or in instalments, some or all has been paid.
    paid = (1.0, share, 0.6 * share, 0.2 * share, 0.1 * share)[standing]
    return (
        f"（{day.year}）{province}0000执{number}号：{cause}一案，{day.year}年{day.month}月{day.day}日立案执行，"
        f"执行标的人民币{owed:,.2f}元，已履行{owed * paid:,.2f}元。{_STANDING[standing]}。"
    )
