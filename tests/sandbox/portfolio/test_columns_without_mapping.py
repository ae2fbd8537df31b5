"""A scored table without a mapping: columns by name, dates as months, mistakes in a sentence."""

import numpy as np
import pandas as pd
import pytest

from sandbox.errors import BadInput
from sandbox.portfolio import Portfolio
from sandbox.portfolio.by_columns import mapping_of_columns


@pytest.fixture
def table():
    rng = np.random.default_rng(5)
    n = 200
    return pd.DataFrame(
        {
            "ACC": np.arange(n),
            "BAD": np.resize([0, 1, 0, 0], n),
            "PD": rng.uniform(size=n).round(4),
            "SEX": rng.choice(["f", "m"], n),
            "OPENED": np.resize(["2026-01-05", "2026-02-17"], n),
            "LIM": rng.integers(1, 9, n) * 1000,
            "INCOME": rng.lognormal(8, 1, n),
            "REGION": rng.choice(["n", "s", "w"], n),
            "NAME": [f"person {i}" for i in range(n)],
        }
    )


def portfolio(table, tmp_path, **columns):
    file = tmp_path / "scored.csv"
    table.to_csv(file, index=False)
    columns = {"target": "BAD", "score": "PD", **columns}
    return Portfolio.from_file(file, mapping_of_columns(file, **columns))


def test_each_column_becomes_what_it_holds(table, tmp_path):
    made = portfolio(table, tmp_path, groups=["SEX"], date="OPENED", limit="LIM")
    # keys that differ in every row, free text and dates describe no account
    assert set(made.features.columns) == {"INCOME", "REGION"}
    assert list(made.monitored.columns) == ["SEX"]
    assert set(made.months) == {"2026-01", "2026-02"}
    assert made.limits.max() == 8000
    assert made.target.sum() == 50


def test_target_and_score_alone_are_enough(table, tmp_path):
    made = portfolio(table[["BAD", "PD"]], tmp_path)
    assert len(made) == 200
    assert made.features.shape == (200, 0)


@pytest.mark.parametrize(
    ("dates", "month"),
    [
        ("2026-03-05", "2026-03"),
        ("2026/3/5", "2026-03"),
        (20260305, "2026-03"),
        (202603, "2026-03"),
    ],
)
def test_dates_are_read_as_banks_write_them(table, tmp_path, dates, month):
    made = portfolio(table.assign(OPENED=dates), tmp_path, date="OPENED")
    assert set(made.months) == {month}


@pytest.mark.parametrize(
    ("change", "columns", "said"),
    [
        ({}, {"target": "BED"}, "--target BED: .* has no column 'BED'; the nearest is BAD"),
        ({}, {"groups": ["SEXX"]}, "--group SEXX: .* has no column 'SEXX'"),
        ({}, {"limit": "PD"}, "Column 'PD' is named by --score and by --limit"),
        ({"BAD": "yes"}, {}, "row 2 of .* holds 'yes'; without a mapping the target is 1"),
        ({"BAD": 0}, {}, r"one class only \(0 in every row\)"),
        ({"PD": 1.2}, {}, "the score is 1.2"),
        ({"PD": -0.1}, {}, "the score is -0.1"),
        ({"OPENED": "soon"}, {"date": "OPENED"}, "'soon' is not a date"),
        ({"OPENED": ""}, {"date": "OPENED"}, "has no date in any row"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(table, tmp_path, change, columns, said):
    with pytest.raises(BadInput, match=said) as told:
        portfolio(table.assign(**change), tmp_path, **columns)
    assert "\n" not in str(told.value)
