"""Figures of cards: counted by hand, and the published values from the real table."""

import numpy as np
import pandas as pd
import pytest
from real_accounts import REAL

from data_generators import InvalidInput
from data_generators.fidelity import TAIWAN, CardColumns, figures, measured_on_cards


def cards() -> pd.DataFrame:
    """Ten accounts, limits 100 to 1,000; the two smallest default."""
    n = 10
    limit = 100.0 * np.arange(1, n + 1)
    monthly = {name: np.zeros(n) for name in (*TAIWAN.status, *TAIWAN.balance, *TAIWAN.paid)}
    table = pd.DataFrame({"LIMIT_BAL": limit, **monthly})
    table["default.payment.next.month"] = (limit <= 200).astype(int)
    return table


if REAL.is_file():

    def test_the_real_table_gives_the_published_values():
        """Up to rounding, three digits; roll.2_cure is 0.2534 where 0.254 was published."""
        found = measured_on_cards(pd.read_csv(REAL))
        published = {f.id: f.value for f in figures() if f.id.startswith("taiwan.")}
        assert found.keys() == published.keys()
        assert found.pop("taiwan.roll.2_cure") == pytest.approx(
            published.pop("taiwan.roll.2_cure"), abs=0.001
        )
        assert found == pytest.approx(published, abs=0.00051)


def test_every_figure_of_cards_is_measured():
    names = {f.id for f in figures() if f.id.startswith("taiwan.")}
    table = cards().assign(BILL_AMT1=np.arange(10.0))
    assert set(measured_on_cards(table)) == names


def test_defaults_by_fifth_of_the_limit():
    found = measured_on_cards(cards().assign(BILL_AMT1=np.arange(10.0)))
    assert found["taiwan.default_rate"] == pytest.approx(0.2)
    assert found["taiwan.default_by_limit.lowest_fifth"] == 1.0
    assert found["taiwan.default_by_limit.second_fifth"] == 0.0


def test_statuses_below_zero_are_not_status_zero():
    table = cards().assign(PAY_0=[0, -1, 1, 1, 2, 2, 0, -2, 3, 0], BILL_AMT1=np.arange(10.0))
    table["default.payment.next.month"] = [1, 1, 1, 0, 1, 1, 0, 1, 1, 0]
    found = measured_on_cards(table)
    assert found["taiwan.default_by_status.0"] == pytest.approx(1 / 3)
    assert found["taiwan.default_by_status.1"] == pytest.approx(1 / 2)
    assert found["taiwan.default_by_status.2"] == 1.0
    assert found["taiwan.default_by_status.late"] == pytest.approx(3 / 4)


def test_months_run_from_the_last_column_to_the_first():
    table = cards().assign(BILL_AMT1=np.arange(10.0))
    table.loc[0, ["PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0"]] = [2, 2, 0, 2, 3, 2]
    # from two months late: to 2, to 0, to 3; the latest month is followed by none
    found = measured_on_cards(table)
    assert found["taiwan.roll.2_stay"] == pytest.approx(1 / 3)
    assert found["taiwan.roll.2_cure"] == pytest.approx(1 / 3)


def test_a_payment_answers_the_statement_before_it():
    table = cards()
    table["BILL_AMT2"] = [100.0] * 4 + [-5.0] + [0.0] * 5
    table["PAY_AMT1"] = [100.0, 150.0, 5.0, 0.0, 70.0, *[0.0] * 5]
    table["PAY_AMT2"] = 100.0  # towards BILL_AMT3, which is zero
    table["BILL_AMT1"] = np.arange(10.0)
    found = measured_on_cards(table)
    assert found["taiwan.payment.full_share"] == pytest.approx(2 / 4)
    assert found["taiwan.payment.median"] == pytest.approx((0.05 + 1.0) / 2)


def test_utilisation_and_its_relation_to_the_limit():
    table = cards()
    use = np.linspace(1.1, 0.2, 10)
    for name in TAIWAN.balance:
        table[name] = use * table["LIMIT_BAL"]
    found = measured_on_cards(table)
    assert found["taiwan.utilisation.median"] == pytest.approx(0.65)
    assert found["taiwan.utilisation.over_limit"] == pytest.approx(0.1)
    assert found["taiwan.utilisation.lag1"] == pytest.approx(1.0)
    assert found["taiwan.limit_utilisation"] == pytest.approx(-1.0)


def test_other_names_of_columns_are_mapped():
    other = cards().assign(BILL_AMT1=np.arange(10.0)).rename(columns=lambda name: f"my {name}")
    mine = CardColumns(
        limit="my LIMIT_BAL",
        default="my default.payment.next.month",
        status=tuple(f"my {name}" for name in TAIWAN.status),
        balance=tuple(f"my {name}" for name in TAIWAN.balance),
        paid=tuple(f"my {name}" for name in TAIWAN.paid),
    )
    assert measured_on_cards(other, mine)["taiwan.default_rate"] == pytest.approx(0.2)


def test_tables_that_cannot_be_measured_are_refused():
    with pytest.raises(InvalidInput, match="no column 'PAY_0'"):
        measured_on_cards(cards().drop(columns="PAY_0"))
    with pytest.raises(InvalidInput, match="is empty"):
        measured_on_cards(cards().head(0))
    with pytest.raises(InvalidInput, match="1 columns of status, 2 of balance"):
        CardColumns("a", "b", ("c",), ("d", "e"), ("f", "g"))
