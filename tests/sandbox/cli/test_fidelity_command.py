"""`risk-sandbox fidelity`: every figure once, words beside colours, and an exit status."""

import csv
import io

import pytest
from click.testing import CliRunner
from rich.console import Console

import data_generators.fidelity
from data_generators import scenarios
from data_generators.fidelity import Reading, Setting, Standing, compare, figures
from sandbox.cli import fidelity_tables, main

GOOD = {
    "limit.mpb.low": Reading(0.6, "at the incumbent's own limit"),
    "limit.mpb.high": Reading(0.01),
    "limit.mpb.average": Reading(0.2),
    "fraud.prevalence": Reading(0.011),
    "roll.m0_m1": Reading(0.9),
    "gmsc.default_by_age.young_old": Reading((0.1, float("nan")), "", "customers over 70"),
    "timing.gap_cv": Reading(None, missing="fund flows"),
}


def typed(monkeypatch, *words: str, **changed: Reading):
    readings = GOOD | {name.replace("__", "."): reading for name, reading in changed.items()}
    monkeypatch.setattr(data_generators.fidelity, "measured", lambda *_, **__: readings)
    return CliRunner().invoke(main, ["fidelity", *words])


@pytest.mark.parametrize("width", ["80", "100", "120"])
def test_every_figure_is_printed_once_and_within_the_width(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    told = typed(monkeypatch)
    words = told.stdout.split()
    assert {words.count(f.id) for f in figures()} == {1}
    table = told.stdout[: told.stdout.index("\nshapes: ")]
    assert max(map(len, table.splitlines())) <= int(width)


def test_gates_stand_first_and_are_counted_last(monkeypatch):
    lines = typed(monkeypatch).stdout.splitlines()
    text = "\n".join(lines)
    assert text.index("limit.mpb.low") < text.index("roll.m0_m1") < text.index("gmsc.")
    assert lines[-1] == (
        "gates: 4 inside, 0 outside, 3 not in this world yet, 16 not applicable to this scenario"
    )


def test_the_verdict_is_a_word_where_there_is_no_colour(monkeypatch):
    rows = typed(monkeypatch).stdout.splitlines()
    assert next(row for row in rows if "roll.m0_m1" in row).split()[-1] == "outside"
    assert next(row for row in rows if "fraud.prevalence " in row).split()[-1] == "inside"
    assert "\x1b" not in "".join(rows)


def test_the_verdict_has_a_colour_too_on_a_terminal(monkeypatch):
    screen = Console(file=io.StringIO(), force_terminal=True, width=100, color_system="standard")
    monkeypatch.setattr(fidelity_tables, "console", lambda: screen)
    lines = compare(Setting(scenarios.online_rental), GOOD)
    fidelity_tables.print_comparison(lines, "title")
    said = screen.file.getvalue()
    assert "\x1b[32minside" in said
    assert "\x1b[1;31moutside" in said


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 0),  # a guide lies outside, which is no failure
        ({"fraud__prevalence": Reading(0.2)}, 1),
        ({"limit__mpb__low": Reading(None, missing="revolving lines")}, 0),
    ],
)
@pytest.mark.parametrize("form", ["table", "csv"])
def test_the_status_is_1_when_a_gate_is_outside(monkeypatch, changed, status, form):
    assert typed(monkeypatch, "--format", form, **changed).exit_code == status


def test_csv_has_a_row_a_figure_with_plain_numbers(monkeypatch):
    rows = list(csv.DictReader(io.StringIO(typed(monkeypatch, "--format", "csv").stdout)))
    assert [row["id"] for row in rows] == [f.id for f in figures()]
    by_id = {row["id"]: row for row in rows}
    low = by_id["limit.mpb.low"]
    assert (low["published"], low["band_low"], low["band_high"]) == ("0.59", "0.5", "0.68")
    assert (low["world"], low["standing"], low["kind"]) == ("0.6", "inside", "gate")
    assert by_id["timing.gap_cv"]["world"] == ""
    assert by_id["timing.gap_cv"]["note"] == "fund flows"


def test_values_are_written_in_their_unit():
    def written(name: str) -> str:
        figure = next(f for f in figures() if f.id == name)
        return fidelity_tables.written(figure, figure.value)

    assert written("gmsc.default_by_age.young_old") == "11.2% / 2.3%"
    assert written("fraud.prevalence.card") == "0.172%"
    assert written("limit.mpb.low") == "0.59"
    assert written("truth.auc") == "0.82"
    assert written("vintage.peak") == "10"


def test_shapes_that_differ_are_told_from_those_without_a_test():
    lines = compare(Setting(scenarios.online_rental), GOOD)
    shape = next(x for x in lines if x.figure.id == "gmsc.default_by_age.young_old")
    assert shape.standing is Standing.BESIDE  # nobody is over 70, so there is nothing to compare
    assert "not in this world yet: customers over 70" in shape.note


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--scenario", "piracy"], "There is no scenario 'piracy'"),
        (["--customers", "0"], "0 is not a whole number from 1 up"),
        (["--portfolio", "x.csv"], "--portfolio and --mapping go together"),
        (["--portfolio", "x.csv", "--mapping", "taiwan"], "There is no file x.csv"),
    ],
)
def test_misuse_is_one_sentence_and_status_2(words, said):
    told = CliRunner().invoke(main, ["fidelity", *words])
    assert told.exit_code == 2
    assert told.stdout == ""
    (line,) = told.stderr.strip().splitlines()
    assert said in line


def test_help_tells_the_exit_status():
    told = CliRunner().invoke(main, ["fidelity", "--help"])
    assert "status is 0 when no gate that applies lies outside its band, and 1 otherwise" in (
        " ".join(told.stdout.split())
    )
