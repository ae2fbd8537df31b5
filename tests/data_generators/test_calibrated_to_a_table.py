"""Claims about calibrated card books; the fit to the real accounts is measured in
benchmarks/calibration.py.

The test on the real accounts looks for shared/data beside the repository.
"""

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from real_accounts import REAL

from data_generators import InvalidInput
from data_generators.calibration import (
    CardBook,
    Panel,
    PanelMapping,
    card_parameters,
    fit,
    identification,
    simulate,
    simulate_table,
)
from data_generators.calibration.fidelity_to_table import (
    discriminate,
    nearest_rows,
    train_synthetic_test_real,
)
from data_generators.calibration.first_guesses import first_guess, measured
from data_generators.calibration.free_parameters import MOVED, from_free, to_free
from data_generators.fidelity import measured_on_cards

TAIWAN = PanelMapping.taiwan()
ACCOUNTS = 20_000


@pytest.fixture(scope="module")
def panel() -> Panel:
    return simulate(CardBook(), ACCOUNTS, seed=1)


# --- the structure -----------------------------------------------------------------------


def test_an_account_is_the_same_in_a_small_and_in_a_large_book(panel: Panel) -> None:
    small = simulate(CardBook(), 500, seed=1)
    assert (small.bill == panel.bill[:, :500]).all()
    assert (small.status == panel.status[:, :500]).all()
    assert (small.target == panel.target[:500]).all()


def test_another_seed_gives_another_book(panel: Panel) -> None:
    assert (simulate(CardBook(), ACCOUNTS, seed=2).bill != panel.bill).mean() > 0.5


def test_amounts_are_whole_and_payments_not_negative(panel: Panel) -> None:
    assert (panel.bill == np.rint(panel.bill)).all()
    assert (panel.payment >= 0).all()
    assert (panel.payment == np.rint(panel.payment)).all()


def test_paid_in_full_means_the_next_payment_covers_the_bill(panel: Panel) -> None:
    bill, answer, status = panel.bill[:-1], panel.payment[1:], panel.status[:-1]
    in_full = (status == -1) & (bill > 0)
    assert (answer[in_full] >= bill[in_full]).all()
    revolving = (status == 0) & (bill > 0)
    assert (answer[revolving] < bill[revolving]).mean() > 0.99


def test_without_a_payment_on_a_bill_an_account_is_late_unless_it_was_waived() -> None:
    book = CardBook().with_values({"payments.floor_share": (1.0,) * 7})
    panel = simulate(book, ACCOUNTS, seed=3)
    unpaid = (panel.bill[:-1] > 0) & (panel.payment[1:] == 0)
    assert (panel.status[:-1][unpaid] >= 2).all()


def test_lateness_grows_by_a_month_at_most(panel: Panel) -> None:
    months = np.where(panel.status[:-1] >= 2, panel.status[:-1] - 1, 0)
    assert (np.diff(months, axis=0) <= 1).all()


def test_status_one_occurs_in_the_newest_month_only(panel: Panel) -> None:
    assert (panel.status[-1] == 1).mean() > 0.03
    assert (panel.status[:-1] != 1).all()


def test_the_late_and_the_low_limits_default_more(panel: Panel) -> None:
    found = measured_on_cards(panel.table(TAIWAN))
    assert found["taiwan.default_by_status.late"] > 2 * found["taiwan.default_by_status.0"]
    fifths = [v for k, v in found.items() if k.startswith("taiwan.default_by_limit")]
    assert fifths[0] > fifths[2] > fifths[4]


def test_weaker_willingness_to_pay_raises_lateness_and_default(panel: Panel) -> None:
    careless = CardBook().with_values({"arrears.miss_revolve": -2.5})
    other = simulate(careless, ACCOUNTS, seed=1)
    assert (other.status >= 2).mean() > (panel.status >= 2).mean() + 0.02
    assert other.target.mean() > panel.target.mean()


# --- parameters --------------------------------------------------------------------------


def test_a_book_survives_json() -> None:
    book = CardBook().with_values(
        {"habits.light": 0.3, "limit.popular": (), "limit.popular_share": ()}
    )
    assert CardBook.from_dict(json.loads(json.dumps(book.to_dict()))) == book


def test_a_book_is_the_same_after_its_parameters_were_put_on_the_fits_scales() -> None:
    back = from_free(CardBook(), to_free(CardBook()))
    for name in MOVED:
        assert back.value(name) == pytest.approx(CardBook().value(name), abs=1e-9), name


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("habits.light", 1.2, "within"),
        ("habits.light", float("nan"), "finite"),
        ("spending.wanted_spread", -1.0, "0 or more"),
        ("limit.popular", (1.0,), "one each"),
        ("limit.log_quantiles", (3.0, 2.0), "rise"),
        ("habits.lihgt", 0.1, "no parameter"),
    ],
)
def test_a_book_refuses_nonsense(name: str, value: object, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        CardBook().with_values({name: value})


def said_of_parameters() -> dict[str, str]:
    """Every parameter, "part.field", with the comment that stands over it."""
    parts = {f.default_factory.__name__: f.name for f in dataclasses.fields(CardBook)}
    said, part, comment, above = {}, "", "", ""
    for line in Path(card_parameters.__file__).read_text().splitlines():
        if match := re.match(r"class (\w+)", line):
            part, comment = parts.get(match[1], ""), ""
        elif match := re.match(r"    #: (.*)", line):
            comment = f"{comment} {match[1]}" if above.startswith("    #:") else match[1]
        elif (match := re.match(r"    (\w+): .* = ", line)) and part:
            said[f"{part}.{match[1]}"] = comment
        above = line
    return said


def test_what_a_comment_says_of_a_parameter_is_what_happens_to_it(panel: Panel) -> None:
    said = said_of_parameters()
    assert len(said) == sum(len(fields) for fields in CardBook().to_dict().values())
    read_off = set(measured(panel)) - set(MOVED)
    for name, comment in said.items():
        if name.startswith("next_month."):
            assert name in MOVED, name
            continue
        found = re.search(r"\((fitted|measured|assumed)", comment)
        assert found, f"{name}: {comment}"
        truth = "fitted" if name in MOVED else "measured" if name in read_off else "assumed"
        assert found[1] == truth, name


# --- tables ------------------------------------------------------------------------------


def test_a_table_and_its_panel_say_the_same(panel: Panel) -> None:
    again = Panel.of(panel.table(TAIWAN), TAIWAN)
    assert (again.bill == panel.bill).all()
    assert (again.people["age"] == panel.people["age"]).all()


def test_a_table_without_a_column_is_refused(panel: Panel) -> None:
    with pytest.raises(InvalidInput, match="BILL_AMT3"):
        Panel.of(panel.table(TAIWAN).drop(columns="BILL_AMT3"), TAIWAN)


def test_a_table_with_a_missing_value_is_refused(panel: Panel) -> None:
    table = panel.table(TAIWAN)
    table.loc[3, "PAY_AMT2"] = np.nan
    with pytest.raises(InvalidInput, match="PAY_AMT2"):
        Panel.of(table, TAIWAN)


def test_a_small_table_is_refused(panel: Panel) -> None:
    with pytest.raises(InvalidInput, match="1,000"):
        fit(panel.table(TAIWAN).head(200), TAIWAN)


def test_a_mapping_needs_as_many_bills_as_payments() -> None:
    with pytest.raises(InvalidInput, match="as many"):
        dataclasses.replace(TAIWAN, payments=TAIWAN.payments[:3])


def test_a_table_may_leave_persons_out_and_have_fewer_months(panel: Panel) -> None:
    bare = PanelMapping("limit", ("s1", "s2", "s3"), ("b1", "b2", "b3"), ("p1", "p2", "p3"), "bad")
    table = simulate_table(CardBook(), bare, 2_000, seed=4)
    assert list(table) == list(bare.columns)
    assert first_guess(Panel.of(table, bare)).people == CardBook().people
    found = fit(table, bare, accounts=1_000, steps=1, progress=False)
    assert found.misfit[-1] < found.misfit[0]
    assert not found.moments.isna().any(axis=None)


# --- the fit -----------------------------------------------------------------------------


def test_a_fit_moves_towards_a_book_that_is_known() -> None:
    truth = CardBook().with_values(
        {"arrears.miss_revolve": -2.4, "spending.wanted_log": 10.4, "next_month.intercept": -1.5}
    )
    table = simulate_table(truth, TAIWAN, 4_000, seed=5)
    found = fit(table, TAIWAN, accounts=4_000, steps=1, progress=False)
    assert found.misfit[-1] < 0.5 * found.misfit[0]
    before, after = first_guess(Panel.of(table, TAIWAN)), found.book
    for name in ("arrears.miss_revolve", "spending.wanted_log", "next_month.intercept"):
        goal = truth.value(name)
        assert abs(after.value(name) - goal) < abs(before.value(name) - goal), name


def test_how_well_a_parameter_is_known_is_told(panel: Panel) -> None:
    known = identification(CardBook(), panel.table(TAIWAN), TAIWAN, accounts=2_000)
    assert set(known["parameter"]) == set(MOVED)
    assert known["inflation"].is_monotonic_decreasing
    assert (known["inflation"] > 1 - 1e-6).all()
    # everybody has a least minimum due in this book, so nothing is ever waived
    assert known.set_index("parameter").loc["payments.waived_below", "inflation"] == np.inf


def test_the_first_guess_meets_the_limits_scale(panel: Panel) -> None:
    table = panel.table(TAIWAN)
    guess = first_guess(Panel.of(table, TAIWAN))
    assert guess.limit.step == 10_000
    limits = simulate(guess, ACCOUNTS, seed=9).limit
    assert np.median(limits) == pytest.approx(np.median(panel.limit), rel=0.1)


# --- how fidelity is judged --------------------------------------------------------------


def test_rows_of_one_book_cannot_be_told_apart(panel: Panel) -> None:
    other = simulate_table(CardBook(), TAIWAN, 3_000, seed=8)
    told = discriminate(panel.table(TAIWAN).head(3_000), other, TAIWAN, by_column=False)
    assert 0.45 < told.auc < 0.55


def test_a_column_that_gives_rows_away_is_named(panel: Panel) -> None:
    few = dataclasses.replace(
        TAIWAN,
        statuses=TAIWAN.statuses[:3],
        bills=TAIWAN.bills[:3],
        payments=("PAY_AMT1", "PAY_AMT4", "PAY_AMT5"),
    )
    other = simulate_table(CardBook(), TAIWAN, 1_000, seed=8)
    other["PAY_AMT4"] += 777.0
    told = discriminate(panel.table(TAIWAN).head(1_000), other, few)
    assert told.auc > 0.7
    assert told.columns["column"][0] == "PAY_AMT4"


def test_copied_rows_are_found_to_be_nearer(panel: Panel) -> None:
    table = panel.table(TAIWAN)
    train, held_out = table.iloc[:3_000], table.iloc[3_000:4_000]
    copies = train.sample(1_000, random_state=1).copy()
    copies["BILL_AMT1"] += 1.0
    near = nearest_rows(train, held_out, copies, TAIWAN)
    assert (near["simulated"] < near["held_out"])[2:].all()


if REAL.is_file():

    def test_a_short_fit_makes_accounts_that_teach_about_the_real_ones() -> None:
        """Needs shared/data: one step on 12,000 accounts, judged on others."""
        real = pd.read_csv(REAL)
        order = np.random.default_rng(1).permutation(len(real))
        train, held_out = real.iloc[order[:12_000]], real.iloc[order[12_000:18_000]]
        book = fit(train, TAIWAN, accounts=6_000, steps=1, progress=False).book
        synthetic = simulate_table(book, TAIWAN, 12_000, seed=6)
        learned = train_synthetic_test_real(held_out, synthetic, TAIWAN)
        assert learned["of_real"][1] > 0.93
        near = nearest_rows(train.head(6_000), held_out.head(2_000), synthetic.head(2_000), TAIWAN)
        assert (near["simulated"] > near["held_out"])[1:].all()
