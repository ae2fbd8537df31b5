"""The table of regulations says what held on a day, and where that comes from."""

import pytest

from sandbox.errors import BadInput
from sandbox.policy.regulation import Regulation

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


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("value: 200000", "value: -1", r"line 2\d: rows\.0\.value: .*greater than 0"),
        ("kind: consumer_cap", "kind: cap", "rows.0.kind"),
        ("loosens: consumer_cap_2020", "loosens: bullet_2020", "no row of its kind"),
        ("id: bullet_2020", "id: consumer_cap_2020", "twice"),
        ("valid_to: null", "valid_to: 2019-01-01", "before valid_from"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(tmp_path, old, new, words):
    from sandbox.policy import regulation

    text = regulation._DEFAULT.read_text(encoding="utf-8")
    assert f"    {old}\n" in text or f"  - {old}\n" in text
    path = tmp_path / "law.yaml"
    path.write_text(text.replace(f"{old}\n", f"{new}\n", 1), encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        Regulation.load(path)


def test_an_odd_day_or_name_is_refused():
    with pytest.raises(BadInput, match="is no day"):
        LAW.as_of("2026-13-01")
    with pytest.raises(BadInput, match="There is no regulation cap_2030"):
        LAW.as_of("2026-01-01", accept=("cap_2030",))
