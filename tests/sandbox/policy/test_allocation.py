"""The portfolio step keeps every budget, and nothing much better could be had."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye, kron, vstack

from sandbox.errors import BadInput
from sandbox.policy.allocation import allocate
from sandbox.policy.budgets import Budget

GRID = np.array([0, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5])


def customers(n, seed=0, partners=4, regions=3):
    """Values (n × 8), capital (n × 8), partner and region codes of made-up customers."""
    draw = np.random.default_rng(seed)
    risk, used = draw.normal(-4, 1.2, n)[:, None], draw.beta(2, 3, n)[:, None]
    pd = 1 / (1 + np.exp(-risk - draw.uniform(0.15, 0.75, n)[:, None] * np.log1p(GRID / 5e3)))
    balance = GRID * used / (1 + GRID / 6e4)
    value = balance * 0.11 - pd * (balance + 0.48 * (GRID - balance)) * 0.75 - 20.0 * (GRID > 0)
    capital = 0.105 * (0.9 * balance + 0.1 * GRID)
    return value, capital, draw.integers(0, partners, n), draw.integers(0, regions, n)


def four_budgets(n, seed=0, tight=0.5):
    value, capital, partner, region = customers(n, seed)
    best = value.argmax(axis=1)
    rows = np.arange(n)
    exposure, held = GRID[best].sum(), capital[rows, best].sum()
    by_partner = np.bincount(partner, GRID[best], minlength=4) * [0.3, 2.0, 0.4, 2.0]
    by_region = np.bincount(region, GRID[best], minlength=3) * [0.35, 2.0, 2.0]
    return value, [
        Budget("exposure", GRID, tight * exposure),
        Budget("capital", capital, 0.6 * held),
        Budget("partner", GRID, by_partner, partner),
        Budget("region", GRID, by_region, region),
    ]


def relaxed(value, budgets, allowed=None):
    """Value of the linear programme, by HiGHS: no choice can be worth more."""
    n, k = value.shape
    rows, bounds = [kron(eye(n), np.ones((1, k)))], [np.ones(n)]
    for side in (side for budget in budgets for side in budget.sides()):
        codes = np.repeat(side.codes(slice(None), n), k)
        weight = (side.sign * np.broadcast_to(side.weight, value.shape)).ravel()
        inside = codes < side.size
        cells = (codes[inside], np.flatnonzero(inside))
        kept = np.isfinite(side.bound)
        rows.append(csr_matrix((weight[inside], cells), shape=(side.size, n * k))[kept])
        bounds.append(side.bound[kept])
    most = np.ones(value.shape) if allowed is None else allowed.astype(float)
    box = np.column_stack([np.zeros(n * k), most.ravel()])
    # a floor needs an equality: each customer has exactly one option
    solved = linprog(
        -value.ravel(),
        vstack(rows[1:]).tocsr(),
        np.concatenate(bounds[1:]),
        rows[0].tocsr(),
        bounds[0],
        box,
        method="highs",
    )
    assert solved.status == 0, solved.message
    return -solved.fun


def assert_kept(budgets, found, choice_of=None):
    choice = found.choice if choice_of is None else choice_of
    rows = np.arange(len(choice))
    for budget in budgets:
        weight = np.broadcast_to(budget.weight, (len(rows), budget.weight.shape[-1]))
        codes = np.zeros(len(rows), dtype=int) if budget.group is None else budget.group
        used = np.zeros(budget.groups)
        np.add.at(used, codes[codes >= 0], weight[rows, choice][codes >= 0])
        assert (used <= np.asarray(budget.most) * (1 + 1e-8) + 1e-6).all()
        if budget.least is not None:
            assert (used >= np.asarray(budget.least) * (1 - 1e-8)).all()


@pytest.mark.parametrize("seed", [0, 1])
def test_one_budget_is_within_a_ten_thousandth_of_the_linear_programme(seed):
    value, budgets = four_budgets(3_000, seed)
    found = allocate(value, budgets[:1])
    best = relaxed(value, budgets[:1])
    assert found.value == pytest.approx(best, rel=1e-4)
    assert found.bound == pytest.approx(best, rel=1e-5)


def test_budgets_of_four_kinds_are_within_a_ten_thousandth_of_the_linear_programme():
    value, budgets = four_budgets(6_000)
    found = allocate(value, budgets)
    best = relaxed(value, budgets)
    assert_kept(budgets, found)
    assert len(found.binding) >= 3
    assert 0 <= (best - found.value) / best < 1e-4
    assert found.bound == pytest.approx(best, rel=1e-5)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 120), st.integers(0, 10_000), st.floats(0, 1.5))
def test_every_budget_is_kept_and_the_bound_bounds(n, seed, tight):
    value, budgets = four_budgets(n, seed, tight)
    found = allocate(value, budgets)
    assert_kept(budgets, found)
    assert found.value <= found.bound * (1 + 1e-9) + 1e-6
    assert (value[np.arange(n), found.choice] >= -1e-9).all() or found.value >= 0


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000), st.floats(0.05, 1.2), st.floats(0.05, 1.2))
def test_a_larger_budget_is_never_worth_less(seed, one, other):
    low, high = sorted((one, other))
    founds = [allocate(*four_budgets(400, seed, tight)) for tight in (low, high)]
    assert founds[0].bound <= founds[1].bound * (1 + 1e-4)
    # decisions are whole: within the gap that each answer states of itself
    assert founds[0].value <= founds[1].bound
    assert founds[1].value >= founds[0].value - (founds[1].bound - founds[1].value) - 1e-6


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10_000))
def test_what_does_not_bind_has_no_price(seed):
    value, budgets = four_budgets(300, seed, tight=3.0)
    table = allocate(value, budgets).budgets
    slack = table[table["used"] < 0.8 * table["most"]]
    assert len(slack)
    assert (slack["shadow_price"] == 0).all()
    assert (table["shadow_price"] >= 0).all()
    assert allocate(value, [Budget("exposure", GRID, 1e12)]).value == value.max(axis=1).sum()


def test_the_shadow_price_is_what_a_little_more_budget_earns():
    value, budgets = four_budgets(6_000)
    found = allocate(value, budgets[:1])
    more = np.asarray(budgets[0].most) * 1.01
    larger = allocate(value, [Budget("exposure", GRID, more)])
    gain = (larger.value - found.value) / (more - budgets[0].most)
    assert found.budgets["shadow_price"][0] == pytest.approx(float(gain), rel=0.05)


def test_threads_and_a_start_from_a_sample_change_nothing_that_matters():
    value, budgets = four_budgets(200_000)
    one, two = allocate(value, budgets), allocate(value, budgets, workers=2)
    assert np.array_equal(one.choice, two.choice)
    assert_kept(budgets, one)
    assert one.gap < 1e-4


def test_customers_who_are_all_alike_share_a_budget():
    """Every price makes all of them choose the same; moving some is what keeps the budget."""
    value = np.tile([0.0, 3.0, 5.0], (1_000, 1))
    found = allocate(value, [Budget("exposure", np.array([0.0, 1.0, 2.0]), 500.0)])
    assert found.budgets["used"][0] <= 500
    assert found.value == pytest.approx(1_500, rel=1e-3)


def test_caps_of_a_customer_are_kept():
    value, budgets = four_budgets(2_000)
    allowed = np.arange(8) <= np.random.default_rng(0).integers(0, 8, 2_000)[:, None]
    found = allocate(value, budgets[:1], allowed)
    assert allowed[np.arange(2_000), found.choice].all()
    assert found.value == pytest.approx(relaxed(value, budgets[:1], allowed), rel=3e-4)


def test_a_floor_is_reached_and_costs():
    value, _, partner, _ = customers(3_000)
    free = np.bincount(partner, GRID[value.argmax(axis=1)], minlength=4)
    least = np.array([1.4 * free[0], 0, 0, 0])
    budgets = [
        Budget("exposure", GRID, 0.8 * free.sum()),
        Budget("partner", GRID, np.full(4, np.inf), partner, least),
    ]
    found = allocate(value, budgets)
    assert_kept(budgets, found)
    table = found.budgets[found.budgets["budget"] == "partner"]
    assert table["shadow_price"].iloc[0] < 0
    assert (table["shadow_price"].iloc[1:] == 0).all()
    assert found.value == pytest.approx(relaxed(value, budgets), rel=1e-3)


def test_a_customer_without_a_group_is_under_no_bound_of_it():
    value = np.array([[0.0, 5.0], [0.0, 5.0]])
    budget = Budget("partner", np.array([0.0, 1.0]), [0.0], np.array([0, -1]))
    assert allocate(value, [budget]).choice.tolist() == [0, 1]


def test_who_was_moved_by_what():
    value = np.array([[0.0, 5.0], [0.0, 4.0], [0.0, -1.0]])
    found = allocate(value, [Budget("exposure", np.array([0.0, 1.0]), 1.0)])
    assert found.choice.tolist() == [1, 0, 0]
    assert found.moved_by[:, 0].tolist() == [False, True, False]


def pair(least, most, weight=GRID):
    value, _, partner, _ = customers(200)
    floors = [Budget("partner", GRID, [np.inf] * 4, partner, least, names=["A", "B", "C", "D"])]
    return value, [Budget("exposure", weight, most), *floors]


@pytest.mark.parametrize(
    ("least", "most", "weight", "words"),
    [
        ([1e6, 0, 0, 0], 5e5, GRID,
         r"partner \(A\) must use at least 1,000,000, and exposure must use at most 500,000"),
        ([0, 1e6, 0, 0], 9e4, 0.1 * GRID,
         r"partner \(B\) must use at least 1,000,000, and exposure must use at most 90,000"),
        ([1e6, 1e6, 0, 0], 1.5e6, GRID, "floors of partner add up .* exposure must use at most"),
        ([1e9, 0, 0, 0], 1e12, GRID, "the floor and those caps exclude each other"),
    ],
)  # fmt: skip
def test_bounds_that_exclude_each_other_are_named(least, most, weight, words):
    with pytest.raises(BadInput, match=words):
        allocate(*pair(least, most, weight))


@pytest.mark.parametrize(
    ("budget", "words"),
    [
        (Budget("exposure", np.array([0.0, np.nan]), 1.0), "holds NaN"),
        (Budget("exposure", np.array([1.0, 1.0]), 1.0), "Declining uses exposure"),
        (Budget("exposure", np.array([0.0, 1.0]), -1.0), "already passes the bound"),
        (Budget("exposure", np.array([0.0, 1.0]), np.nan), "NaN"),
        (Budget("exposure", np.array([0.0, 1.0]), 1.0, least=2.0), "exclude each other"),
        (Budget("exposure", np.zeros(3), 1.0), "shape"),
        (Budget("partner", np.array([0.0, 1.0]), [1.0], np.array([3])), "from 3 to 3"),
    ],
)
def test_nonsense_budgets_are_refused(budget, words):
    with pytest.raises(BadInput, match=words):
        allocate(np.array([[0.0, 1.0]]), [budget])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.array([[0.0, np.nan]]), "customer 0 at option 1 is nan"),
        (np.array([[1.0, 2.0]]), "Declining has a value"),
        (np.zeros(3), "customers × options"),
    ],
)
def test_nonsense_values_are_refused(value, words):
    with pytest.raises(BadInput, match=words):
        allocate(value)


def test_nobody_is_decided_on():
    assert allocate(np.zeros((0, 3)), [Budget("exposure", np.zeros(3), 1.0)]).value == 0
