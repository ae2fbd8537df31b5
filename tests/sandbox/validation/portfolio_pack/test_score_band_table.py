"""Score bands: their sum is the stability index, their rates those of a count."""

import numpy as np
import pytest

from sandbox.errors import BadInput
from sandbox.validation.portfolio_pack.score_bands import score_bands
from sandbox.validation.stability import psi


def test_the_parts_of_the_bands_add_to_the_psi():
    rng = np.random.default_rng(0)
    before, after = rng.beta(2, 20, 3_000), rng.beta(2, 15, 2_000)
    table = score_bands(before, after)
    assert table["psi"].iloc[:-1].sum() == pytest.approx(psi(before, after).value)
    assert table["psi"].iloc[-1] == pytest.approx(psi(before, after).value)
    assert table["count_before"].iloc[:-1].sum() == table["count_before"].iloc[-1] == 3_000
    assert table["share_after"].iloc[:-1].sum() == pytest.approx(1)


def test_score_bands_by_hand_on_edges_that_were_given():
    table = score_bands(
        [0.1, 0.2, 0.3, 0.4], [0.1, 0.3, 0.35, 0.9], edges=[0.2], target=[0, 1, np.nan, 0]
    )
    assert table["count_before"].tolist() == [2, 2, 4]
    assert table["count_after"].tolist() == [1, 3, 4]
    expected = (0.25 - 0.5) * np.log(0.25 / 0.5) + (0.75 - 0.5) * np.log(0.75 / 0.5)
    assert table["psi"].iloc[-1] == pytest.approx(expected)
    assert table["bad_rate_after"].tolist() == pytest.approx([0, 0.5, 1 / 3])
    assert table["bad_rate_before"].isna().all()


def test_falling_edges_are_refused():
    with pytest.raises(BadInput, match="must rise"):
        score_bands([0.1], [0.2], edges=[0.5, 0.4])
