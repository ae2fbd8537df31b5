"""The decision process learns what months bring, borrows for thin states, and keeps its bounds."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from sandbox.errors import BadInput
from sandbox.models.limit_increase import ACTIONS, LATER, STATE, LimitIncrease


def months(n, seed=0, **columns):
    """Account-months at half a limit of 10,000 that earn 1% of it, all alive and the same."""
    rng = np.random.default_rng(seed)
    now = {"mob": rng.integers(1, 12, n), "credit_limit": 1e4, "balance": 5e3, "months_late": 0,
           "conduct": 0, "grade": 0, "income": 1e4}  # fmt: skip
    then = {"target": 0.0, "profit": 100.0, "next_balance": 5e3, "next_months_late": 0,
            "next_conduct": 0}  # fmt: skip
    table = pd.DataFrame({**now, **then, **columns}, index=range(n))
    return table[list(STATE)], table[list(LATER)]


@pytest.fixture(scope="module")
def fitted():
    """Two limits: 10,000 earns 100 a month; 20,000 earns 300 in grade 0 and loses 300 in 1."""
    n = 4_000
    rng = np.random.default_rng(1)
    grade, high = rng.integers(0, 2, n), rng.random(n) < 0.5
    limit = np.where(high, 2e4, 1e4)
    columns = {
        "credit_limit": limit,
        "balance": limit / 2,
        "next_balance": limit / 2,
        "grade": grade,
        "profit": np.where(high, np.where(grade == 0, 300.0, -300.0), 100.0),
    }
    model = LimitIncrease(ladder=(1e4, 2e4), months=12, discount=0.0, utilisation_edges=(0.9,))
    return model.fit(*months(n, **columns))


def worth(model, **state):
    return dict(zip(ACTIONS, model.predict(months(1, **state)[0])[0], strict=True))


def test_a_month_of_certain_profit_is_worth_the_months_that_are_left(fitted):
    kept = worth(LimitIncrease(months=12, discount=0.0).fit(*months(500)), mob=6)
    assert kept["keep"] == pytest.approx(600)
    assert worth(fitted, mob=12)["keep"] == 0


def test_it_raises_where_more_was_earned_and_cuts_where_it_was_lost(fitted):
    good, bad = worth(fitted, mob=6, grade=0), worth(fitted, mob=6, grade=1)
    assert good["increase"] - good["keep"] == pytest.approx(6 * 200, rel=0.3)
    assert bad["increase"] < bad["keep"]
    high = {"credit_limit": 2e4, "balance": 1e4}
    assert worth(fitted, mob=6, grade=1, **high)["decrease"] == pytest.approx(600, rel=0.3)


def test_default_ends_what_is_earned():
    ends = LimitIncrease(months=12, discount=0.0).fit(*months(500, target=1.0, profit=-3_000.0))
    assert worth(ends, mob=3)["keep"] == pytest.approx(-3_000)


def test_thin_states_borrow_from_coarser_ones_and_thick_ones_do_not():
    common, rare = months(5_000), months(5, grade=1, profit=1_100.0)
    both = [pd.concat(pair, ignore_index=True) for pair in zip(common, rare, strict=True)]
    borrowed = LimitIncrease(months=12, discount=0.0, prior_rows=500).fit(*both)
    alone = LimitIncrease(months=12, discount=0.0, prior_rows=0).fit(*both)
    assert worth(borrowed, mob=11, grade=0)["keep"] == pytest.approx(100, rel=0.02)
    assert worth(borrowed, mob=11, grade=1)["keep"] == pytest.approx(100, rel=0.2)
    seen = rare[0]["mob"].max()
    assert worth(alone, mob=seen, grade=1)["keep"] >= 1_100


def test_at_the_ends_of_the_ladder_nothing_is_gained(fitted):
    top = worth(fitted, mob=6, credit_limit=2e4, balance=1e4)
    bottom = worth(fitted, mob=6)
    unused = worth(fitted, mob=6, balance=0.0)
    assert top["increase"] == top["keep"]
    assert bottom["decrease"] == bottom["keep"]
    assert unused["freeze"] == unused["keep"]


def test_it_is_an_estimator_and_its_table_can_be_read(fitted):
    assert clone(fitted).get_params() == fitted.get_params()
    table = fitted.policy_table(mob=6)
    assert set(table["action"]) <= set(ACTIONS)
    assert table["rows"].sum() == 4_000
    assert (table["gain"] >= 0).all()


def test_bad_tables_are_refused():
    features, labels = months(10)
    with pytest.raises(BadInput, match="no column grade"):
        LimitIncrease().fit(features.drop(columns="grade"), labels)
    with pytest.raises(BadInput, match="income is 0"):
        LimitIncrease().fit(features.assign(income=0.0), labels)
    with pytest.raises(BadInput, match="at least two months"):
        LimitIncrease().fit(features, labels.assign(target=np.nan))
