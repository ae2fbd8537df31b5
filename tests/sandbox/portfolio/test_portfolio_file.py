"""What a bank's file may look like, and what is said when it does not."""

import gzip

import numpy as np
import pandas as pd
import pytest
from real_accounts import REAL

from sandbox.errors import BadInput
from sandbox.portfolio import Mapping, Portfolio

MAPPING = """
name: cards
currency: CNY
id: id
target: {column: bad}
features:
  limit: {column: limit, unit: CNY, missing: [-999]}
  region: {column: region, kind: category}
  grade: {column: grade, kind: ordinal, order: [low, middle, high]}
  sex: {column: sex, kind: category, use: monitor}
"""
ROWS = pd.DataFrame(
    {
        "id": ["007", "7", "x1", "x2", "x3", "x4"],
        "bad": [0, 1, 0, None, 1, 0],
        "limit": [1000.5, -999, 3000, 4000, None, 6000],
        "region": ["north", "south", None, "east", "north", "south"],
        "grade": ["low", "high", "middle", "low", None, "high"],
        "sex": ["f", "m", "m", "f", "f", "m"],
    }
)


@pytest.fixture
def read(tmp_path):
    """A portfolio from a table, or from the text of a CSV file."""

    def of(table: pd.DataFrame | str | bytes, mapping: str = MAPPING, name: str = "cards.csv"):
        path = tmp_path / name
        if isinstance(table, pd.DataFrame) and name.endswith(".parquet"):
            table.to_parquet(path, index=False)
        elif isinstance(table, pd.DataFrame):
            table.to_csv(path, index=False)
        else:
            path.write_bytes(table if isinstance(table, bytes) else table.encode())
        (tmp_path / "m.yaml").write_text(mapping)
        return Portfolio.from_file(path, Mapping.from_file(tmp_path / "m.yaml"))

    return of


def refused(read, table, *arguments, **named) -> str:
    with pytest.raises(BadInput) as told:
        read(table, *arguments, **named)
    sentence = str(told.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def changed(column: str, row: int, value: object) -> pd.DataFrame:
    table = ROWS.astype(object)
    table.loc[row, column] = value
    return table


def test_a_portfolio_is_numbers_with_missing_values_and_named_codes(read):
    portfolio = read(ROWS)
    nan = np.nan
    expected = pd.DataFrame(
        {
            "limit": [1000.5, nan, 3000, 4000, nan, 6000],
            "region": [1, 2, nan, 0, 1, 2],
            "grade": [0, 2, 1, 0, nan, 2],
        }
    )
    pd.testing.assert_frame_equal(portfolio.features, expected.astype(np.float64))
    assert portfolio.levels["region"] == ("east", "north", "south")
    assert portfolio.levels["grade"] == ("low", "middle", "high")
    assert portfolio.categories == ("region",)
    assert list(portfolio.monitored) == ["sex"]
    np.testing.assert_array_equal(portfolio.target, [0, 1, 0, nan, 1, 0])
    assert portfolio.scores is None
    assert portfolio.accounts[:2].tolist() == ["007", "7"]


@pytest.mark.parametrize("name", ["cards.csv.gz", "cards.parquet"])
def test_the_same_accounts_are_the_same_portfolio_in_every_kind_of_file(read, name):
    assert read(ROWS, name=name).digest == read(ROWS).digest


def test_another_value_is_another_digest(read):
    assert read(changed("limit", 0, 1000.6)).digest != read(ROWS).digest


def test_byte_order_mark_semicolons_and_chinese_encoding_are_read(read):
    text = ROWS.to_csv(index=False)
    assert read(b"\xef\xbb\xbf" + text.encode()).digest == read(ROWS).digest
    semicolons = ROWS.to_csv(index=False, sep=";")
    assert read(semicolons, MAPPING + "separator: ';'\n").digest == read(ROWS).digest
    chinese = text.replace("north", "北京").encode("gb18030")
    assert "北京" in read(chinese, MAPPING + "encoding: gb18030\n").levels["region"]
    assert "is not utf-8 text" in refused(read, chinese)


def test_a_file_that_is_missing_or_empty_or_of_another_kind_is_told(read, tmp_path):
    with pytest.raises(BadInput, match=r"There is no file .*nothing\.csv"):
        Portfolio.from_file(tmp_path / "nothing.csv", "taiwan")
    with pytest.raises(BadInput, match="is a folder"):
        Portfolio.from_file(tmp_path, "taiwan")
    assert "is empty (0 bytes); export it again" in refused(read, "")
    sentence = refused(read, "id,bad,limit,region,grade,sex\n")
    assert "has column names but no rows; export it" in sentence
    assert "save it as one of these" in refused(read, "id", name="cards.xlsx")
    sentence = refused(read, "id,bad\n", name="cards.parquet")
    assert "cannot be read as Parquet" in sentence
    assert "export it again, or save it as .csv" in sentence
    assert "not a whole gzip file" in refused(read, "id,bad\n", name="cards.csv.gz")
    whole = gzip.compress(ROWS.to_csv(index=False).encode())
    assert "not a whole gzip file" in refused(read, whole[:-30], name="cards.csv.gz")


def test_rows_longer_than_the_header_are_told_not_cut(read):
    text = ROWS.to_csv(index=False)
    sentence = refused(read, text + "x9,0,1,north,low,f,more\n")
    assert "Row 8 of" in sentence
    assert "has 7 cells, and there are 6 column names" in sentence
    every_row = text.replace("\n", ",0\n").replace("sex,0\n", "sex\n", 1)
    assert "Row 2 of" in refused(read, every_row)
    assert "a double quote is opened" in refused(read, text + 'x9,0,"1,north,low,f\n')


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_recognised_by_its_first_bytes_and_read_when_said(read, encoding):
    data = ("\ufeff" + ROWS.to_csv(index=False)).encode(encoding)
    assert "is UTF-16 text; write encoding: utf-16 in the mapping" in refused(read, data)
    assert read(data, MAPPING + "encoding: utf-16\n").digest == read(ROWS).digest


def test_bytes_that_are_no_text_are_told(read):
    text = ROWS.to_csv(index=False).encode()
    assert "this is not text" in refused(read, text + b"x9,0,\0,north,low,f\n")
    assert "rename it so that it ends in .csv.gz" in refused(read, gzip.compress(text))


@pytest.mark.parametrize(("separator", "named"), [(";", '";"'), ("\t", "a tab"), ("|", '"|"')])
def test_another_separator_is_recognised_and_told_as_it_is_written(read, separator, named):
    text = ROWS.to_csv(index=False, sep=separator)
    sentence = refused(read, text)
    assert f"looks like {named}" in sentence
    says = sentence[sentence.index("separator: ") :].removesuffix(" there.")
    assert read(text, f"{MAPPING}{says}\n").digest == read(ROWS).digest


def test_text_in_a_number_column_is_told_with_column_row_and_value(read):
    sentence = refused(read, changed("limit", 2, "12k"))
    assert "Column 'limit' of" in sentence
    assert "row 4: '12k' is not a number" in sentence
    in_parquet = changed("limit", 2, "12k").astype({"limit": str, "bad": float})
    assert "row 3: '12k'" in refused(read, in_parquet, name="cards.parquet")


def test_rows_are_counted_as_in_the_file_when_lines_are_blank(read):
    lines = changed("limit", 2, "12k").to_csv(index=False).splitlines()
    text = "\n".join([*lines[:2], "", *lines[2:], "", ""])
    assert "row 5: '12k'" in refused(read, text)


def test_infinity_is_no_number(read):
    assert "row 3: 'inf' is not a number" in refused(read, changed("limit", 1, "inf"))


@pytest.mark.parametrize("codes", ["[n/k, -999]", "[12k, N/K, -999]"])
def test_codes_for_missing_may_be_words(read, codes):
    portfolio = read(changed("limit", 2, "N/K"), MAPPING.replace("[-999]", codes))
    assert np.isnan(portfolio.features["limit"][2])


def test_a_target_column_that_is_not_there_is_told(read):
    assert "has no column 'bad'" in refused(read, ROWS.rename(columns={"bad": "default"}))


def test_a_target_of_one_class_is_told(read):
    assert "one class only" in refused(read, ROWS.assign(bad=1))
    assert "never holds 1" in refused(read, ROWS.assign(bad=0))
    assert "correct target.positive there" in refused(read, ROWS.assign(bad=0))
    assert "no value in any of its 6 rows" in refused(read, ROWS.assign(bad=None))


def test_a_target_of_three_classes_asks_which_is_which(read):
    three = changed("bad", 0, 2)
    assert "holds 0, 2 besides 1" in refused(read, three)
    says = MAPPING.replace("{column: bad}", "{column: bad, negative: 0}")
    assert "row 2: the target is 2" in refused(read, three, says)
    says = MAPPING.replace("{column: bad}", "{column: bad, negative: 0, missing: [2]}")
    assert np.isnan(read(three, says).target[0])


@pytest.mark.parametrize(("yes", "no"), [("Y", "N"), ("yes", "no"), (True, False), (2, 1)])
def test_a_target_may_be_written_in_words_or_truth_values(read, yes, no):
    table = ROWS.assign(bad=ROWS["bad"].map({0: no, 1: yes}))
    positive = str(yes).lower() if isinstance(yes, bool) else yes
    says = MAPPING.replace("{column: bad}", f"{{column: bad, positive: {positive}}}")
    np.testing.assert_array_equal(read(table, says).target, ROWS["bad"])


def test_a_step_outside_the_order_is_told(read):
    assert "row 2: 'top' is not in the order" in refused(read, changed("grade", 0, "top"))


def test_an_identifier_is_no_category(read):
    many = pd.concat([ROWS] * 30, ignore_index=True)
    many["id"] = many["region"] = [f"v{i}" for i in range(len(many))]
    assert "a category has at most 100" in refused(read, many)


def test_dates_are_no_numbers(read):
    table = ROWS.assign(limit=pd.Timestamp("2026-01-01"))
    assert "holds dates" in refused(read, table, name="cards.parquet")


def test_a_column_without_any_value_is_told(read):
    assert "'limit' of" in refused(read, ROWS.assign(limit=None))
    assert "no value in any of its 6 rows" in refused(read, ROWS.assign(limit=-999))


def test_two_columns_of_one_name_are_told(read):
    text = ROWS.to_csv(index=False).replace("grade", "limit", 1)
    assert "has the column 'limit' more than once" in refused(read, text)


def test_an_account_that_is_there_twice_is_told(read):
    sentence = refused(read, changed("id", 4, "7"))
    assert "holds '7' in rows 3 and 6 (1 repeated ids in all)" in sentence
    assert "row 2: the id is missing" in refused(read, changed("id", 0, None))


def test_scores_are_probabilities_and_there_for_every_outcome(read):
    says = MAPPING + "score: pd\n"
    assert read(ROWS.assign(pd=0.25), says).scores.tolist() == [0.25] * 6
    points = ROWS.assign(pd=[0.1, 0.2, 612, 0.1, 0.1, 0.1])
    sentence = refused(read, points, says)
    assert "row 4: the score is 612" in sentence
    assert "percentages" not in sentence
    percent = ROWS.assign(pd=[10, 20, 61, 10, 10, 10])
    assert "or divide percentages by 100" in refused(read, percent, says)
    words = ROWS.assign(pd=["0.1", "low", "0.2", "0.1", "0.1", "0.1"])
    assert "row 3: the score is 'low'; a probability of default" in refused(read, words, says)
    gap = ROWS.assign(pd=[0.1, None, 0.3, None, 0.1, 0.1])
    assert "row 3: an account with an outcome has no score" in refused(read, gap, says)


def test_a_mapping_that_hides_every_feature_from_the_models_is_told(read):
    says = MAPPING.replace("{column: ", "{use: monitor, column: ").replace(
        "target: {use: monitor, ", "target: {"
    )
    says = says.replace(", use: monitor}", "}")
    assert "(all are use: monitor)" in refused(read, ROWS, says)


if REAL.is_file():

    @pytest.fixture(scope="module")
    def taiwan() -> Portfolio:
        return Portfolio.from_file(REAL, "taiwan")

    def test_the_real_accounts_have_the_published_counts(taiwan):
        assert len(taiwan) == 30_000
        assert int(taiwan.target.sum()) == 6_636
        assert taiwan.features.shape == (30_000, 20)
        assert list(taiwan.monitored) == ["sex", "marital_status", "age"]
        # unknown education (codes 0, 5 and 6) is missing: 14 + 280 + 51
        assert int(taiwan.features["education"].isna().sum()) == 345
        assert taiwan.features.drop(columns="education").notna().all(axis=None)

    def test_the_real_accounts_split_near_seventy_to_thirty_with_like_default_rates(taiwan):
        train, test = taiwan.split(7)
        assert abs(len(test) / 30_000 - 0.3) < 0.01
        assert abs(taiwan.target[train].mean() - taiwan.target[test].mean()) < 0.015
