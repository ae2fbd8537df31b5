"""Who may sign what, when; owners and due dates."""

from dataclasses import replace

import pytest
from cells import blocks, cell

from sandbox.errors import BadInput
from sandbox.report import assemble
from sandbox.report.document import Table
from sandbox.report.implementation import score_digest
from sandbox.report.render import html
from sandbox.report.sign_off import ModelCard
from sandbox.validation.policy import Policy, Severity

TODAY = "2026-11-23"
CARD = """
model_id: PD-CARDS
version: "3.2"
tier: "1"
purpose: Limits of card accounts
out_of_scope: [provisions]
developer: {name: Li Wei, date: 2026-11-24}
validator: {name: Anna Roth, date: 2026-11-25}
approver: {name: Jo Park, date: 2026-11-26}
conditions: [limits up to 50000]
owners: {default: Risk analytics, calibration: Model owner}
compensating_controls: [manual review above 30000]
"""


def read(tmp_path, text):
    (tmp_path / "signoff.yaml").write_text(text)
    return ModelCard.from_file(tmp_path / "signoff.yaml")


@pytest.mark.parametrize("name", ["Li Wei", "li  wei", " LI WEI ", "Ｌi Wei", "LiWei"])
def test_developer_and_validator_are_two_people(tmp_path, name):
    with pytest.raises(BadInput, match="someone who did not develop the model has to validate it"):
        read(tmp_path, CARD.replace("Anna Roth", name))


def test_nobody_signs_before_the_report_is_written(tmp_path):
    card = read(tmp_path, CARD)
    assemble([cell()], date="2026-11-24", card=card)
    with pytest.raises(
        BadInput, match="Li Wei signed on 2026-11-24, before the report of 2026-11-"
    ):
        assemble([cell()], date="2026-11-25", card=card)
    with pytest.raises(BadInput, match="dated 'spring'"):
        assemble([cell()], date="spring", card=card)


def test_a_card_of_another_model_is_refused(tmp_path):
    made = cell()
    own = read(tmp_path, CARD + f'hash: "{made.cell.digest}"\n')
    assemble([made], date=TODAY, card=own)
    with pytest.raises(BadInput, match="sign off the model that was validated"):
        assemble([cell(seed=2)], date=TODAY, card=own)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CARD.replace("tier:", "teir:"), "line 4: there is no key teir; the nearest is tier"),
        (CARD.replace("calibration:", "calibrations:"), "no family of tests is called"),
        (CARD.replace("2026-11-25", "tomorrow"), r"validator\.date"),
        (CARD + "hash: 12345678\n", "hash is 12345678; write it in quotes"),
        ("", "is empty"),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(tmp_path, text, said):
    with pytest.raises(BadInput, match=said):
        read(tmp_path, text)


def test_the_cover_shows_who_signed_and_without_a_card_what_is_open(tmp_path):
    text = html(assemble([cell()], date=TODAY, card=read(tmp_path, CARD)))
    for said in ("PD-CARDS, version 3.2", "Anna Roth", "2026-11-25", "limits up to 50000"):
        assert said in text
    assert "to be signed" not in text
    assert html(assemble([cell()], date=TODAY)).count("to be signed") >= 3


def test_findings_have_an_owner_by_family_and_a_due_date_by_severity(tmp_path):
    made = cell(n=3000, lift=0.3)
    document = assemble([made], date=TODAY, card=read(tmp_path, CARD))
    owners = {line.title: line.owner for line in document.annex.register}
    assert owners["Jeffreys test by grade: fails"] == "Model owner"
    assert "Risk analytics" in owners.values()
    due = {line.severity: line.due for line in document.annex.register}
    assert (due["S2"], due["S3"]) == ("2027-02-21", "2027-05-22")


def test_a_bank_sets_its_own_due_dates(tmp_path):
    strict = Policy.default().model_copy(update={"due_days": dict.fromkeys(Severity, 7)})
    document = assemble([cell(n=3000, lift=0.3)], date=TODAY, policy=strict)
    assert {line.due for line in document.annex.register} == {"2026-11-30"}
    path = tmp_path / "policy.yaml"
    path.write_text("id: own\nversion: '1'\ndue_days: {S1: 60, S2: 30}\nthresholds: {}\n")
    with pytest.raises(BadInput, match="a milder finding is due later"):
        Policy.from_file(path)


def test_a_rerun_with_other_scores_is_not_green():
    made = cell()
    other = made.tables["scored"].assign(score=lambda t: t.score * 0.999)
    moved = replace(made, tables={**made.tables, "scored": other})

    def marks(repeated):
        document = assemble([made], date=TODAY, repeated=repeated)
        table = next(t for t in blocks(document, 5, Table) if t.title == "Scores and their re-run")
        return [row[-1].below for row in table.rows]

    assert marks([]) == ["no re-run"]
    assert marks([cell()]) == ["same scores"]
    assert marks([moved]) == ["other scores"]
    assert score_digest(made) != score_digest(moved)
