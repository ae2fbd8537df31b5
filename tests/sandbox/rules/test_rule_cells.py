"""What a cell hits, and which cells are refused."""

import math

import pytest

from sandbox.errors import BadInput
from sandbox.rules.cells import Cell

NAN = math.nan


@pytest.mark.parametrize(
    ("text", "hit", "not_hit"),
    [
        ("> 5", [5.1, math.inf], [5, -1, NAN]),
        (">=5", [5], [4.9, NAN]),
        ("< 0", [-1, -math.inf], [0.0, -0.0, NAN]),
        ("<= 0", [0.0, -0.0, -1], [1, NAN]),
        ("== 2", [2], [3, NAN]),
        ("2", [2.0], [2.1, NAN]),
        ("!= 2", [1, 3], [2, NAN]),
        ("[1..5)", [1, 4.9], [5, 0.9, NAN]),
        ("(1..5]", [5, 1.1], [1, NAN]),
        ("not in [1..5]", [0, 6], [1, 3, 5, NAN]),
        ("not in [1, 2, 5]", [0, 1.5, 3, 6], [1, 2, 5, NAN]),
        ("[1, 2, 5]", [1, 2, 5], [3, NAN]),
        ("1, [3..4], > 9", [1, 3.5, 10], [2, 9, NAN]),
        ("null", [NAN], [0]),
        ("> 5, null", [NAN, 6], [5]),
        ("!= null", [0, math.inf], [NAN]),
        ("not in [1, null]", [2], [1, NAN]),
        ("true", [1.0], [0.0, 2.0, NAN]),
        ("false", [0.0, -0.0], [1.0, NAN]),
        ("0.3", [0.1 + 0.2, 0.3], [0.30000000000001]),
        ("> 0.3", [0.30000000000001], [0.1 + 0.2]),
    ],
)
def test_a_cell_hits_what_it_says(text, hit, not_hit):
    test = Cell.of("x", text).test
    assert [value for value in hit if not test.hits(value)] == []
    assert [value for value in not_hit if test.hits(value)] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("> ", "cannot be read"),
        ("=> 5", "cannot be read"),
        ("5 5", "cannot be read"),
        ("above 5", "cannot be read"),
        ("> .5", "cannot be read"),
        ("-", "leave it empty"),
        ("[5..1]", "holds no number"),
        ("(5..5]", "holds no number"),
        ("]1..5]", "is no range"),
        ("[1..5[", "is no range"),
        ("[]", "empty list"),
        ("> null", "compares with nothing"),
        ("'young'", "columns are numbers"),
        ("> 1.2345678901234567", "15 significant digits"),
        ("> 1e15", "within 1e"),
        ("> 0.0000000000000000001", "18 decimals"),
        ("(" * 100_000, "at most 300 characters"),
        ("> 5\ud800", "can be printed"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused_with_its_column(text, why):
    """To zen-engine such a cell would be one that is never hit."""
    with pytest.raises(BadInput, match=why) as caught:
        Cell.of("device_age_days", text)
    assert str(caught.value).startswith("device_age_days: ")


def test_an_expression_names_the_other_columns_it_reads():
    cell = Cell.of("alpha", "$ > max([beta, gamma]) and alpha < 5")
    assert cell.test is None
    assert cell.others == ("beta", "gamma")
