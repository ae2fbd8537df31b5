"""A mapping that is wrong is refused in one sentence that names the file and the line."""

import pytest

from sandbox.errors import BadInput
from sandbox.portfolio import Mapping
from sandbox.portfolio.mapping import shipped

HEAD = "name: cards\ncurrency: CNY\ntarget: {column: bad}\n"

PANEL = (
    HEAD
    + "features: [L, s1, s2, s3, b1, b2, b3, p1, p2, p3]\n"
    + "panel:\n"
    + "  limit: L\n"
    + "  statuses: [s1, s2, s3]\n"
    + "  bills: [b1, b2, b3]\n"
    + "  payments: [p1, p2, p3]\n"
)


@pytest.fixture
def read(tmp_path):
    def from_text(text: str) -> Mapping:
        path = tmp_path / "cards.yaml"
        path.write_text(text, encoding="utf-8")
        return Mapping.from_file(path)

    return from_text


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD + "featurs: [a]\n", 4, "unknown key 'featurs'; the nearest is features"),
        (HEAD + "features:\n  a: {colum: x}\n", 5, "unknown key 'colum'; the nearest is column"),
        (
            "name: a\ncurrency: CNY\ntarget:\n  column: bad\n  positve: 1\nfeatures: [a]\n",
            5,
            "unknown key 'positve'; the nearest is positive",
        ),
        (HEAD + "features:\n  a: {column: x, kind: numbr}\n", 5, "features.a.kind is 'numbr'"),
        (HEAD + "features: {a: x}\nscore_kind: points\n", 5, "score_kind is 'points'"),
        (HEAD + "features:\n  a: x\n  a: y\n", 6, "a stands here a second time (first in line 5)"),
        (HEAD + "features:\n  a: x\n  b: x\n", 6, "column 'x' is named twice, also in line 5"),
        (HEAD + "features:\n  a: x\n  b: bad\n", 6, "also in line 3 as target.column"),
        (HEAD + "features: [a, b, a]\n", 4, "a is listed twice"),
        (HEAD + "features: 3\n", 4, "features is 3; write it as in {column: LIMIT_BAL}"),
        (HEAD + "features: []\n", 4, "features is {}"),
        (HEAD + "features:\n  a: {column: x, order: [1, 2]}\n", 5, "order is for kind: ordinal"),
        (HEAD.replace("CNY", "Yuan") + "features: [a]\n", 2, "currency is 'Yuan'"),
        ("name: a\ncurrency: CNY\nfeatures: [a]\n", 1, "target is missing"),
        (HEAD + "features: [a\n", 5, "not valid YAML"),
        (HEAD + "features: &all [a]\nignore: *all\n", 4, "anchors, aliases and tags are not used"),
        (HEAD + "features: [!!python/name:os.system a]\n", 4, "anchors, aliases and tags"),
        (HEAD.replace("cards", "../up") + "features: [a]\n", 1, "name is '../up'; use letters"),
        (HEAD.replace("cards", "'a\\b'") + "features: [a]\n", 1, "no / or \\, since files"),
        (HEAD.replace("cards", '"--"') + "features: [a]\n", 1, "name is '--'; use letters"),
        (HEAD.replace("cards", "x" * 61) + "features: [a]\n", 1, "61 characters; at most 60"),
        (HEAD.replace("cards", "12") + "features: [a]\n", 1, "name is 12; write words, or put"),
        (HEAD.replace("cards", "") + "features: [a]\n", 1, "name is empty; give it a value"),
        ("- a\n- b\n", 1, "a mapping starts with keys"),
        (PANEL.replace("bills:", "bils:"), 8, "unknown key 'bils'; the nearest is bills"),
        (PANEL.replace("[b1, b2, b3]", "b1"), 8, "panel.bills is 'b1'; give a list as in [a"),
        (PANEL.replace("[b1, b2, b3]", "[b1]"), 5, "panel has 3 statuses, 1 bills and 3 payments"),
        (
            PANEL.replace("b2, b3]", "b2,\n    b9]"),
            9,
            "panel.bills names 'b9', which is no feature",
        ),
        (PANEL.replace("limit: L", "limit: p1"), 9, "panel.payments names 'p1', which panel names"),
        (PANEL.replace("  limit: L\n", ""), 5, "panel.limit is missing"),
        (HEAD + "features: [a]\npanel: 3\n", 5, "panel is 3; write it as in {limit: credit_limit"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_word(read, text, line, said):
    with pytest.raises(BadInput) as told:
        read(text)
    sentence = str(told.value)
    assert f"cards.yaml, line {line}: " in sentence
    assert said in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_column_that_the_file_lacks_is_told_with_the_line_and_the_nearest_columns(read):
    mapping = read(HEAD + "features:\n  limit: LIMIT_BAL\n  age: Age\n")
    with pytest.raises(BadInput, match=r"cards.yaml, line 5: my.csv has no column 'LIMIT_BAL'"):
        mapping.check_columns(["bad", "LIMIT_BALANCE", "Age"], "my.csv")
    with pytest.raises(BadInput, match="the nearest is LIMIT_BALANCE"):
        mapping.check_columns(["bad", "LIMIT_BALANCE", "Age"], "my.csv")


def test_a_column_of_the_file_that_nobody_named_is_told(read):
    mapping = read(HEAD + "features: [a]\nignore: ['note_*']\n")
    mapping.check_columns(["bad", "a", "note_1", "note_2"], "my.csv")
    with pytest.raises(BadInput, match=r"column 'default_date' of my\.csv is"):
        mapping.check_columns(["bad", "a", "note_1", "default_date"], "my.csv")


def test_ignoring_everything_else_takes_one_star(read):
    read(HEAD + "features: [a]\nignore: ['*']\n").check_columns(["bad", "a", "x", "y"], "f")


def test_a_feature_may_be_a_word_or_a_description(read):
    short = read(HEAD + "features: {limit: LIMIT, age: AGE}\n")
    long = read(HEAD + "features: {limit: {column: LIMIT}, age: {column: AGE}}\n")
    assert short.features == long.features
    assert list(read(HEAD + "features: [LIMIT, AGE]\n").features) == ["LIMIT", "AGE"]


def test_a_score_named_on_the_command_line_takes_the_place_of_the_files_own(read):
    mapping = read(HEAD + "score: P[1]\nfeatures: [a]\n").with_score("S")
    assert mapping.score == "S"
    mapping.check_columns(["bad", "P[1]", "a", "S"], "my.csv")


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("L", r"--score L: .*cards.yaml, line 5, makes this column the feature limit, .*own score"),
        ("bad", r"--score bad: .*cards.yaml, line 3, names this column as target.column; give"),
    ],
)
def test_a_score_that_is_something_else_as_well_is_refused(read, column, said):
    mapping = read(HEAD + "features:\n  limit: L\n  age: A\n")
    with pytest.raises(BadInput, match=said):
        mapping.with_score(column)


def test_a_score_that_the_file_lacks_is_the_command_lines_mistake(read):
    mapping = read(HEAD + "features: [a]\nignore: ['*']\n").with_score("NOPE")
    with pytest.raises(BadInput, match=r"^--score NOPE: my\.csv has no column 'NOPE'"):
        mapping.check_columns(["bad", "a"], "my.csv")


def test_a_mapping_file_that_is_not_there_names_those_that_come_along():
    with pytest.raises(BadInput, match=r"no mapping file nowhere\.yaml; .*: taiwan"):
        Mapping.from_file("nowhere.yaml")


@pytest.mark.parametrize("name", shipped())
def test_every_mapping_that_comes_along_is_valid(name):
    assert Mapping.from_file(name).features


def test_the_taiwan_mapping_keeps_protected_attributes_from_the_models():
    features = Mapping.from_file("taiwan").features
    monitored = {f.column for f in features.values() if f.use == "monitor"}
    assert monitored == {"SEX", "MARRIAGE", "AGE"}
    assert features["credit_limit"].column == "LIMIT_BAL"
    assert features["months_late_1"].column == "PAY_0"


def test_where_the_shipped_table_comes_from_stands_in_its_mapping():
    taiwan = Mapping.from_file("taiwan")
    assert "10.24432/C55S3H" in taiwan.source
    assert taiwan.licence == "CC BY 4.0"


def test_a_panel_says_which_features_are_the_statements(read):
    panel = read(PANEL).panel
    assert panel.limit == "L"
    assert panel.bills == ("b1", "b2", "b3")
    assert panel.age is None
    assert read(HEAD + "features: [a]\n").panel is None


def test_the_taiwan_mapping_names_six_statements_newest_first():
    mapping = Mapping.from_file("taiwan")
    columns = [mapping.features[name].column for name in mapping.panel.bills]
    assert columns == [f"BILL_AMT{k}" for k in range(1, 7)]
    assert mapping.features[mapping.panel.statuses[0]].column == "PAY_0"
