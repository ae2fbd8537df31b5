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


@pytest.mark.parametrize("odd", ["7.5", "1e3", "78302466131279439341", "abc"])
def test_a_number_of_a_thing_that_is_none_costs_its_row_alone(tmp_path, odd):
    given = read_applications(written(tmp_path, GOOD, f"2,11,3,{odd},-5,6,8000,5000"))
    assert given.applications["customer_id"].tolist() == [1]
    assert [row.split(" is ")[0] for row in given.refused] == ["Row 3: device_id"]
    spreadsheet = read_applications(written(tmp_path, GOOD, "2,11,3,5.0,-5,6,8000,5000"))
    assert spreadsheet.applications["device_id"].tolist() == [7830246613127943934, 5]


def test_a_missing_account_takes_no_digits_from_other_numbers(tmp_path):
    head = HEAD + ",account_id"
    rows = (GOOD + ",", "2,11,3,5,-5,6,8000,5000,7830246613127943935", "3,11,3,5,-5,6,8,5,old")
    given = read_applications(written(tmp_path, *rows, head=head))
    things = given.links.set_index(["source_id", "target_kind"])["target_id"]
    assert things[1, "device"] == 7830246613127943934
    assert things[2, "account"] == 7830246613127943935
    assert (1, "account") not in things
    assert given.refused == ("Row 4: account_id is missing or no number that can be.",)


def test_customers_whose_numbers_differ_in_the_last_digit_are_two(tmp_path):
    near = [GOOD.replace("1,10.5", f"783024661312794393{k},10.5") for k in (4, 5)]
    given = read_applications(written(tmp_path, *near))
    assert given.applications["customer_id"].nunique() == 2
    assert not given.refused


def test_json_with_a_row_that_lacks_a_number_keeps_the_digits_of_the_others(tmp_path):
    good = dict(
        zip(HEAD.split(","), [1, 10.5, 3, 7830246613127943934, -5, 6, 8e3, 5e3], strict=True)
    )
    path = tmp_path / "applications.json"
    path.write_text(json.dumps([good, {**good, "customer_id": 2, "device_id": None}]))
    given = read_applications(path)
    assert given.applications["device_id"].tolist() == [7830246613127943934]
    assert given.refused == ("Row 3: device_id is missing or no number that can be.",)
    path.write_text(json.dumps({"customer_id": 1}))
    with pytest.raises(BadInput, match="no list of objects"):
        read_applications(path)


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
        ([GOOD.rsplit(",", 1)[0]], HEAD.replace(",phone_id", ""), "no column phone_id"),
        ([GOOD.replace("8000", "x")], HEAD, "No row .* can be screened"),
        ([GOOD + ',"'], HEAD, "cannot be read"),
        ([GOOD + ",1"], HEAD, "more cells than its header"),
        ([GOOD, GOOD + ",1"], HEAD, "cannot be read"),
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path, rows, head, words):
    with pytest.raises(BadInput, match=words):
        read_applications(written(tmp_path, *rows, head=head))
    with pytest.raises(BadInput, match="There is no file"):
        read_applications(tmp_path / "none.csv")
