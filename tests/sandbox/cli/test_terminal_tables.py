"""Tables and sentences stay within the terminal, and words stay whole."""

import pandas as pd
import pytest

from sandbox.cli.tables import print_paragraph, print_results

ADDRESS = (
    "https://scikit-learn.org/stable/modules/an-address-that-is-longer-than-forty-columns.html"
)
WHY = f"raised: ValueError: Input X contains NaN; linear models do not accept it, see {ADDRESS}"


def row(model: str, status: str = "ok", seeds: int = 3, scenario: str = "online_rental"):
    return {
        "model": model,
        "scenario": scenario,
        "role": "limit",
        "seeds": seeds,
        "truth/profit_per_customer": 1_237.2,
        "truth/regret_per_customer": 217.0,
        "value/approval_rate": 0.913,
        "value/default_rate": 0.014,
        "perf/auc": 0.77,
        "calib/brier": 0.0135,
        "status": status,
    }


@pytest.fixture(params=[80, 100])
def width(request, monkeypatch) -> int:
    monkeypatch.setenv("COLUMNS", str(request.param))
    return request.param


@pytest.mark.usefixtures("width")
def test_a_reason_stands_below_the_table_once_and_the_cell_says_failed(capsys):
    rows = [row("rule matrix"), row("boosted PD", WHY, 2), row("mine", WHY, 0)]
    print_results(pd.DataFrame(rows))
    said = capsys.readouterr().out
    table, below = said.split("boosted PD, mine: ")
    assert "raised" not in table
    words = table.split()
    assert words.count("failed)") == 1  # partly failed
    assert words.count("(failed)") == 1
    assert " ".join(below.split()) == WHY


def test_tables_fit_the_terminal_and_break_between_words(width, capsys):
    print_results(pd.DataFrame([row("rule matrix"), row("boosted PD", scenario="car_loans")]))
    said = capsys.readouterr().out
    assert max(map(len, said.splitlines())) <= width
    headings = said.split("─")[0]
    assert {"expected", "customer,", "approved", "defaults", "regret"} <= {*headings.split()}


def test_where_all_models_were_tried_is_said_once_in_the_title(capsys):
    print_results(pd.DataFrame([row("rule matrix"), row("boosted PD")]))
    said = capsys.readouterr().out
    assert said.startswith("Limit models on online rental")
    assert said.count("rental") == 1


def test_paragraphs_break_between_words_and_never_in_an_address(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    text = f"A well-known reason that takes more than one line, see {ADDRESS} for it."
    print_paragraph(text)
    lines = capsys.readouterr().out.splitlines()
    assert ADDRESS in lines
    assert all(len(line) <= 40 for line in lines if line != ADDRESS)
    assert " ".join(lines) == text
