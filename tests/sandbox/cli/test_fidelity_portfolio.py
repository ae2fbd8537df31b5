"""`risk-sandbox fidelity --portfolio`: a short calibration to simulated accounts, and its gates."""

import csv
import io
from dataclasses import replace

import pytest
from click.testing import CliRunner

from data_generators import scenarios
from data_generators.calibration import CardBook, PanelMapping, simulate_table
from data_generators.fidelity import Standing, calibrated
from data_generators.scenarios import Scenario
from sandbox.cli import fidelity_portfolio, main
from sandbox.cli.fidelity_portfolio import roles_of
from sandbox.portfolio import Mapping

TAIWAN = PanelMapping.taiwan()
#: three statements are enough here, and judged faster
SHORT = """
name: cards
currency: TWD
target: {column: default.payment.next.month, positive: 1}
features:
  limit: LIMIT_BAL
  s1: PAY_0
  s2: PAY_2
  s3: PAY_3
  b1: BILL_AMT1
  b2: BILL_AMT2
  b3: BILL_AMT3
  p1: PAY_AMT1
  p2: PAY_AMT2
  p3: PAY_AMT3
panel: {limit: limit, statuses: [s1, s2, s3], bills: [b1, b2, b3], payments: [p1, p2, p3]}
ignore: ["*"]
"""


@pytest.fixture
def files(tmp_path):
    table = simulate_table(CardBook(), TAIWAN, 2_500, seed=4)
    table.to_csv(tmp_path / "cards.csv", index=False)
    (tmp_path / "short.yaml").write_text(SHORT)
    return tmp_path


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A world and how close it is, after one step of the fit instead of eight."""
    whole = Scenario.calibrated_to

    def short(self, table, mapping, **asked):
        return whole(self, table, mapping, **{**asked, "steps": 1})

    folder = tmp_path_factory.mktemp("cards")
    simulate_table(CardBook(), TAIWAN, 2_500, seed=4).to_csv(folder / "cards.csv", index=False)
    (folder / "short.yaml").write_text(SHORT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Scenario, "calibrated_to", short)
        return fidelity_portfolio.held_against(
            folder / "cards.csv", str(folder / "short.yaml"), scenarios.travel, 2_000, seed=3
        )


def typed(files, *words):
    ours = ["--portfolio", str(files / "cards.csv"), "--mapping", str(files / "short.yaml")]
    return CliRunner().invoke(main, ["fidelity", *ours, *words])


def test_the_shipped_mapping_has_the_roles_of_the_published_table():
    assert roles_of(Mapping.from_file("taiwan")) == TAIWAN


def given(monkeypatch, found, standing=None):
    """Instead of minutes of fitting; with `standing`, that of the three gates."""
    world, close = found
    if standing is not None:
        lines = [replace(line, standing=standing) for line in close.lines[-3:]]
        close = replace(close, lines=(*close.lines[:-3], *lines))
    monkeypatch.setattr(fidelity_portfolio, "held_against", lambda *_: (world, close))


def test_the_world_has_the_accounts_asked_for_and_the_tables_statements(found):
    world, close = found
    assert (world.customers, world.months, world.seed) == (2_000, 3, 3)
    assert world.scenario.cards.rows == 1_500
    assert world.scenario.economics.cof == scenarios.travel.economics.cof
    assert [line.figure.id for line in close.lines[-3:]] == [g.id for g in calibrated.GATES]
    assert close.lines[-2].value == pytest.approx(close.given_away["auc_alone"].max(), abs=0.35)
    assert (close.nearest["ratio"] > 0).all()


def test_gates_columns_and_distances_are_printed(files, found, monkeypatch):
    given(monkeypatch, found, Standing.INSIDE)
    monkeypatch.setenv("COLUMNS", "100")
    told = typed(files, "--seed", "3")
    assert told.exit_code == 0, told.stderr
    assert told.stdout.splitlines()[-1] == "gates: 3 inside, 0 outside"
    said = " ".join(told.stdout.split())
    for heading in ("What gives simulated rows away", "Distance to the closest", "0.95 or more"):
        assert heading in said
    assert "Cards calibrated to 1,500 accounts of cards.csv: 2,000 accounts, 3 statements" in said
    assert max(map(len, told.stdout.splitlines())) <= 100


@pytest.mark.parametrize("form", ["table", "csv"])
def test_a_gate_outside_is_status_1(files, found, monkeypatch, form):
    given(monkeypatch, found, Standing.OUTSIDE)
    assert typed(files, "--format", form).exit_code == 1


def test_csv_has_a_row_a_figure_and_those_of_other_cards_are_no_gates(files, found, monkeypatch):
    given(monkeypatch, found)
    rows = list(csv.DictReader(io.StringIO(typed(files, "--format", "csv").stdout)))
    assert [row["kind"] for row in rows[-3:]] == ["gate"] * 3
    assert (rows[-3]["band_low"], rows[-3]["band_high"]) == ("0.95", "")
    assert sum(row["id"].startswith("taiwan.") for row in rows) == 19
    assert {row["kind"] for row in rows[:-3]} == {"shape"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text, table: (text.replace("panel:", "ignored_panel:"), table), "unknown key"),
        (lambda text, table: (text[: text.index("panel:")] + "ignore: ['*']", table), "no panel:"),
        (lambda text, table: (text, table.head(2_000)), "need 2,500 or more"),
        (lambda text, table: (text, table.drop(columns="BILL_AMT2")), "no column 'BILL_AMT2'"),
        (lambda text, table: (text, table.assign(PAY_AMT3="x")), "'x' is not a number"),
        (lambda text, table: (text, table.assign(BILL_AMT1=table.BILL_AMT1.where(table.index > 5))),
         "row 2 (6 such rows): the cell is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_calibrated_is_one_sentence_and_status_2(files, change, said):
    table = simulate_table(CardBook(), TAIWAN, 2_500, seed=4)
    text, table = change(SHORT, table)
    (files / "short.yaml").write_text(text)
    table.to_csv(files / "cards.csv", index=False)
    told = typed(files)
    assert told.exit_code == 2
    assert told.stdout == ""
    (line,) = told.stderr.strip().splitlines()
    assert said in line
