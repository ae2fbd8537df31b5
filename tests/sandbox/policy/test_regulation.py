"""The table of regulations says what held on a day, and where that comes from."""

import pytest
from pydantic import ValidationError

from sandbox.errors import BadInput
from sandbox.policy.regulation import Regulation, Row

LAW = Regulation.load()


def test_every_row_has_a_source_and_says_whether_it_was_verified():
    table = LAW.table()
    assert table["source"].str.len().gt(5).all()
    assert table["valid_from"].notna().all()
    assert {"consumer_cap", "bullet_months", "partner_share", "one_partner", "joint_share",
            "all_in_cost"} == set(table["kind"])  # fmt: skip


@pytest.mark.parametrize(
    ("day", "kind", "value"),
    [
        ("2020-07-11", "consumer_cap", None),
        ("2020-07-12", "consumer_cap", 200_000),
        ("2021-12-31", "partner_share", None),
        ("2022-01-01", "partner_share", 0.30),
        ("2025-09-30", "all_in_cost", None),
        ("2025-10-01", "all_in_cost", 0.24),
        ("2026-01-01", "one_partner", 0.25),
        ("2026-01-01", "joint_share", 0.50),
        ("2026-01-01", "bullet_months", 12),
    ],
)
def test_what_held_on_a_day(day, kind, value):
    assert LAW.as_of(day).value(kind) == value


def test_an_unverified_loosening_holds_only_when_accepted_and_only_from_its_day():
    assert not LAW.row("consumer_cap_2025").verified
    accepted = ("consumer_cap_2025",)
    assert LAW.as_of("2026-01-01").value("consumer_cap") == 200_000
    assert LAW.as_of("2026-01-01", accepted).value("consumer_cap") == 300_000
    assert LAW.as_of("2025-03-13", accepted).value("consumer_cap") == 200_000


def test_of_two_rows_the_stricter_holds():
    rows = [r.model_dump() for r in LAW.rows if r.kind == "partner_share"]
    law = Regulation.model_validate(
        {"id": "x", "version": "1", "rows": [*rows, {**rows[0], "id": "more", "value": 0.4}]}
    )
    assert law.as_of("2026-01-01").value("partner_share") == 0.4


def test_every_row_quotes_what_was_read_and_where():
    for row in LAW.rows:
        assert None not in (row.text, row.source_url, row.read_on), row.id
        assert row.verified or row.note, f"{row.id} does not say what is open"


def test_a_row_is_not_verified_without_what_was_read():
    bare = {"source_url": None, "text": None, "read_on": None}
    row = LAW.row("bullet_2020").model_dump()
    assert not Row.model_validate(row | bare).verified
    assert Row.model_validate(row | {"verified": True}).verified
    with pytest.raises(ValidationError, match="add source_url, text, read_on"):
        Row.model_validate(row | bare | {"verified": True})


def test_a_transition_for_old_business_puts_no_constraint_off():
    """Of two readings of a transition the stricter is applied."""
    row = LAW.row("one_partner_2021")
    assert str(row.transition_to) == "2023-06-30"
    assert LAW.as_of("2021-02-19").value("one_partner") == 0.25


def test_a_verified_loosening_holds_unasked():
    rows = [r.model_dump() for r in LAW.rows]
    for row in rows:
        row["verified"] = row["id"] == "consumer_cap_2025"
    law = Regulation.model_validate({"id": "x", "version": "1", "rows": rows})
    assert law.as_of("2026-01-01").value("consumer_cap") == 300_000


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "value: 200000",
            "value: -1",
            r"line 2\d: rows\.0\.value is -1; it has to be greater",
        ),
        ("kind: consumer_cap", "kind: cap", "rows.0.kind"),
        ("loosens: consumer_cap_2020", "loosens: bullet_2020", "no row of its kind"),
        ("id: bullet_2020", "id: consumer_cap_2020", "twice"),
        ("valid_to: null", "valid_to: 2019-01-01", r"valid_to .*before valid_from"),
        ("transition_to: 2023-06-30", "transition_to: 2020-07-11", "transition_to .*before"),
        ("source_url: https://", "source_url: ftp://", r"rows\.0\.source_url"),
        ("read_on: 2026-11-23", "read_on: yesterday", r"rows\.0\.read_on"),
        ("read_on: 2026-11-23", "read_on: null", "go together; add read_on"),
        (
            'text: "单户',
            'text: "' + "单户" * 41 + '"  # ',
            r"rows\.0\.text is .*at most 80",
        ),
        ('text: "单户', 'text: "200,000 RMB at most"  # ', "not in Chinese"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path, old, new, words):
    from sandbox.policy import regulation

    text = regulation._DEFAULT.read_text(encoding="utf-8")
    indent = "  - " if f"\n  - {old}" in text else "    "
    assert f"\n{indent}{old}" in text
    path = tmp_path / "law.yaml"
    path.write_text(text.replace(f"\n{indent}{old}", f"\n{indent}{new}", 1), encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        Regulation.load(path)


def test_an_odd_day_or_name_is_refused():
    with pytest.raises(BadInput, match="is no day"):
        LAW.as_of("2026-13-01")
    with pytest.raises(BadInput, match="There is no regulation cap_2030"):
        LAW.as_of("2026-01-01", accept=("cap_2030",))
