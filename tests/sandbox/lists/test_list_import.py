"""Bulk import: every row is accepted, refused or a duplicate, and each left out is reported."""

import csv

import pytest

from sandbox.errors import BadInput
from sandbox.lists import ListStore, NewEntry, export_csv, import_csv
from sandbox.lists.importing import REPORT
from tests.sandbox.lists.clocks import Clock, day

HEADER = "list,kind,value,reason,source,valid_from,valid_until,evidence"
GOOD = "black,phone,138 0013 8000,fraud,bureau,2025-12-01,2026-12-31,"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(new_url, clock):
    with ListStore(new_url("sqlite"), now=clock) as opened:
        yield opened


@pytest.fixture
def written(tmp_path):
    def write(*rows, header=HEADER, encoding="utf-8", name="list.csv"):
        path = tmp_path / name
        path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
        return path

    return write


def balanced(report):
    return report.accepted + report.refused + report.duplicates == report.rows


def test_rows_become_entries(url, clock, written):
    path = written(GOOD, 'Grey,ADDRESS,"1 High St, flat 2",hub,,,,"a ""quoted""\nline"', "", ",")
    with ListStore(url, now=clock) as store:
        report = import_csv(store, path, by="li", why="march list")
        assert (report.rows, report.accepted, report.refused) == (3, 2, 1)
        entries = store.as_of()
        assert entries["value"].tolist() == ["+8613800138000", "1 high st, flat 2"]
        assert entries["given"].tolist() == ["138 0013 8000", "1 High St, flat 2"]
        assert entries["evidence"].tolist() == ["", 'a "quoted"\nline']
        assert entries["valid_from"].tolist() == [day(-31), day(0)]
        assert entries["valid_until"].tolist()[0] == day(365)  # the last day counts
        (change,) = store.changes().to_dict("records")
    assert (change["file"], change["rows"], change["accepted"]) == ("list.csv", 3, 2)
    assert (change["made_by"], change["why"], change["refused"]) == ("li", "march list", 1)


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ("blakc,phone,13800138000,fraud,,,,", "list", "'blakc'"),
        ("13900139000,phone,13800138000,fraud,,,,", "list", "the list is ***00"),
        ("black,fone,13800138000,fraud,,,,", "kind", "'fone'"),
        ("black,,13800138000,fraud,,,,", "kind", "the kind is empty"),
        ("black,phone,,fraud,,,,", "value", "the value is empty"),
        ("black,phone,12,fraud,,,,", "value", "is no phone number"),
        ("black,id_number,130100197501062388,fraud,,,,", "value", "wrong check character"),
        ("black,phone,13800138000,,,,,", "reason", "the reason is empty"),
        (f"black,phone,13800138000,{'x' * 501},,,,", "reason", "501 characters"),
        ("black,phone,13800138000,fraud,,2026-02-30,,", "valid_from", "2026-02-30"),
        ("black,phone,13800138000,fraud,,张三,,", "valid_from", "***"),
        ("black,phone,13800138000,fraud,,,13900139000,", "valid_until", "***00"),
        ("black,phone,13800138000,fraud,,2027-01-02,2027-01-01,", "valid_until", "not after"),
        ("black,phone,13800138000,fraud,,,2025-12-30,", "valid_until", "has passed"),
        ("black,phone,13800138000,fraud,,,", "", "the row has 7 cells"),
        ("black,phone,13800138000,fraud,1 High St, flat 2,,,", "", "the row has 9 cells"),
        ('black,phone,"138"00138000,fraud,,,,', "", "the quotes do not match"),
        ('black,phone,"13800138000,fraud,,,,', "", "opened and not closed"),
        ("black,phone,138\x000013,fraud,,,,", "value", "zero character"),
        (f"black,phone,13800138000,fraud,,,,{'x' * 900_000}", "", "characters"),
    ],
)
def test_a_row_that_is_wrong_is_reported_and_costs_no_other(store, written, row, column, what):
    other = "white,device,abc,known,,,,"
    report = import_csv(store, written(GOOD.replace("138 ", "137 "), row, other), by="li")
    assert (report.rows, report.accepted, report.refused, report.duplicates) == (3, 2, 1, 0)
    (line,) = report.table().to_dict("records")
    assert (line["row"], line["status"], line["column"]) == ("3", "refused", column)
    assert what in line["what is wrong"]
    assert line["allowed"]
    assert line["what to do"]
    assert "1380013" not in str(line)
    assert len(store.as_of()) == 2


def test_all_mistakes_of_a_row_are_told_at_once(store, written):
    report = import_csv(store, written("blakc,phone,12,,,x,,"), by="li")
    assert report.refused == 1
    assert report.table()["column"].tolist() == ["list", "reason", "valid_from", "value"]


def test_the_report_stands_beside_the_file_as_csv_in_the_order_of_rows(store, written, tmp_path):
    bad = "blakc,phone,13800138000,fraud,,,,"
    report = import_csv(store, written(GOOD, bad, GOOD, bad), by="li")
    assert report.report == tmp_path / "list.left_out.csv"
    with report.report.open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    assert tuple(header) == REPORT
    assert [line[:2] for line in lines] == [["3", "refused"], ["4", "duplicate"], ["5", "refused"]]
    assert "stands in row 2" in lines[1][3]


def test_a_report_of_an_earlier_try_does_not_stay(store, written, tmp_path):
    import_csv(store, written("blakc,,,,,,,"), by="li")
    report = import_csv(store, written(GOOD), by="li")
    assert report.report is None
    assert not (tmp_path / "list.left_out.csv").exists()


def test_duplicates_name_the_standing_entry_and_are_left_out(url, clock, written):
    with ListStore(url, now=clock) as store:
        standing = store.add(NewEntry("black", "phone", "13800138000", "before"), by="wang")
        report = import_csv(store, written(GOOD, GOOD.replace("black", "grey")), by="li")
        assert (report.rows, report.accepted, report.duplicates) == (2, 1, 1)
        assert f"as entry {standing.entry_id}" in report.lines[0][3]
        assert store.as_of()["reason"].tolist() == ["before", "fraud"]


def test_the_same_file_is_refused_twice_unless_asked(store, written):
    path = written(GOOD, name="a.csv")
    import_csv(store, path, by="li")
    copy = written(GOOD, name="b.csv")
    with pytest.raises(BadInput, match=r"b\.csv was imported already.* by li as a\.csv.*--again"):
        import_csv(store, copy, by="li")
    assert import_csv(store, copy, by="li", again=True).duplicates == 1


def test_a_dry_run_reports_and_leaves_the_list_as_it_is(url, clock, written):
    with ListStore(url, now=clock) as store:
        report = import_csv(store, written(GOOD, "blakc,,,,,,,", GOOD), by="li", dry_run=True)
        assert (report.accepted, report.refused, report.duplicates) == (1, 1, 1)
        assert report.change_id is None
        assert report.report.exists()
        assert store.as_of().empty
        assert store.last_change() == 0
        assert import_csv(store, written(GOOD), by="li").accepted == 1


def test_defaults_stand_in_for_what_the_file_does_not_say(store, written):
    path = written("13800138000,", "13900139000,court", header="value,reason")
    defaults = {"list": "black", "kind": "phone", "reason": "march list"}
    import_csv(store, path, by="li", defaults=defaults)
    assert store.as_of()["reason"].tolist() == ["march list", "court"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_read_in_its_encoding(store, written, encoding):
    path = written("黑名单".replace("黑名单", "black") + ",name,王芳,欺诈,,,,", encoding=encoding)
    import_csv(store, path, by="li", encoding=encoding.replace("-sig", ""))
    assert store.as_of()["value"].tolist() == ["王芳"]
    assert store.as_of()["reason"].tolist() == ["欺诈"]


def test_one_row_of_another_encoding_costs_only_itself(store, written, tmp_path):
    path = tmp_path / "mixed.csv"
    rows = [f"black,name,王芳{i},欺诈,,,,".encode() for i in range(5)]
    rows.insert(2, "black,name,李四,欺诈,,,,".encode("gb18030"))
    path.write_bytes(b"\n".join([HEADER.encode(), *rows]))
    report = import_csv(store, path, by="li")
    assert (report.accepted, report.refused) == (5, 1)
    assert "is no utf-8 text" in report.lines[0][3]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (f"{HEADER}\nblack,name,王芳,欺诈,,,,\n".encode("gb18030"), "--encoding gb18030"),
        (f"{HEADER}\n".encode("utf-16"), "is UTF-16 text"),
        (b"PK\x03\x04 a workbook", "or a workbook"),
        (b"\nlist,kind\n", "no header in its first line"),
        (b"list,kind,value\nblack,phone,1\n", "no column 'reason'"),
        (b"list;kind;value;reason\n", "no commas in its header"),
        (b"list,kind,value,reason,list\n", "'list' more than once"),
        (b"list,kind,value,reason,colour\n", "unknown column 'colour'"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(store, tmp_path, content, sentence):
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=sentence):
        import_csv(store, path, by="li")
    assert store.last_change() == 0
    assert [p.name for p in tmp_path.glob("*left_out*")] == []


def test_a_file_or_an_encoding_that_is_not_there_is_named(store, written, tmp_path):
    with pytest.raises(BadInput, match="There is no file"):
        import_csv(store, tmp_path / "none.csv", by="li")
    with pytest.raises(BadInput, match="is a folder"):
        import_csv(store, tmp_path, by="li")
    with pytest.raises(BadInput, match="no encoding 'klingon'"):
        import_csv(store, written(GOOD), by="li", encoding="klingon")
    with pytest.raises(BadInput, match="cannot be read in utf-16"):
        import_csv(store, written(GOOD), by="li", encoding="utf-16")


def test_a_quote_left_open_does_not_swallow_the_rows_below(store, written):
    rows = [f"black,device,d{i},fraud,,,," for i in range(300)]
    rows[5] = 'black,device,"d5,fraud,,,,'
    rows[250] = 'black,device,d250,"a, b",,,,'
    report = import_csv(store, written(*rows), by="li")
    assert (report.rows, report.accepted, report.refused) == (300, 299, 1)
    assert report.lines[0][0] == "7"


def test_what_is_exported_can_be_imported(url, new_url, clock, written, tmp_path):
    rows = [GOOD, 'white,name,王芳,"said ""ok"", twice",,,,', "grey,device,x,y,,,2030-01-01,"]
    with ListStore(url, now=clock) as store, ListStore(new_url("sqlite"), now=clock) as other:
        import_csv(store, written(*rows), by="li")
        assert export_csv(store, tmp_path / "out.csv") == 3
        assert import_csv(other, tmp_path / "out.csv", by="li").accepted == 3
        columns = [c for c in store.as_of().columns if c != "entry_id"]
        assert other.as_of(columns=columns).equals(store.as_of(columns=columns))
        assert export_csv(store, tmp_path / "white.csv", lists=("white",)) == 1
        assert export_csv(store, tmp_path / "past.csv", when=day(-1)) == 0
