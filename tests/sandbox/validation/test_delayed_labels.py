"""Maturing labels, against statsmodels' survival function and Mack's published triangle."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from sandbox.errors import BadInput
from sandbox.validation.delayed_labels import validate_delayed_labels
from sandbox.validation.label_delay import corrected_rates, late_labels, rate_by_age
from sandbox.validation.maturity import chain_ladder, kaplan_meier, triangle_of
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict

POLICY = Policy.default()
#: Taylor and Ashe (1983), incremental claims of ten accident years
TAYLOR_ASHE = [
    [357848, 766940, 610542, 482940, 527326, 574398, 146342, 139950, 227229, 67948],
    [352118, 884021, 933894, 1183289, 445745, 320996, 527804, 266172, 425046],
    [290507, 1001799, 926219, 1016654, 750816, 146923, 495992, 280405],
    [310608, 1108250, 776189, 1562400, 272482, 352053, 206286],
    [443160, 693190, 991983, 769488, 504851, 470639],
    [396132, 937085, 847498, 805037, 705960],
    [440832, 847631, 1131398, 1063269],
    [359480, 1061648, 1443370],
    [376686, 986608],
    [344014],
]


def accounts(seed, n=8_000, rate=0.08, window=12, growth=2.0, wave=0.0):
    """Ages today, ages of known defaults, and what comes of every account in the window."""
    rng = np.random.default_rng(seed)
    age = np.floor(24 * rng.uniform(size=n) ** growth)
    bad = rng.uniform(size=n) < rate * (1 + wave * (age < 6))
    comes = np.where(bad, window * rng.beta(3, 2, n), np.nan)
    known = np.where(comes <= age, comes, np.nan)
    return age, known, bad


def test_kaplan_meier_equals_statsmodels_survfunc():
    age, known, _ = accounts(0, n=900)
    found = kaplan_meier(age, known)
    event = ~np.isnan(known)
    right = SurvfuncRight(np.where(event, known, age), event.astype(int))
    at = np.flatnonzero(right.n_events > 0)
    assert found["age"].tolist() == pytest.approx(right.surv_times[at].tolist())
    assert (1 - found["cumulative"]).tolist() == pytest.approx(right.surv_prob[at].tolist())
    assert found["error"].tolist() == pytest.approx(right.surv_prob_se[at].tolist())
    assert found["at_risk"].tolist() == right.n_risk[at].tolist()


def test_kaplan_meier_interval_equals_statsmodels_quantile_inversion():
    age, known, _ = accounts(1, n=900)
    found = kaplan_meier(age, known).iloc[-1]
    survival, error = 1 - found["cumulative"], found["error"]
    # log(−log S) ± z · se(S) / (S |log S|)
    half = 1.959963984540054 * error / (survival * abs(np.log(survival)))
    bounds = 1 - np.exp(-np.exp(np.log(-np.log(survival)) + np.array([-half, half])))
    assert (found["low"], found["high"]) == pytest.approx(tuple(bounds))


def test_chain_ladder_equals_mack_1993_on_taylor_and_ashe():
    triangle = np.full((10, 10), np.nan)
    for i, row in enumerate(TAYLOR_ASHE):
        triangle[i, : len(row)] = np.cumsum(row)
    found = chain_ladder(triangle)
    published = [3.491, 1.747, 1.457, 1.174, 1.104, 1.086, 1.054, 1.077, 1.018]
    assert found.factors.round(3).tolist() == published
    latest = sum(sum(row) for row in TAYLOR_ASHE)
    assert round((found.ultimate.sum() - latest) / 1000) == 18_681


def test_triangle_equals_a_loop_over_accounts():
    age, known, _ = accounts(2, n=400)
    vintage = age // 4
    counts, sizes = triangle_of(vintage, age, known, [1.0, 6.0, 12.0])
    for i, label in enumerate(np.unique(vintage)):
        of = vintage == label
        assert sizes[i] == of.sum()
        for k, step in enumerate([1.0, 6.0, 12.0]):
            if age[of].min() < step:
                assert np.isnan(counts[i, k])
            else:
                assert counts[i, k] == sum(b <= step for b in known[of])


def test_rate_by_age_equals_a_loop_and_rises_until_the_window_is_over():
    age, known, _ = accounts(3)
    table = rate_by_age(age, known, 12)
    for row in table.itertuples():
        mine = (age >= row.from_age) & (age < row.to_age)
        assert row.n == mine.sum()
        assert row.bad == sum(b <= 12 for b in known[mine])
    assert table["rate"].iloc[0] < table["rate"].iloc[6] < table["rate"].iloc[-1]


def test_counting_young_accounts_as_good_lowers_the_rate_and_corrections_mend_it():
    errors = []
    for seed in range(20):
        age, known, bad = accounts(seed)
        table = corrected_rates(age, known, 12, vintage=age, true_rate=bad.mean())
        errors.append(table.set_index("method")["bias"])
    mean = sum(errors) / 20
    assert mean["as known"] < -0.02
    # the mean of 20: three standard errors are 0.003
    for method in ("mature only", "Kaplan-Meier", "chain ladder"):
        assert abs(mean[method]) < 0.004


def test_kaplan_meier_interval_covers_the_rate_as_often_as_it_says():
    inside = 0
    for seed in range(200):
        age, known, _ = accounts(seed, n=1_500)
        row = corrected_rates(age, known, 12, true_rate=0.08).iloc[2]
        inside += bool(row["covered"])
    # 95% of 200: fewer than 178 once in a thousand
    assert inside >= 178


def test_young_accounts_of_another_risk_are_beyond_a_correction():
    age, known, bad = accounts(4, n=40_000, wave=2.0)
    found = validate_delayed_labels(age, known, 12, POLICY, true_rate=bad.mean())
    assert found[2].verdict is Verdict.FAIL
    assert found[2].statistic < 0


def test_late_labels_are_judged_and_early_ones_pass():
    age, known, bad = accounts(5)
    late = validate_delayed_labels(age, known, 12, POLICY, vintage=age, true_rate=bad.mean())
    assert late[0].statistic == pytest.approx(0.69, abs=0.06)
    assert late[1].verdict is Verdict.FAIL
    assert late[2].verdict is Verdict.PASS
    mature = np.full(len(age), 24.0)
    known = np.where(bad, 3.0, np.nan)
    early = validate_delayed_labels(mature, known, 12, POLICY)
    assert early[1].statistic == pytest.approx(0, abs=1e-12)
    assert early[1].verdict is Verdict.PASS
    assert "not known" in early[2].reason
    assert late_labels(mature, known, 12).after_half == 0.0


def test_too_few_labels_and_nonsense_are_named():
    found = validate_delayed_labels(np.full(30, 24.0), np.full(30, np.nan), 12, POLICY)
    assert {r.verdict for r in found} == {Verdict.NOT_EVALUATED}
    assert "30 accounts" in found[0].reason
    found = validate_delayed_labels(np.full(90, 24.0), np.full(90, np.nan), 12, POLICY)
    assert "0 bad labels" in found[0].reason
    young = validate_delayed_labels(np.full(90, 3.0), np.full(90, 2.0), 12, POLICY)
    assert young[0].verdict is Verdict.NOT_EVALUATED
    with pytest.raises(BadInput, match="went bad at 9"):
        late_labels([3.0], [9.0], 12)
    with pytest.raises(BadInput, match="window"):
        late_labels([3.0], [1.0], 0)
    with pytest.raises(BadInput, match="fall with age"):
        chain_ladder([[3, 2], [3, np.nan]])
    with pytest.raises(BadInput, match="gap"):
        chain_ladder([[np.nan, 2]])
    with pytest.raises(BadInput, match="No vintage"):
        chain_ladder([[0, 0], [3, np.nan]])
