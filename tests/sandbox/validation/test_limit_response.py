"""PD and exposure by limit, caps and concentration, against pandas, scipy and simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import chisquare

from sandbox.errors import BadInput
from sandbox.validation.limit_caps import (
    breaches,
    concentration,
    shares_of,
    validate_limit_caps,
)
from sandbox.validation.limit_response import (
    bands_of,
    falling,
    response_rmse,
    response_table,
    validate_limit_response,
)
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict

POLICY = Policy.default()
LIMITS = np.array([2e3, 5e3, 1e4, 2e4, 5e4])


def granted(seed=0, n=20_000, slope=0.5):
    """Limits and PDs that rise by `slope` log-odds with each e-fold of the limit."""
    rng = np.random.default_rng(seed)
    limit = rng.choice(LIMITS, n)
    p = expit(rng.normal(-2.5, 0.7, n) + slope * np.log(limit / 1e4))
    return rng, limit, p


def by_id(results):
    return {r.id: r for r in results}


def test_the_table_equals_a_pandas_group_by():
    rng, limit, p = granted()
    y = rng.binomial(1, p).astype(float)
    y[:500] = np.nan
    table = response_table(limit, p, y)
    frame = pd.DataFrame({"limit": limit, "p": p, "y": y}).dropna()
    frame["gap"] = frame["p"] - frame["y"]
    group = frame.groupby("limit")
    assert table["limit"].tolist() == LIMITS.tolist()
    assert table["observed"].to_numpy() == pytest.approx(group["y"].mean().to_numpy())
    assert table["error"].to_numpy() == pytest.approx(group["gap"].mean().to_numpy())
    half = 1.959964 * group["gap"].sem().to_numpy()
    assert (table["error_high"] - table["error"]).to_numpy() == pytest.approx(half, rel=1e-6)
    weighted = np.average(group["gap"].mean() ** 2, weights=group.size())
    assert response_rmse(table) == pytest.approx(np.sqrt(weighted))


def test_many_limits_are_put_into_bands_of_near_equal_size():
    limit = np.random.default_rng(0).uniform(1e3, 1e5, 8_000)
    band = bands_of(limit)
    assert np.bincount(band).tolist() == pytest.approx([1_000] * 8, abs=2)
    assert all(limit[band == b].max() <= limit[band == b + 1].min() for b in range(7))


def test_p_value_of_two_equal_bands_is_scipys_chi_square_over_variances():
    # with one PD for all, variance n p (1 - p): chisquare over both classes is the same figure
    limit = np.repeat([1e4, 2e4], 500)
    y = np.zeros(1_000)
    y[:70], y[500:545] = 1.0, 1.0
    result = validate_limit_response(limit, np.full(1_000, 0.1), y, POLICY)[0]
    counts = [70, 430, 45, 455]
    expected = chisquare(counts, [50, 450, 50, 450], ddof=1)
    assert result.p_value == pytest.approx(expected.pvalue, rel=1e-9)


def test_size_and_power_are_those_of_a_simulation():
    found = []
    for seed in range(120):
        rng, limit, p = granted(seed, n=3_000)
        right, low = (rng.binomial(1, q).astype(float) for q in (p, np.clip(1.25 * p, 0, 1)))
        found.append([validate_limit_response(limit, p, y, POLICY)[0] for y in (right, low)])
    rejected = np.array([[r.p_value < 0.05 for r in row] for row in found]).mean(axis=0)
    said = np.mean([row[0].power for row in found])
    assert rejected[0] < 0.125
    assert rejected[1] == pytest.approx(said, abs=0.13)


def test_a_model_that_ignores_the_limit_fails_and_one_that_knows_it_passes():
    rng, limit, p = granted(slope=1.0)
    y = rng.binomial(1, p).astype(float)
    flat = np.full(len(p), y.mean())
    assert validate_limit_response(limit, p, y, POLICY)[0].verdict is Verdict.PASS
    assert validate_limit_response(limit, flat, y, POLICY)[0].verdict is Verdict.FAIL


def test_a_limit_of_which_few_defaults_are_expected_is_shown_and_not_judged():
    rng, limit, p = granted()
    p = np.where(limit == LIMITS[0], p / 1_000, p)
    y = rng.binomial(1, p).astype(float)
    found = validate_limit_response(limit, p, y, POLICY)[0]
    assert found.reason.startswith("over 4 limits")
    assert len(found.table) == 5


def test_exposures_that_do_not_answer_are_found():
    rng, limit, p = granted()
    owed = 0.4 * limit * rng.uniform(0.5, 1.5, len(limit))
    y = rng.binomial(1, p).astype(float)
    right, flat = 0.4 * limit, np.full(len(limit), owed.mean())
    verdicts = [
        validate_limit_response(limit, p, y, POLICY, ead=e, observed_ead=owed)[1].verdict
        for e in (right, flat)
    ]
    assert verdicts == [Verdict.PASS, Verdict.FAIL]


def test_falls_along_the_limits_equal_a_loop():
    table = np.random.default_rng(2).normal(np.arange(5) * 0.8, 1, (400, 5))
    by_hand = [max(row[k] - row[k + 1] for k in range(4)) for row in table]
    assert falling(table) == pytest.approx((np.mean(np.array(by_hand) > 0), max(by_hand)))
    assert falling([[0.2, 0.2, 0.2]]) == (0.0, 0.0)
    with pytest.raises(BadInput, match="2 limits at least"):
        falling([[0.1]])


def test_a_pd_that_falls_with_the_limit_is_found():
    _, limit, p = granted(n=1_000)
    rising = np.sort(np.random.default_rng(0).random((1_000, 5)), axis=1)
    verdicts = [
        by_id(validate_limit_response(limit, p, np.full(1_000, np.nan), POLICY, pd_by_limit=t))[
            "limits.monotone_pd"
        ].verdict
        for t in (rising, rising[:, ::-1])
    ]
    assert verdicts == [Verdict.PASS, Verdict.FAIL]


def test_what_cannot_be_judged_says_why():
    _, limit, p = granted(n=1_000)
    found = by_id(validate_limit_response(limit, p, np.full(1_000, np.nan), POLICY))
    assert {r.verdict for r in found.values()} == {Verdict.NOT_EVALUATED}
    assert found["limits.pd_response"].reason == "0 observed accounts"
    assert found["limits.monotone_ead"].reason == "the model gives no exposure by limit"
    same = validate_limit_response(np.full(1_000, 1e4), p, np.zeros(1_000), POLICY)[0]
    assert "fewer than two limits" in same.reason


def test_hhi_of_the_published_example_of_four_firms():
    # US Department of Justice, Herfindahl–Hirschman index: firms of 30, 30, 20 and 20% have 2,600
    found = concentration([30.0, 30.0, 20.0, 20.0], list("abcd"))
    assert found.hhi == pytest.approx(0.26)
    assert found.effective == pytest.approx(1 / 0.26)


def test_concentration_adds_up_the_rows_of_a_group():
    amount, group = np.array([10.0, 20.0, 30.0, 40.0]), np.array(["a", "b", "a", None], object)
    found = concentration(amount, group)
    assert (found.hhi, found.largest, found.groups) == (
        pytest.approx((40**2 + 20**2) / 3600),
        "a",
        2,
    )
    assert shares_of(amount, group)["share"].tolist() == pytest.approx([2 / 3, 1 / 3])
    with pytest.raises(BadInput, match="Nothing lies in any group"):
        concentration([0.0], ["a"])


def test_a_breach_is_found_and_named_and_limits_at_the_cap_are_none():
    limit = np.r_[np.full(999, 1e4), 2.1e5]
    law = {"cap": np.full(1_000, 2e5), "other": np.full(1_000, np.inf)}
    found = by_id(validate_limit_caps(limit, POLICY, law=law, house={"dti": np.full(1_000, 1e6)}))
    worst = found["limits.regulatory_caps"]
    assert (worst.verdict, worst.statistic) == (Verdict.FAIL, 0.001)
    assert worst.reason == "most often cap: 1 of 1,000 limits, by up to 10,000 RMB"
    assert found["limits.house_caps"].verdict is Verdict.PASS
    assert breaches([2e5], {"cap": [2e5]})["breaches"].tolist() == [0]
    assert found["limits.concentration_region"].reason == "regions are not known"


def test_declined_rows_breach_nothing_and_nobody_approved_is_not_evaluated():
    assert breaches([0.0, 5.0], {"cap": [-1.0, np.nan]})["breaches"].tolist() == [0]
    found = validate_limit_caps(np.zeros(80), POLICY, law={"cap": np.zeros(80)})
    assert {r.reason for r in found} == {"none of 80 cases is granted a limit"}


def test_a_book_with_one_partner_fails_and_a_spread_one_passes():
    limit = np.full(1_000, 1e4)
    one, many = np.repeat(["a", "b"], [900, 100]), np.arange(1_000) % 20
    verdicts = [
        by_id(validate_limit_caps(limit, POLICY, partner=p))["limits.concentration_partner"].verdict
        for p in (one, many)
    ]
    assert verdicts == [Verdict.FAIL, Verdict.PASS]
