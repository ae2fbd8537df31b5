"""The whole pack: what is given is shown, the rest is named, every column is explained."""

import numpy as np
import pandas as pd
from small_panels import random_table

from sandbox.exhibits.book import Book
from sandbox.validation.definitions import Definitions
from sandbox.validation.portfolio_pack.data import PortfolioData
from sandbox.validation.portfolio_pack.default_curves import default_curves
from sandbox.validation.portfolio_pack.panel import AccountPanel
from sandbox.validation.portfolio_pack.rolls import roll_matrix
from sandbox.validation.portfolio_pack.tables import DESCRIPTIONS, NOT_SHOWN, portfolio_tables

OWN = Definitions.built_in()


def everything():
    rng = np.random.default_rng(0)
    panel = AccountPanel.of(random_table(1, accounts=200))
    n = 300
    books = []
    for limit in (rng.choice([0.0, 5e3], n), rng.choice([0.0, 5e3, 1e4], n)):
        risk = rng.beta(1, 20, n)
        said = {"approve": limit > 0, "limit": limit, "pd": risk, "reason": "pd above cut-off"}
        lived = {"taken": limit > 0, "default": rng.random(n) < risk, "profit": 0.01 * limit,
                 "utilisation": rng.random(n)}  # fmt: skip
        books.append(Book("book", pd.DataFrame(said), pd.DataFrame(lived)))
    accounts = pd.DataFrame(
        {"account": range(50), "stage": rng.integers(1, 4, 50), "balance": 100.0, "segment": "M0",
         "lgd": 0.4, "eir": 0.1, "category": "substandard"}
    )  # fmt: skip
    return PortfolioData(
        panel=panel,
        accounts=accounts,
        curves=default_curves(roll_matrix(panel, OWN), OWN),
        old=books[0],
        new=books[1],
        decided=books[0],
        final=books[1],
        override_reason=pd.Series(["branch"] * n),
        reference_score=rng.random(n),
        score=rng.random(n),
    )


def test_all_exhibits_are_shown_when_everything_is_given():
    shown = portfolio_tables(everything(), OWN)
    assert set(shown) == set(DESCRIPTIONS) - {NOT_SHOWN}
    assert all(len(table) for table in shown.values())
    assert shown["definitions"].set_index("name").loc["digest", "value"] == OWN.digest


def test_every_column_has_a_meaning():
    columns = portfolio_tables(everything(), OWN)["columns"]
    assert columns.loc[columns["meaning"] == "", "column"].tolist() == []


def test_what_is_not_given_is_named_with_its_reason():
    shown = portfolio_tables(PortfolioData(), OWN)
    assert set(shown) == {"definitions", "columns", NOT_SHOWN}
    gaps = shown[NOT_SHOWN]
    assert set(gaps["exhibit"]) == set(DESCRIPTIONS) - {"definitions", "columns", NOT_SHOWN}
    assert (gaps["reason"] != "").all()


def test_tables_do_not_depend_on_the_order_of_rows():
    table = random_table(2)
    one, other = (
        portfolio_tables(PortfolioData(panel=AccountPanel.of(t)), OWN)
        for t in (table, table.iloc[::-1])
    )
    for name in one:
        pd.testing.assert_frame_equal(one[name], other[name])
