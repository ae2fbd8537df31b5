"""`risk-sandbox fidelity --portfolio`: a short calibration to simulated accounts, and its gates."""

import csv
import io

import pytest
from click.testing import CliRunner

from data_generators.calibration import CardBook, PanelMapping, simulate_table
from data_generators.fidelity import calibrated
from data_generators.scenarios import Scenario
from sandbox.cli import main
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


@pytest.fixture
def quick(monkeypatch):
    """One step of the fit instead of eight."""
    whole = Scenario.calibrated_to

    def short(self, table, mapping, **asked):
        return whole(self, table, mapping, **{**asked, "steps": 1})

    monkeypatch.setattr(Scenario, "calibrated_to", short)


def typed(files, *words):
    ours = ["--portfolio", str(files / "cards.csv"), "--mapping", str(files / "short.yaml")]
    return CliRunner().invoke(main, ["fidelity", *ours, *words])


def test_the_shipped_mapping_has_the_roles_of_the_published_table():
    assert roles_of(Mapping.from_file("taiwan")) == TAIWAN


def test_gates_columns_and_distances_are_printed_and_the_status_tells(files, quick, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    told = typed(files, "--seed", "3")
    said = told.stdout
    assert told.exit_code in (0, 1), told.stderr
    assert said.splitlines()[-1].startswith("gates: ")
    assert ("0 outside" in said.splitlines()[-1]) == (told.exit_code == 0)
    for heading in ("What gives simulated rows away", "Distance to the closest", "0.95 or more"):
        assert heading in said
    assert "Cards calibrated to 1,500 accounts of cards.csv: 2,500 accounts, 3 statements" in (
        " ".join(said.split())
    )
    # figures of another table are printed, and are no gates
    assert "gates: 3" in said or "gates: 2" in said


def test_csv_has_a_row_a_figure_and_a_gate_outside_is_status_1(files, quick, monkeypatch):
    gates = [
        calibrated._asked(g.id.removeprefix("calibration."), "q", 9.0, (9.0, 10.0), "")
        for g in calibrated.GATES
    ]
    monkeypatch.setattr(calibrated, "GATES", gates)
    told = typed(files, "--format", "csv", "--customers", "1100")
    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    assert told.exit_code == 1
    assert [row["id"] for row in rows[-3:]] == [g.id for g in gates]
    assert {row["standing"] for row in rows[-3:]} == {"outside"}
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
