import numpy as np
import pytest

from sandbox.explanation.additivity import AdditivityError, check


def test_the_worst_row_is_named_with_how_much_it_is_off():
    values = np.zeros((4, 2))
    with pytest.raises(AdditivityError, match=r"row 2 of 4 is off by 0\.5"):
        check(values, np.zeros(4), np.array([0.0, 0.1, 0.5, 0.0]))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_a_number_never_passes(bad):
    values = np.zeros((3, 2))
    values[1, 0] = bad
    with pytest.raises(AdditivityError, match="row 1"):
        check(values, np.zeros(3), np.zeros(3))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(AdditivityError, match="do not fit"):
        check(np.zeros((3, 2)), np.zeros(2), np.zeros(3))


def test_rounding_of_large_sums_passes_and_a_real_difference_does_not():
    values = np.array([[1e6, -1e6]])
    check(values, np.zeros(1), np.array([0.5]))
    with pytest.raises(AdditivityError):
        check(values, np.zeros(1), np.array([50.0]))
