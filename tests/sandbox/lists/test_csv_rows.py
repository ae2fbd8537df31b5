"""Every line of a file comes out: what is well formed as csv reads it, the rest as a mistake."""

import csv
import io

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sandbox.lists import csv_rows
from sandbox.lists.csv_rows import LONGEST_ROW, CsvRows

HEADER = "list,value\n"
#: what quoting is about, and text of one to four bytes
LETTERS = st.sampled_from(["a", "b", " ", ",", '"', "\n", "\r\n", "é", "王", "🂡"])
CELLS = st.lists(LETTERS, max_size=6).map("".join)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6)
#: a file's bytes, as a person, a program or a crash may leave them
JUNK = st.lists(
    st.sampled_from([b'"', b",", b"\n", b"\r\n", b"\r", b"a", b'""', "王".encode(), b"\xff", b" "]),
    max_size=40,
).map(b"".join)
SHARED_FOLDER = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(folder, content):
    path = folder / "list.csv"
    path.write_bytes(HEADER.encode() + content)
    return list(CsvRows(path))


def by_csv(text):
    """Rows of Python's module with the line on which each begins; blank lines left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, begins = [], 1
    for cells in reader:
        if cells:
            rows.append((begins, cells))
        begins = reader.line_num + 1
    return rows[1:]


@given(rows=ROWS, end=st.sampled_from(["\n", "\r\n"]), quoting=st.sampled_from([0, 1]))
@SHARED_FOLDER
def test_well_formed_rows_are_those_of_pythons_csv(tmp_path, rows, end, quoting):
    text = io.StringIO(newline="")
    text.write(HEADER)
    csv.writer(text, lineterminator=end, quoting=quoting).writerows(rows)
    expected = [
        (number, cells)
        for number, cells in by_csv(text.getvalue())
        # blanks without quotes are a blank line
        if quoting or len(cells) > 1 or cells == [""] or cells[0].strip(" ")
    ]
    found = read(tmp_path, text.getvalue().encode()[len(HEADER) :])
    assert [row.mistake for row in found] == [None] * len(found)
    assert [(row.number, row.cells) for row in found] == expected


@given(content=JUNK)
@example(content=b'"\n,')
@example(content=b'a,"b\n' * 3)
@example(content=b'"' + b"a\n" * (LONGEST_ROW + 5))
@example(content=b'a,"b"c\n\xff\na,b')
@SHARED_FOLDER
def test_of_malformed_rows_nothing_is_lost(tmp_path, content):
    """Rows and blank lines cover the file line by line, without gap, overlap or change of order."""
    rows = read(tmp_path, content)
    lines = (HEADER.encode() + content).split(b"\n")
    starts = [row.number for row in rows]
    assert starts == sorted(set(starts))
    covered = {1}
    for row in rows:
        assert (row.cells is None) == (row.mistake is not None)
        left, number = row.size, row.number
        while left > 0:
            assert number not in covered
            covered.add(number)
            left -= len(lines[number - 1]) + (number < len(lines))
            number += 1
        assert left == 0, "a row takes whole lines"
    missing = [n for n in range(1, len(lines) + 1) if n not in covered]
    assert not [n for n in missing if lines[n - 1].strip()]


@given(
    before=ROWS, after=ROWS, slip=st.sampled_from([b'"a', b'a,"b', b'a,"b"c,d', b"\xff", b'""a"'])
)
@SHARED_FOLDER
def test_a_slip_costs_no_row_before_it_and_none_without_quotes_after_it(
    tmp_path, before, after, slip
):
    plain = [[cell.translate({34: None, 10: None, 13: None}) for cell in cells] for cells in after]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(before)
    tail = "".join(",".join(cells) + "\n" for cells in plain)
    head = text.getvalue().encode()
    whole, alone = (read(tmp_path, part) for part in (head + slip + b"\n" + tail.encode(), head))
    assert whole[: len(alone)] == alone
    at = 2 + head.count(b"\n")
    assert whole[len(alone)].number == at
    assert whole[len(alone)].mistake is not None
    expected = [line.split(",") for line in tail.split("\n") if line.strip()]
    assert [row.cells for row in whole[len(alone) + 1 :]] == expected


def test_an_endless_line_is_one_mistake_and_the_next_row_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_rows, "_MOST_BYTES", 64)
    monkeypatch.setattr(csv_rows, "LONGEST_LINE", 15)
    rows = read(tmp_path, b"x" * 1_000 + b"\nblack,a\n")
    assert [(row.number, row.mistake is None) for row in rows] == [(2, False), (3, True)]
