"""A block whose references, times or balances are wrong is never written."""

import numpy as np
import pytest

import data_generators as dg
from data_generators import dataset
from data_generators.dataset import content
from data_generators.dataset.integrity import check_block
from data_generators.errors import Defect
from data_generators.observation import observe_block

SIZE = 400
WORLD = dg.World(dg.scenarios.online_rental, customers=SIZE, months=6, seed=4)


@pytest.fixture(scope="module")
def whole():
    (block,) = WORLD.blocks()
    return observe_block(WORLD.residents_of(block))


def changed(whole, table, column, value, row=3):
    values = whole[table][column].copy()
    values[row] = value
    return {**whole, table: {**whole[table], column: values}}


def check(tables):
    (block,) = WORLD.blocks()
    check_block(block, tables)


def declined(whole) -> int:
    """A customer who applied and got no limit."""
    return int(np.flatnonzero(whole["decisions"]["credit_limit"] == 0)[0])


def test_a_block_as_it_is_made_keeps_every_rule(whole):
    check(whole)


def test_two_rows_of_one_applicant_are_refused(whole):
    with pytest.raises(Defect, match="applications, customer 2, has an id that another row has"):
        check(changed(whole, "applications", "customer_id", 2))


def test_a_customer_of_another_block_is_refused(whole):
    with pytest.raises(Defect, match="applications, customer 400, is not of block 0"):
        check(changed(whole, "applications", "customer_id", 400))


@pytest.mark.parametrize("table", ["decisions", "accounts", "performance", "cash_events"])
@pytest.mark.parametrize("stranger", [-1, SIZE])
def test_rows_of_nobody_are_refused(whole, table, stranger):
    with pytest.raises(Defect, match=f"{table}, customer {stranger}, belongs to nobody who"):
        check(changed(whole, table, "customer_id", stranger))


@pytest.mark.parametrize("table", ["accounts", "performance", "cash_events"])
def test_an_account_of_a_declined_customer_is_refused(whole, table):
    with pytest.raises(Defect, match=rf"{table}, customer \d+, belongs to a customer without a"):
        check(changed(whole, table, "customer_id", declined(whole)))


def test_a_partner_that_is_not_in_partners_is_refused(whole):
    with pytest.raises(Defect, match="applications, customer 3, names a partner that is not in"):
        check(changed(whole, "applications", "partner_id", 10**9))


@pytest.mark.parametrize("early", [-1.0, float("nan")])
@pytest.mark.parametrize("table", ["applications", "decisions", "accounts", "performance"])
def test_what_is_known_before_it_happens_is_refused(whole, table, early):
    with pytest.raises(Defect, match=f"{table}, customer .* is known before it happened"):
        check(changed(whole, table, "known_at", early))


@pytest.mark.parametrize("column", ["opening", "drawn", "interest", "fee", "paid", "written_off"])
def test_books_that_are_a_cent_off_are_refused(whole, column):
    value = whole["accounts"][column][3] + 0.01
    with pytest.raises(Defect, match=r"does not balance to the cent \(1 of "):
        check(changed(whole, "accounts", column, value))


def test_a_balance_that_is_no_number_is_refused(whole):
    with pytest.raises(Defect, match="does not balance"):
        check(changed(whole, "accounts", "closing", float("nan")))


def test_a_defect_says_whose_it_is_and_nothing_is_written(whole, tmp_path, monkeypatch):
    broken = changed(whole, "accounts", "paid", 1e6)
    monkeypatch.setattr(content, "observe_block", lambda _: broken)
    with pytest.raises(Defect, match="This is a defect of the generator"):
        dataset.write(WORLD, tmp_path / "out", progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: {"payed" if n == "paid" else n: v for n, v in c.items()}, "in paid, payed"),
        (lambda c: {**c, "mob": c["mob"].astype(np.int64)}, r"\.mob is int64, not int16"),
        (lambda c: {**c, "due": c["due"][1:]}, r"\.due has .* rows, not "),
    ],
)
def test_columns_that_are_not_the_schema_are_not_written(
    whole, tmp_path, monkeypatch, change, said
):
    odd = {**whole, "accounts": change(whole["accounts"])}
    monkeypatch.setattr(content, "observe_block", lambda _: odd)
    with pytest.raises(Defect, match=f"accounts.*{said}"):
        dataset.write(WORLD, tmp_path / "out", progress=False)
    assert list(tmp_path.iterdir()) == []
