"""Draws of the tests that look at time: out of time, back-test, vintages, profit, need."""

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from sandbox.validation.back_test import cumulative_defaults, validate_back_test
from sandbox.validation.judge import judge
from sandbox.validation.out_of_time import validate_out_of_time
from sandbox.validation.policy import Policy
from sandbox.validation.portfolio_figures import mean_interval, more_bad, rise
from sandbox.validation.quality.population import SECOND
from sandbox.validation.quality.trials import NOISE, RIGHT, UNDERSTATED, Ground, Results
from sandbox.validation.truth_fairness import validate_need_truth

#: months of a sample, how many of them are out of time, and the months an account is followed
MONTHS, OUT, WINDOW = 12, 3, 12
#: log-odds by which later cases are worse than their PDs
WORSE = 0.4
#: share of need by which a group is served worse
SHORT = 0.12


def out_of_time(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """`worse`: later cases default more; `noise`: later scores rank worse, more so every month."""
    sample = ground.home.sample(rng, n)
    period = rng.integers(0, MONTHS, n)
    later = period >= MONTHS - OUT
    age = np.clip((period - MONTHS + 2 * OUT + 1) / (2 * OUT), 0, 1)
    true, score = sample.pd_, sample.pd_
    if defect == "worse":
        true = expit(logit(true) + WORSE * age)
    elif defect == "noise":
        score = expit(logit(score) + rng.normal(0, 2 * NOISE, n) * age)
    y = (rng.random(n) < true).astype(float)
    score = np.clip(score, 1e-4, 1 - 1e-4)
    return validate_out_of_time(y, score, period, policy, out_of_time=later.astype(float))


def back_test(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Six monthly vintages followed for 12 to 7 months; `low`: PDs are too low."""
    p = ground.home.sample(rng, n).pd_
    vintage = rng.integers(0, 6, n)
    # a constant hazard over the window
    month = np.ceil(WINDOW * np.log(rng.random(n)) / np.log1p(-p))
    month = np.where(month <= WINDOW, np.maximum(month, 1), np.nan)
    followed = (WINDOW - vintage).astype(float)
    month = np.where(month <= followed, month, np.nan)
    said = {RIGHT: p, "low": p / UNDERSTATED}[defect]
    share = np.arange(1, WINDOW + 1) / WINDOW
    return validate_back_test(cumulative_defaults(vintage, followed, month, said, share), policy)


def portfolio(
    rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy
) -> Results:
    """Figures that judge a portfolio; `worse`: the latest vintages, those approved by hand and the
    riskiest tenth are worse by 0.4 log-odds than before, than others, and than break-even.
    """
    sample = ground.home.sample(rng, n)
    vintage, by_hand = rng.integers(0, MONTHS, n), rng.random(n) < 0.1
    late, riskiest = vintage >= MONTHS - OUT, sample.pd_ >= np.quantile(ground.home.pd_, 0.9)
    worse = {RIGHT: 0.0, "worse": WORSE}[defect]
    bad = [
        rng.random(n) < expit(logit(sample.pd_) + worse * where)
        for where in (late, by_hand, riskiest)
    ]
    accounts = np.bincount(vintage, minlength=MONTHS)
    found = rise(np.bincount(vintage, weights=bad[0], minlength=MONTHS), accounts)
    hand = more_bad(
        int(bad[1][by_hand].sum()),
        int(by_hand.sum()),
        int(bad[1][~by_hand].sum()),
        int((~by_hand).sum()),
    )
    # all pay the price at which the riskiest tenth breaks even; limits differ
    tenth = ground.home.pd_[ground.home.pd_ >= np.quantile(ground.home.pd_, 0.9)].mean()
    earned = np.where(bad[2][riskiest], -1.0, tenth / (1 - tenth))
    profit = earned * rng.lognormal(8.0, 0.6, int(riskiest.sum()))
    mean, _, _, p_mean = mean_interval(profit)
    figures = {
        "vintage_deterioration": (found.difference, found.p_value),
        "override_bad_rate": (float(bad[1][by_hand].mean()), hand),
        "riskiest_step": (mean, p_mean),
    }
    return tuple(
        judge(f"portfolio.{name}", figure, n=n, policy=policy, p_value=p_value)
        for name, (figure, p_value) in figures.items()
    )


def need(rng: np.random.Generator, ground: Ground, n: int, defect: str, policy: Policy) -> Results:
    """Limits against true needs in two groups; `unfair` serves the smaller one worse."""
    wanted = rng.lognormal(9.0, 0.8, n)
    second = rng.random(n) < SECOND
    served = np.clip(rng.normal(0.7, 0.3, n), 0, 1)
    if defect == "unfair":
        served = np.where(second, np.clip(served - SHORT, 0, 1), served)
    groups = pd.DataFrame({"group": np.where(second, "second", "first")})
    return validate_need_truth(served * wanted, wanted, groups, policy)
