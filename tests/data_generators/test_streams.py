"""Noise is a pure function of its key."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from data_generators.streams import BLOCK, Block, Streams, blocks, inverse_poisson

KEYS = st.tuples(st.integers(0, 2**128 - 1), st.integers(0, 50), st.integers(0, 30))


@given(KEYS, st.integers(1, 500), st.integers(1, 500))
def test_a_smaller_block_sees_the_first_numbers_of_a_larger_one(key, small, more):
    seed, index, month = key
    few = Streams(seed, Block(index, 0, small))
    many = Streams(seed, Block(index, 0, small + more))
    assert np.array_equal(few.uniform("x", month), many.uniform("x", month)[:small])
    assert np.array_equal(few.normal("x", month), many.normal("x", month)[:small])


@given(KEYS)
def test_every_part_of_the_key_changes_the_draw(key):
    seed, index, month = key
    block = Block(index, 0, 64)
    draw = Streams(seed, block).uniform("x", month)
    others = (
        Streams(seed ^ 1, block).uniform("x", month),
        Streams(seed, Block(index + 1, 0, 64)).uniform("x", month),
        Streams(seed, block).uniform("x", month + 1),
        Streams(seed, block).uniform("y", month),
        Streams(seed, block, replica=1).uniform("x", month),
    )
    for other in others:
        assert not np.array_equal(draw, other)


def test_blocks_cover_every_customer_once():
    for customers in (1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5):
        covered = [i for b in blocks(customers) for i in (b.start, b.stop)]
        assert covered[0] == 0
        assert covered[-1] == customers
        assert covered[1:-1:2] == covered[2::2]


@given(st.lists(st.tuples(st.floats(0, 0.999999), st.floats(0.01, 15)), min_size=1, max_size=50))
def test_poisson_by_inverse_cdf_is_scipys_quantile(pairs):
    uniform, mean = map(np.array, zip(*pairs, strict=True))
    expected = stats.poisson.ppf(uniform, mean)
    ours = inverse_poisson(uniform, mean)
    # A uniform within rounding of a step of the CDF may fall on either side of it.
    borderline = np.isclose(
        stats.poisson.cdf(np.minimum(ours, expected), mean), uniform, atol=1e-12
    )
    assert ((ours == np.maximum(expected, 0)) | borderline).all()


@given(st.floats(0, 0.999999), st.floats(0.1, 5), st.floats(0, 5))
def test_a_higher_mean_never_lowers_a_count(uniform, mean, more):
    low, high = inverse_poisson(np.array([uniform, uniform]), np.array([mean, mean + more]))
    assert high >= low
