"""Parameters that a table tells directly: the limit's scale, persons, rounding, minimum dues."""

import numpy as np
from scipy.special import ndtri

from data_generators.calibration.card_accounts import simulate
from data_generators.calibration.card_parameters import LIMIT_PROBABILITIES, CardBook
from data_generators.calibration.panel import Ints, Panel
from data_generators.streams import Floats

#: most limits that may be popular
MOST_POPULAR = 6


def first_guess(real: Panel) -> CardBook:
    """A book with everything that has a closed form, defaults elsewhere."""
    return CardBook().with_values(measured(real))


def measured(real: Panel) -> dict[str, object]:
    """Parameters that have a closed form, named "part.field"."""
    return _of_limits(real.limit) | _of_payments(real) | _of_people(real)


def with_limit_matched(book: CardBook, real: Panel, accounts: int, seed: int) -> CardBook:
    """Move the shares of popular limits until the simulated limits have the table's."""
    for _ in range(2):
        limit = simulate(book, accounts, seed, 3).limit
        popular = np.array(book.limit.popular)
        off = np.array([(real.limit == p).mean() - (limit == p).mean() for p in popular])
        near = np.array([max((np.abs(limit / p - 1) < 0.2).mean(), 0.02) for p in popular])
        share = np.clip(np.array(book.limit.popular_share) + off / near, 0.0, 0.95)
        book = book.with_values({"limit.popular_share": tuple(share.tolist())})
    return book


def _of_limits(limit: Floats) -> dict[str, object]:
    step = 10.0 ** np.floor(np.log10(np.quantile(limit, 0.05)))
    while (limit % step != 0).mean() > 0.02 and step > 1:
        step /= 10.0
    values, counts = np.unique(limit, return_counts=True)
    share = counts / limit.size
    # the usual share of a limit among its neighbours two steps to each side
    steps = [np.abs(values - v) <= 2.5 * step for v in values]
    around = np.array([share[near].sum() / 5 for near in steps])
    heaped = np.argsort(-(share - around))[:MOST_POPULAR]
    popular = np.sort(values[heaped])
    # the very largest limit belongs to one account, so the scale ends at the 999th of a thousand
    at = np.minimum(LIMIT_PROBABILITIES, 0.999)
    ordered = np.sort(limit)
    # a heap stands for the limits around it that were rounded to it
    first = np.searchsorted(ordered, ordered, side="left")
    last = np.searchsorted(ordered, ordered, side="right")
    spread = (np.arange(limit.size) - first + 0.5) / (last - first) - 0.5
    log_quantiles = np.log(np.quantile(ordered + step * spread, at))
    # strictly rising, so that a heap on a quantile does not make a flat piece
    log_quantiles = np.maximum.accumulate(log_quantiles + 1e-6 * np.arange(len(log_quantiles)))
    return {
        "limit.step": float(step),
        "limit.log_quantiles": tuple(log_quantiles.tolist()),
        "limit.popular": tuple(popular.tolist()),
        "limit.popular_share": (0.3,) * len(popular),
    }


def _of_payments(real: Panel) -> dict[str, object]:
    bill, paid, status = real.bill[:-1], real.payment[1:], real.status[:-1]
    floor, floor_share = _floor(real)
    revolving = (status == 0) & (paid > 1_000) & (paid < bill)
    amount = paid[revolving]
    thousand = (amount % 1_000 == 0).mean()
    half = (amount % 500 == 0).mean() - thousand
    hundred = (amount % 100 == 0).mean() - thousand - half
    in_full = (status == -1) & (bill > 0) & (paid >= bill)
    return {
        "payments.minimum_floor": floor,
        "payments.floor_share": floor_share,
        "payments.round_thousand": float(thousand),
        "payments.round_five_hundred": float(half),
        "payments.round_hundred": float(hundred),
        "payments.exact": float((paid == bill)[in_full].mean()),
    }


def _floor(real: Panel) -> tuple[float, tuple[float, ...]]:
    """Least minimum due, and the share of accounts it holds for by statement."""
    bill, paid, status = real.bill[:-1], real.payment[1:], real.status[:-1]
    scale = float(np.quantile(real.limit, 0.5))
    small = (status == 0) & (bill > 0.01 * scale) & (bill < 0.09 * scale)
    if min(flags.sum() for flags in small) < 50:
        return 1.0, (1.0,) * (len(bill) + 2)
    floor = max(float(np.quantile(paid[-1][small[-1]], 0.07)), 1.0)
    kept = np.array([(p[at] >= floor).mean() for p, at in zip(paid, small, strict=True)])
    span = kept.max() - kept.min()
    share = np.clip((kept - kept.min()) / span, 0, 1) if span > 0.2 else np.ones(len(kept))
    shares = [float(s) for s in share]
    return floor, (shares[0], *shares, shares[-1])


def _of_people(real: Panel) -> dict[str, object]:
    found: dict[str, object] = {}
    rank = ndtri((np.argsort(np.argsort(real.limit)) + 0.5) / real.limit.size)
    people = real.people
    older: Floats = np.zeros(real.limit.size)
    if "age" in people:
        age = people["age"].astype(float)
        found["people.age_quantiles"] = tuple(
            np.quantile(age, np.minimum(LIMIT_PROBABILITIES, 0.999)).tolist()
        )
        older = ndtri((np.argsort(np.argsort(age)) + 0.5) / age.size)
        found["people.age_ability"] = float(
            np.clip(1.6 * np.corrcoef(older, rank)[0, 1], -0.6, 0.6)
        )
    if "sex" in people:
        found["people.sex_first"] = float((people["sex"] == people["sex"].min()).mean())
    if "education" in people:
        found |= _of_education(people["education"], rank, older)
    if "marriage" in people:
        married = (people["marriage"] == 1).mean()
        rare = float((people["marriage"] == 3).mean())
        slope = np.corrcoef(people["marriage"] == 1, older)[0, 1] * 1.25
        slope = float(np.clip(slope / np.sqrt(max(1 - slope**2, 0.1)), -2, 2))
        centre = float(ndtri(married / (1 - rare)) * np.sqrt(1 + slope**2))
        found |= {
            "people.marriage_other": rare,
            "people.marriage_age": slope,
            "people.marriage_intercept": centre,
        }
    return found


def _of_education(codes: Ints, rank: Floats, older: Floats) -> dict[str, object]:
    order, counts = np.unique(codes[codes > 0], return_counts=True)
    return {
        "people.education_codes": tuple(int(c) for c in order),
        "people.education_shares": tuple((counts / counts.sum()).tolist()),
        "people.education_ability": float(
            np.clip(-1.8 * np.corrcoef(codes, rank)[0, 1], -0.6, 0.6)
        ),
        "people.education_age": float(np.clip(1.1 * np.corrcoef(codes, older)[0, 1], -0.6, 0.6)),
    }
