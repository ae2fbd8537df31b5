"""The report in Chinese: nothing of it stays English but names."""

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

import sandbox.report
from sandbox.errors import BadInput
from sandbox.plots import fonts
from sandbox.report import assemble
from sandbox.report.chinese_fonts import need_chinese
from sandbox.report.document import Picture, Table, columns
from sandbox.report.families import FAMILIES
from sandbox.report.formats import write_report
from sandbox.report.language import texts, translate, translated, untranslated, words
from sandbox.report.wording import METRICS
from sandbox.report.words import Words
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.policy import Policy
from tests.sandbox.report.cells import DATE, cell

FOLDER = Path(sandbox.report.__file__).parent
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ENGLISH = re.compile(r"[a-z]{3,}")


@cache
def entries():
    found = {}
    for path in sorted((FOLDER / "zh").glob("*.yaml")):
        found.update(yaml.safe_load(path.read_text("utf-8")))
    return found


@pytest.fixture(scope="module")
def limits():
    return assemble([cell(), cell(seed=2), cell("hgb")], date=DATE)


@pytest.fixture(scope="module", params=["limit", "fraud", "portfolio"])
def document(request, limits):
    if request.param == "limit":
        return limits
    if request.param == "fraud":
        return assemble([cell("hgb", "fraud", truth=False)], date=DATE)
    return assemble([cell("bank's PD", "pd", truth=False)], date=DATE)


@pytest.mark.parametrize("test", CATALOGUE)
def test_every_test_of_the_catalogue_has_chinese_words(test):
    entry = CATALOGUE[test]
    for text in (entry.title, entry.hypothesis, entry.remedy):
        assert text in entries(), f"{test}: {text!r} has no Chinese; see sandbox/report/zh"
        assert translate(text, "zh") in {entries()[text], "AUC"}


def test_every_threshold_and_its_source_has_chinese_words():
    for test, rule in Policy.default().thresholds.items():
        for text in (rule.words(CATALOGUE[test].share), rule.source):
            assert words("zh").of(text).whole, text


def test_every_family_metric_and_supervisory_point_has_chinese_words():
    told = [m.label for m in METRICS.values()]
    for family in FAMILIES.values():
        told += [family.name, family.often, family.action]
    mapping = yaml.safe_load((FOLDER / "mapping.yaml").read_text("utf-8"))
    for text in mapping["texts"]:
        told += [text["name"], text["source"], text.get("missing", "")]
        told += [p.get(k, "") for p in text["points"] for k in ("id", "asks", "outside")]
    assert [t for t in told if t and not words("zh").of(t).whole] == []


def literals(path):
    """Fixed first arguments of what builds titles, headings and heads of columns."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        name, given = node.func.id, node.args
        if name == "columns":
            taken = given
        elif name in {"Heading", "Column", "Table", "Picture", "Gap", "Paragraph", "Light"}:
            taken = given[:1]
        elif name == "Section":
            taken = given[1:2]
        else:
            continue
        for each in taken:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value.removeprefix("#")


def test_every_fixed_title_heading_and_column_head_has_chinese_words():
    # the workbook's and the pages' own words go through the same list
    told = {text for path in FOLDER.glob("*.py") for text in literals(path) if text}
    assert len(told) > 100
    assert sorted(t for t in told if not words("zh").of(t).whole) == []


def test_words_of_the_templates_are_in_the_list():
    template = (FOLDER / "templates" / "report.html.j2").read_text("utf-8")
    asked = re.findall(r'"([^"]+)" \| tr', template)
    assert asked
    assert [t for t in asked if not words("zh").of(t).whole] == []


def test_nothing_fixed_and_less_than_5_per_cent_of_all_texts_stays_english(document):
    left = untranslated(document, "zh")
    assert len(texts(document)) > 300
    assert len(left) < 0.05 * len(texts(document)), left


def test_no_heading_and_no_column_head_stays_english(document):
    said = translated(document, "zh")
    heads = [section.title for section in said.sections]
    for section in said.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                heads += [column.title for column in block.columns]
            if type(block).__name__ in {"Heading", "Table", "Picture"}:
                heads.append(getattr(block, "text", "") or getattr(block, "title", ""))
    assert [h for h in heads if ENGLISH.search(h) and not CHINESE.search(h)] == []


def test_names_of_models_and_features_stay_as_they_are(limits):
    said = translated(limits, "zh")
    assert said.title == limits.title
    assert ("模型", "rules") in said.facts
    assert any("debt <b>" in str(block) for block in said.sections[7].blocks)


def test_opinion_and_verdicts_are_said_in_chinese(limits):
    said = translated(limits, "zh")
    assert said.opinion.text in {"批准", "附条件批准", "整改后方可使用"}
    assert said.opinion.verdict is limits.opinion.verdict
    assert [translate(v, "zh") for v in ("pass", "warning", "fail", "not evaluated")] == [
        "通过",
        "预警",
        "不通过",
        "未评估",
    ]


def test_a_reason_with_numbers_takes_the_numbers_along():
    said = translate("12 rows with an observed outcome; at least 50 needed", "zh")
    assert said == "12 行有观察结果；至少需要 50 行"


def test_places_keep_their_order_when_the_language_turns_it_round():
    said = translate("3 of 10 grades with more defaults than their PD explains", "zh")
    assert said.startswith("10 个等级中有 3 个")


def test_a_text_that_is_not_known_stays_english_and_is_counted(limits):
    found = words("zh").of("a wholly new remark about nothing")
    assert (found.text, found.whole) == ("a wholly new remark about nothing", False)
    # known clauses beside it are said all the same
    mixed = words("zh").of("nothing is missing; a wholly new remark")
    assert mixed.text == "没有缺失；a wholly new remark"
    assert not mixed.whole


def test_a_place_for_a_number_takes_no_word():
    known = Words({"{n} accounts": "{n} 个账户"})
    assert known.of("1,200 accounts").text == "1,200 个账户"
    assert not known.of("many accounts").whole


def test_a_part_with_a_semicolon_is_not_swallowed():
    known = Words({"{n} of {a}": "{a}中的 {n}", "tests": "检验", "a map": "地图"})
    assert known.of("3 of tests; a map").text == "检验中的 3；地图"


def test_every_place_of_a_key_is_in_its_translation():
    place = re.compile(r"\{[=+-]?[a-z]\d?\}")
    wrong = [k for k, v in entries().items() if set(place.findall(v)) - set(place.findall(k))]
    assert wrong == []


def test_every_key_is_translated():
    same = {"AUC", "KS", "PSI", "AUPRC", "Python", "Kaplan-Meier"}
    wrong = [
        k for k, v in entries().items()
        if not CHINESE.search(v) and k not in same and ENGLISH.search(re.sub(r"\{.*?\}", "", k))
    ]  # fmt: skip
    assert wrong == []


def test_words_of_tests_that_no_longer_exist_are_reported():
    told = {t for e in CATALOGUE.values() for t in (e.title, e.hypothesis, e.remedy)}
    kept = set()
    for path in (FOLDER / "zh").glob("tests_*.yaml"):
        kept |= set(yaml.safe_load(path.read_text("utf-8")))
    assert sorted(kept - told) == [], "remove these from sandbox/report/zh, or correct them"


def test_the_same_document_gives_the_same_chinese(limits):
    assert translated(limits, "zh") == translated(limits, "zh")
    assert Words(entries()).of("AUC 0.7 in time, 0.6 out of time") == words("zh").of(
        "AUC 0.7 in time, 0.6 out of time"
    )


def test_html_says_its_language_and_csv_and_workbook_are_chinese(limits, tmp_path):
    page = write_report(limits, tmp_path / "r.html", "zh").read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert "按规则得出的意见" in page
    assert "Exhibit" not in page
    table = write_report(limits, tmp_path / "r.csv", "zh").read_text("utf-8-sig")
    assert table.startswith("编号,章节,严重程度")
    book = pd.read_excel(write_report(limits, tmp_path / "r.xlsx", "zh"), sheet_name=None)
    assert {"问题", "检验"} <= set(book)
    assert {"标题", "阈值", "结论"} <= set(book["检验"].columns)
    assert set(book["检验"]["结论"]) <= {"通过", "预警", "不通过", "未评估"}


def test_json_stays_english_for_programs(limits, tmp_path):
    first = write_report(limits, tmp_path / "a.json", "zh").read_bytes()
    assert first == write_report(limits, tmp_path / "b.json", "en").read_bytes()


def pictures(document):
    return [b for s in document.sections for b in s.blocks if isinstance(b, Picture)]


def test_every_text_of_a_figure_is_chinese_or_a_name_and_the_image_is_drawn_again(document):
    names = {document.title, *dict(document.facts)["Challengers"].split(", ")}
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table) and block.columns[0].title in {"Feature", "Segment"}:
                names |= {str(row[0]) for row in block.rows}
    before, after = pictures(document), pictures(translated(document, "zh"))
    assert len(before) == len(after) > 1
    for old, new in zip(before, after, strict=True):
        left = [t for t in new.drawing.texts if ENGLISH.search(t) and not CHINESE.search(t)]
        assert set(left) <= names, (new.title, left)
        assert any(CHINESE.search(text) for text in new.drawing.texts)
        assert all(text in new.drawing.svg for text in new.drawing.texts if CHINESE.search(text))
        assert new.drawing.png != old.drawing.png


def test_a_figure_drawn_again_has_the_same_bytes_and_names_no_font_of_this_machine(limits):
    picture = pictures(limits)[0].drawing
    assert picture.said(str) == picture
    families = set(re.findall(r'font-family[:=] ?"?([^";]+)', picture.svg))
    assert families == {", ".join(f"'{f}'" if " " in f else f for f in fonts.FAMILIES)}


def test_what_is_given_in_both_languages_stands_once_in_a_chinese_report():
    reasons = Table("Reasons given", columns("Code", "Reason", "In Chinese"), (("R1", "x", "x"),))
    made = assemble([cell()], date=DATE)
    section = replace(made.sections[0], blocks=(reasons,))
    said = translated(replace(made, sections=(section,)), "zh").sections[0].blocks[0]
    assert [c.title for c in said.columns] == ["代码", "理由"]
    assert said.rows == (("R1", "x"),)


def test_a_pdf_without_a_chinese_font_is_refused_and_says_what_to_install():
    with pytest.raises(BadInput, match="fonts-noto-cjk"):
        need_chinese(("No Such Font Of Any Maker",))
