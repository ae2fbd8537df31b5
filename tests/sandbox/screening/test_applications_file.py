"""Applications from a file: every row is screened or refused with its reason."""

import json

import pytest

from sandbox.errors import BadInput
from sandbox.screening.applications_file import read_applications
from sandbox.screening.feed import applications_of

HEAD = (
    "customer_id,event_time,partner_id,device_id,address_id,phone_id,requested_amount,"
    "declared_income"
)
GOOD = "1,10.5,3,7830246613127943934,-5,6,8000,5000"


def written(tmp_path, *rows, head=HEAD):
    path = tmp_path / "applications.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_good_rows_go_on_and_bad_ones_are_told_by_row_and_column(tmp_path):
    given = read_applications(
        written(tmp_path, GOOD, GOOD.replace("1,10.5", "2,soon"), GOOD.replace("8000", "0"),
                GOOD.replace("1,10.5", "4,9.5"), GOOD.replace("1,10.5", "4,11.5"))
    )  # fmt: skip
    assert given.applications["customer_id"].tolist() == [1, 4]
    told = "\n".join(given.refused)
    assert "Row 3: event_time" in told
    assert "Row 4: requested_amount" in told
    assert "Row 6: its customer_id stood before" in told
    assert len(given.refused) == 3


def test_numbers_of_things_keep_their_digits_and_kinds_become_identifiers(tmp_path):
    given = read_applications(
        written(tmp_path, GOOD + ",Li Lei,33", head=HEAD + ",name,bureau_inquiries_6m")
    )
    application = applications_of(given, 0.0, 99.0)[0]
    assert application.identifiers["device"] == ("7830246613127943934",)
    assert application.identifiers["address"] == ("-5",)
    assert given.identifiers.loc[1, "name"] == "Li Lei"
    assert "name" not in application.values
    assert application.values["bureau_inquiries_6m"] == 33


def test_json_reads_as_csv_does(tmp_path):
    values = dict(
        zip(HEAD.split(","), [1, 10.5, 3, 7830246613127943934, -5, 6, 8000.0, 5000.0], strict=True)
    )
    path = tmp_path / "applications.json"
    path.write_text(json.dumps([values]))
    from_json, from_csv = read_applications(path), read_applications(written(tmp_path, GOOD))
    assert from_json.applications.astype(float).equals(from_csv.applications.astype(float))
    assert from_json.links["target_id"].tolist() == from_csv.links["target_id"].tolist()


@pytest.mark.parametrize(
    ("rows", "head", "words"),
    [
        ([GOOD], HEAD.replace(",phone_id", ""), "no column phone_id"),
        ([GOOD.replace("8000", "x")], HEAD, "No row .* can be screened"),
        ([GOOD + ',"'], HEAD, "cannot be read"),
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path, rows, head, words):
    with pytest.raises(BadInput, match=words):
        read_applications(written(tmp_path, *rows, head=head))
    with pytest.raises(BadInput, match="There is no file"):
        read_applications(tmp_path / "none.csv")
