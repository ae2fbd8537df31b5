"""Figures that other programs print for data that were published with them.

aSAH: 113 patients with aneurysmal subarachnoid haemorrhage, data of R's package pROC (Robin et al.
2011, BMC Bioinformatics 12); the figures are those of the package's own tests.
"""

import numpy as np
import pytest
from scipy.stats import norm

from sandbox.validation.cap import accuracy_ratio
from sandbox.validation.comparison import mcnemar
from sandbox.validation.periods import change_of_auc
from sandbox.validation.roc import auc, delong, delong_interval, delong_paired

#: outcome (G good, P poor), WFNS grade, S100β (µg/l) and NDKA (µg/l) of each patient
ASAH = """
G,1,0.13,3.01 G,1,0.14,8.54 G,1,0.1,8.09 G,1,0.04,10.42 P,3,0.13,17.4 P,2,0.1,12.75 G,5,0.47,6.0
P,4,0.16,13.2 G,1,0.18,15.54 G,2,0.1,6.01 P,5,0.12,15.96 G,2,0.1,17.86 P,5,0.44,5.18 P,5,0.71,8.9
G,1,0.04,13.41 G,2,0.08,20.75 P,5,0.49,11.6 G,2,0.04,16.11 P,2,0.07,32.37 P,5,0.33,54.82
P,2,0.09,32.41 G,1,0.09,49.94 P,1,0.07,40.34 G,1,0.11,9.47 G,1,0.07,6.29 G,2,0.17,12.53
G,1,0.07,6.54 G,2,0.11,6.3 G,1,0.13,80.3 G,1,0.19,12.8 G,3,0.05,9.8 G,4,0.16,9.81 P,2,0.41,9.85
G,1,0.14,18.21 G,4,0.34,5.03 P,5,0.35,14.04 P,4,0.48,21.93 G,1,0.09,8.02 P,4,0.96,7.42
P,2,0.25,8.38 G,5,0.5,6.59 G,5,0.46,9.63 G,1,0.16,13.12 G,1,0.07,7.96 G,2,0.43,14.34
G,4,0.45,41.43 G,1,0.11,7.63 G,1,0.08,7.06 G,2,0.09,12.59 P,5,0.86,13.56 P,5,0.52,3.87
G,2,0.08,9.44 G,1,0.06,7.66 G,2,0.13,12.98 P,5,2.07,419.19 G,1,0.1,27.19 G,2,0.14,22.27
G,2,0.15,9.95 P,2,0.07,21.22 G,1,0.06,11.73 P,5,0.77,10.4 G,1,0.05,58.83 G,1,0.09,6.39
P,2,0.3,11.09 P,5,0.03,12.22 P,2,0.09,13.67 G,1,0.04,17.21 P,4,0.23,22.63 P,5,0.7,12.9
G,2,0.09,9.7 P,4,0.27,21.57 P,4,0.71,8.23 P,1,0.08,72.57 P,4,0.26,15.54 G,1,0.08,10.51
G,2,0.16,10.6 G,1,0.09,14.57 P,4,0.13,5.19 P,2,0.1,9.63 G,1,0.08,4.61 P,2,0.11,21.48 G,3,0.33,17.3
G,2,0.11,12.71 G,4,0.28,9.44 G,2,0.07,11.07 G,1,0.1,19.46 G,4,0.32,10.83 P,5,0.22,5.37
G,1,0.07,11.97 G,1,0.05,7.75 G,5,0.24,9.83 G,4,0.38,10.55 G,2,0.1,28.49 G,2,0.15,8.53
G,1,0.08,12.57 G,1,0.14,12.9 G,1,0.1,46.83 G,3,0.07,11.68 G,1,0.04,12.67 G,2,0.19,9.01
P,5,0.56,9.57 P,2,0.14,34.06 P,2,0.58,11.72 P,5,0.32,14.26 P,5,0.82,47.61 P,5,0.74,11.67
G,2,0.15,24.58 G,4,0.47,10.33 G,4,0.17,13.87 P,5,0.44,15.89 G,1,0.15,22.43 G,1,0.5,6.79
G,1,0.48,13.45
"""
ROWS = [row.split(",") for row in ASAH.split()]
POOR = np.array([row[0] == "P" for row in ROWS], dtype=float)
#: markers over 500, as scores within [0, 1]: ranks do not change
MARKERS = {
    name: np.array([float(row[k]) for row in ROWS]) / 500
    for k, name in enumerate(("wfns", "s100b", "ndka"), start=1)
}


@pytest.mark.parametrize(
    ("marker", "area", "variance"),
    [
        ("wfns", 0.823678861788, 0.00146991470882363),
        ("s100b", 0.7313686, 0.00266868245717244),
        ("ndka", 0.611957994579, 0.003190810549),
    ],
)
def test_auc_and_delong_variance_of_asah_equal_r_proc(marker, area, variance):
    found = delong(POOR, MARKERS[marker])
    assert found[0] == pytest.approx(area, abs=1e-7)
    assert found[1] == pytest.approx(variance, rel=1e-9)
    assert accuracy_ratio(POOR, MARKERS[marker]) == pytest.approx(2 * area - 1, abs=2e-7)


def test_delong_interval_of_asah_equals_r_proc():
    assert delong_interval(POOR, MARKERS["ndka"]) == pytest.approx(
        (0.501244999271, 0.722670989888), rel=1e-11
    )
    assert np.round(delong_interval(POOR, MARKERS["s100b"]), 4).tolist() == [0.6301, 0.8326]


@pytest.mark.parametrize(
    ("one", "other", "z", "p", "low", "high"),
    [
        ("wfns", "s100b", 2.208983591440, 0.027175782229, 0.010406176956, 0.174214419249),
        ("wfns", "ndka", 2.797775918689, 0.00514557970691098, 0.063401170933, 0.360040563483),
        ("ndka", "s100b", -1.390770025735, 0.164295175223, -0.287691744634, 0.048870606422),
    ],
)
def test_paired_delong_of_asah_equals_r_proc(one, other, z, p, low, high):
    difference, *interval = delong_paired(POOR, MARKERS[one], MARKERS[other])
    assert interval == pytest.approx([low, high], rel=1e-10)
    error = (high - low) / (2 * norm.ppf(0.975))
    assert difference / error == pytest.approx(z, rel=1e-10)
    assert 2 * norm.sf(abs(difference / error)) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(
    ("one", "other", "d"),
    [
        ("wfns", "s100b", 1.434906409269),
        ("wfns", "ndka", 3.101250967789),
        ("ndka", "s100b", -1.559957433896),
    ],
)
def test_unpaired_delong_of_asah_equals_r_proc(one, other, d):
    change = change_of_auc(POOR, MARKERS[other], POOR, MARKERS[one])
    assert change.value / change.error == pytest.approx(d, rel=1e-10)
    assert change.value == pytest.approx(auc(POOR, MARKERS[one]) - auc(POOR, MARKERS[other]))


def test_mcnemar_of_approval_ratings_equals_what_r_prints():
    """R's own example of `mcnemar.test`: χ² 16.818 with continuity correction, p 4.115e-05."""
    first = np.repeat([True, True, False, False], [794, 150, 86, 570])
    second = np.repeat([True, False, True, False], [794, 150, 86, 570])
    found = mcnemar(first, second)
    assert (found.only_one, found.only_other) == (150, 86)
    assert round(found.statistic, 3) == 16.818
    assert float(f"{found.p_value:.3e}") == 4.115e-05
