"""Account-months: what is refused, and how banks' tables become a panel."""

import numpy as np
import pandas as pd
import pytest
from small_panels import one_account, random_table

from sandbox.errors import BadInput
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.reading import from_months_late, from_statements
from sandbox.validation.portfolio_pack.rolls import buckets

OWN = Definitions.built_in()
GOOD = {"account": [1, 1], "month": [1, 2], "dpd": [0, 10], "balance": [5.0, 6.0]}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"dpd": [0, -1]}, "Column dpd is -1"),
        ({"balance": [1.0, np.nan]}, "Column balance is nan in row 1"),
        ({"balance": ["x", "y"]}, "no number"),
        ({"month": [1, 1]}, "month 1 twice"),
        ({"month": [1.5, 2.5]}, "whole numbers"),
        ({"vintage": [2, 2]}, "lies after a month of it"),
        ({"followed_until": [1, 1]}, "lies before a month of it"),
        ({"vintage": [0, 1]}, "changes from month to month"),
        ({"account": [None, 1.0]}, "has no account"),
    ],
)
def test_nonsense_is_refused_by_name(changed, said):
    with pytest.raises(BadInput, match=said):
        AccountPanel.of(pd.DataFrame(GOOD | changed))


def test_missing_columns_and_empty_tables_are_refused():
    with pytest.raises(BadInput, match="no column dpd"):
        AccountPanel.of(pd.DataFrame(GOOD).drop(columns="dpd"))
    with pytest.raises(BadInput, match="no rows"):
        AccountPanel.of(pd.DataFrame(GOOD).iloc[:0])


def test_the_order_of_rows_does_not_matter():
    table = random_table(3)
    a, b = AccountPanel.of(table), AccountPanel.of(table.iloc[::-1])
    pd.testing.assert_frame_equal(a.rows, b.rows)


def test_months_late_lie_in_the_bucket_of_their_number():
    late = np.arange(8)
    table = pd.DataFrame(
        {"customer_id": 1, "mob": late + 1, "months_late": late, "closing": 10.0,
         "written_off": np.where(late == 7, 90.0, 0.0), "credit_limit": 500.0}
    )  # fmt: skip
    panel = from_months_late(table, pd.Series({1: 5}))
    assert buckets(panel, OWN).tolist() == late.tolist()
    assert panel.month.tolist() == (late + 6).tolist()
    assert panel.balance.tolist() == [10.0] * 7 + [100.0]
    with pytest.raises(BadInput, match="no month of origination"):
        from_months_late(table, pd.Series({2: 5}))


def test_statements_of_cards_become_account_months():
    statuses = pd.DataFrame([[-2, 0, 2], [np.nan, -1, 1]])
    panel = from_statements(statuses, pd.DataFrame([[0.0, -5.0, 8.0], [1.0, 2.0, 3.0]]))
    assert buckets(panel, OWN).tolist() == [0, 0, 2, 0, 1]
    assert panel.balance.tolist() == [0.0, 0.0, 8.0, 2.0, 3.0]


def test_arrears_below_the_materiality_threshold_do_not_count():
    strict = OWN.model_copy(
        update={"default": OWN.default.model_copy(update={"materiality_rmb": 100.0})}
    )
    panel = one_account([40, 40], overdue=[100.0, 101.0])
    assert panel.days(strict).tolist() == [0, 40]
    assert panel.days(OWN).tolist() == [40, 40]
