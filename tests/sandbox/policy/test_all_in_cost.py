"""The all-in cost is the rate at which payments are worth what was received."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from sandbox.errors import BadInput
from sandbox.policy.all_in_cost import Fees, all_in_cost, apr_irr, highest_rate, payments

KINDS = ("annuity", "equal_principal", "bullet")
rates = st.floats(0, 0.6)
tenors = st.integers(1, 48)
kinds = st.sampled_from(KINDS)
fees = st.builds(Fees, upfront=st.floats(0, 0.2), monthly=st.floats(0, 0.01))


@given(rates, tenors, kinds)
def test_without_fees_the_all_in_cost_is_the_rate(rate, tenor, kind):
    assert float(all_in_cost(rate, tenor, kind, Fees())) == pytest.approx(rate, abs=1e-9)


@given(st.floats(1, 1e6), st.lists(st.floats(0.01, 1e5), min_size=1, max_size=60))
def test_it_agrees_with_a_root_finder(received, flows):
    months = np.arange(1, len(flows) + 1)

    def worth(x):
        return np.logaddexp.reduce(np.log(flows) - x * months) - np.log(received)

    x = brentq(worth, -60, 60, xtol=1e-14)
    assert float(np.log1p(apr_irr(received, flows) / 12)) == pytest.approx(x, abs=1e-7)


def test_many_loans_are_solved_as_each_alone():
    draw = np.random.default_rng(0)
    flows, received = draw.uniform(50, 150, (500, 12)), draw.uniform(700, 1_300, 500)
    together = apr_irr(received, flows)
    alone = [float(apr_irr(r, f)) for r, f in zip(received, flows, strict=True)]
    assert np.allclose(together, alone, rtol=0, atol=1e-12)


@given(rates, tenors, kinds, fees)
def test_fees_never_make_a_loan_cheaper(rate, tenor, kind, paid):
    assert float(all_in_cost(rate, tenor, kind, paid)) >= rate - 1e-9


@given(st.floats(0.05, 0.5), tenors, kinds, fees, st.booleans())
def test_the_highest_rate_lands_on_the_cap(cap, tenor, kind, paid, compound):
    rate = highest_rate(cap, tenor, kind, paid, compound=compound)
    if rate >= 0:
        found = float(all_in_cost(rate, tenor, kind, paid, compound=compound))
        assert found == pytest.approx(cap, abs=1e-8)
    else:
        assert float(all_in_cost(0.0, tenor, kind, paid, compound=compound)) > cap


def test_a_flat_rate_of_ten_per_cent_costs_nearly_eighteen():
    assert float(apr_irr(12_000, np.full(12, 1_100.0))) == pytest.approx(0.1797, abs=1e-4)


def test_compounding_states_the_same_loan_higher():
    flows = payments(0.24, 12, "annuity")
    assert float(apr_irr(1.0, flows, compound=True)) == pytest.approx(1.02**12 - 1, abs=1e-9)


@pytest.mark.parametrize(
    ("received", "flows", "words"),
    [
        (0.0, [1.0], "more than 0 RMB"),
        (np.nan, [1.0], "more than 0 RMB"),
        (1.0, [-1.0, 2.0], "0 RMB or more"),
        (1.0, [np.nan], "0 RMB or more"),
        (1.0, [0.0, 0.0], "has no rate"),
        (1.0, [], "at least one month"),
    ],
)
def test_flows_without_a_rate_are_refused(received, flows, words):
    with pytest.raises(BadInput, match=words):
        apr_irr(received, flows)
