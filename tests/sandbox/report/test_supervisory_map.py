"""What supervisory texts ask is shown as answered only where results answer it."""

import datetime
from dataclasses import replace

import pytest
from cells import blocks, cell
from pydantic import ValidationError

from sandbox.reading import Reading
from sandbox.report import assemble
from sandbox.report.document import Table
from sandbox.report.families import FAMILIES
from sandbox.report.mapping import answer, facts_of, mapped
from sandbox.report.standing import Judged, standing
from sandbox.report.supervisory import FACTS, Point, supervisory_map
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.judge import judge, not_evaluated
from sandbox.validation.policy import Policy
from sandbox.validation.result import Verdict

POLICY = Policy.default()
#: made by the portfolio trial, in no catalogue
ELSEWHERE = {"data.unscored"}


def judged(test, p_value=0.5):
    result = judge(test, 0.0, n=100, policy=POLICY, p_value=p_value)
    return Judged(result, {1: result.verdict})


def passing(test):
    """Whatever its threshold, the test was evaluated and passed."""
    good = replace(judged(test).worst, verdict=Verdict.PASS)
    return Judged(good, {1: good.verdict})


def missing(test):
    return Judged(
        not_evaluated(test, "for want of data", n=0, policy=POLICY), {1: Verdict.NOT_EVALUATED}
    )


def point(*tests, facts=(), **more):
    open_ = {"verified": False, "note": "a made-up point"}
    return Point(id="a point", asks="something", tests=tests, facts=facts, **open_ | more)


def reading(seen="copy"):
    day = datetime.date(2026, 11, 23)
    return Reading(
        place="par. 1", text="words", source_url="https://a.org/b", read_on=day, seen=seen
    )


POINTS = [each for text in supervisory_map().texts for each in text.points]


def needs(each, role):
    """Ids of the tests that a point rests on in a report on a model of this role."""
    found = []
    for pattern in each.tests:
        family, whole = pattern.split(".")[0], pattern.endswith(".*")
        needed = FAMILIES[family].needed
        if not needed or role in needed:
            all_of = [t for t in CATALOGUE if t.startswith(f"{family}.")]
            found += all_of if whole else [pattern]
    return list(dict.fromkeys(found))


def test_every_test_and_fact_that_is_named_exists():
    for text in supervisory_map().texts:
        for each in text.points:
            assert each.tests or each.facts or each.outside
            for test in each.tests:
                family = test.removesuffix(".*")
                assert test in CATALOGUE or test in ELSEWHERE or family in FAMILIES, test


def test_what_was_not_read_in_the_official_text_says_so():
    for text in supervisory_map().texts:
        assert text.verified or text.missing
    names = " ".join(t.name for t in supervisory_map().texts)
    for said in ("SR 26-2", "SS1/23", "ECB", "商业银行互联网贷款管理暂行办法"):
        assert said in names


@pytest.mark.parametrize("each", [p for p in POINTS if p.verified], ids=lambda p: p.id)
def test_a_verified_point_quotes_words_of_the_text_itself(each):
    assert each.words.own_words
    assert each.words.seen in {"official page", "copy", "quotations"}
    if each.words.seen == "official page":
        assert "bankofengland.co.uk" in each.words.source_url
    # a quotation, and not our wording of it
    assert each.words.text.lower() != each.asks.lower()


@pytest.mark.parametrize("seen", ["title", "secondary"])
def test_a_title_a_draft_or_a_commentary_verifies_nothing(seen):
    with pytest.raises(ValidationError, match="verified without words of the text"):
        point("stability.psi", verified=True, words=reading(seen))
    assert point("stability.psi", verified=True, words=reading()).verified


def test_a_point_says_what_is_open_and_what_it_rests_on():
    with pytest.raises(ValidationError, match="verified without words"):
        point("stability.psi", verified=True)
    with pytest.raises(ValidationError, match="say in `note` what is open"):
        point("stability.psi", note="")
    with pytest.raises(ValidationError, match="say in `outside` why"):
        point()


def test_all_five_principles_of_ss1_23_are_there():
    uk = next(t for t in supervisory_map().texts if "SS1/23" in t.name)
    titles = [p.words.text for p in uk.points if p.words and p.words.seen == "title"]
    assert [p.words.place for p in uk.points if p.words and p.words.seen == "title"] == [
        f"Principle {k}" for k in range(1, 6)
    ]
    assert titles[3] == "Independent model validation"


def test_the_machine_learning_section_of_the_ecb_guide_has_its_themes():
    ecb = next(t for t in supervisory_map().texts if "guide to internal models" in t.name)
    places = {p.words.place for p in ecb.points}
    # complexity, drivers, explanation of each prediction, its quality, seeds, overrides
    assert {"par. 60", "par. 61", "par. 62", "par. 64", "par. 59", "par. 75"} <= places
    said = " ".join(p.words.text for p in ecb.points)
    for word in ("hyperparameters", "seeds", "randomness", "overfitting", "overrides"):
        assert word in said


def test_the_chinese_chapter_has_five_properties_of_data_and_every_stage_of_a_model():
    china = next(t for t in supervisory_map().texts if "互联网贷款" in t.name)
    ids = " ".join(p.id for p in china.points)
    for name in ("精确性", "完整性", "一致性", "时效性", "有效性"):
        assert sum(name in p.id and name in p.words.text for p in china.points) == 1
    for name in ("来源", "使用", "保管", "职责", "开发", "测试", "评审", "监测", "优化", "退出"):
        assert name in ids


def test_numbers_of_articles_are_those_of_a_draft_until_the_order_was_read():
    china = next(t for t in supervisory_map().texts if "互联网贷款" in t.name)
    assert not any(p.verified for p in china.points)
    assert all("draft" in p.id or "not read" in p.id for p in china.points)


@pytest.mark.parametrize(
    ("tests", "status"),
    [
        ([judged("stability.migration")], "evidenced"),
        ([judged("stability.migration", 0.001)], "evidenced, with findings"),
        ([judged("stability.migration"), missing("stability.psi")], "partly"),
        ([missing("stability.migration"), missing("stability.psi")], "not evidenced"),
        ([], "not evidenced"),
    ],
)
def test_a_family_is_evidenced_only_when_all_its_tests_were_evaluated(tests, status):
    assert answer(point("stability.*"), tests, {}, "pd").status == status


def test_a_fact_that_does_not_hold_keeps_a_point_from_being_evidenced():
    asked = point("stability.migration", facts=("signed",))
    tests = [judged("stability.migration")]
    assert answer(asked, tests, {"signed": False}, "pd").status == "partly"
    assert answer(asked, tests, {"signed": False}, "pd").missing == (FACTS["signed"],)
    assert answer(asked, tests, {"signed": True}, "pd").status == "evidenced"


@pytest.mark.parametrize("role", ["limit", "pd", "fraud"])
def test_a_point_is_green_only_while_each_of_its_tests_was_evaluated(role):
    known = dict.fromkeys(FACTS, True)
    good = {t: passing(t) for t in CATALOGUE}
    bad = {t: missing(t) for t in CATALOGUE}
    for each in POINTS:
        asked = needs(each, role)
        passed = {t: good[t] for t in asked if t in CATALOGUE}
        whole = answer(each, list(passed.values()), known, role).status
        if each.outside or len(passed) < len(asked) or not (asked or each.facts):
            assert not whole.startswith("evidenced"), each.id
        else:
            assert whole == "evidenced", each.id
        for test in passed:
            instead = [*(passed | {test: bad[test]}).values()]
            status = answer(each, instead, known, role).status
            assert not status.startswith("evidenced"), (each.id, test)
        for fact in each.facts:
            status = answer(each, list(passed.values()), known | {fact: False}, role).status
            assert not status.startswith("evidenced"), (each.id, fact)


def test_what_a_report_cannot_show_is_never_evidenced():
    asked = point("stability.migration", outside="the bank's framework")
    got = answer(asked, [judged("stability.migration")], {}, "pd")
    assert (got.status, got.missing) == ("partly", ("the bank's framework",))
    got = answer(point(outside="the bank's framework"), [], {}, "pd")
    assert (got.status, got.missing) == ("outside this report", ("the bank's framework",))


def test_a_family_that_a_role_does_not_have_is_not_asked_for():
    asked = point("stability.migration", "limits.*")
    tests = [judged("stability.migration")]
    assert answer(asked, tests, {}, "pd").status == "evidenced"
    assert answer(asked, tests, {}, "limit").status == "partly"


@pytest.mark.parametrize("role", ["limit", "fraud"])
def test_what_answers_a_point_stands_in_the_section_that_the_map_names(role):
    results = [cell("hgb", role, truth=False)]
    document = assemble(results, date="2026-11-23")
    judgements = standing(results).champion.judged()
    shown = {s.number: str(s.blocks) for s in document.sections}
    seen = 0
    for each in POINTS:
        for test in needs(each, role):
            for one in (j for j in judgements if j.worst.id == test):
                if one.worst.verdict is Verdict.NOT_EVALUATED:
                    continue
                assert one.worst.title in shown[FAMILIES[test.split(".")[0]].section], test
                seen += 1
    assert seen > 20


def test_the_report_says_for_each_point_how_its_text_was_read():
    tables = {t.title: t for t in mapped([], {}, "pd") if isinstance(t, Table)}
    for text in supervisory_map().texts:
        table = tables[text.name]
        assert [row[5] for row in table.rows] == [p.read for p in text.points]
        known = sum(p.verified for p in text.points)
        assert f"for {known} of {len(text.points)} points" in table.note
        assert text.missing in table.note
        # what was read at second hand is not said to have been read in the official file
        second_hand = {p.words.source_url for p in text.points if p.read == "quotations"}
        assert text.read_at not in second_hand


def test_settings_count_only_where_they_were_recorded():
    for params, known in (({"model.depth": "4"}, True), ({"model.family": "hgb"}, False)):
        stand = standing([replace(cell(), params=params)])
        assert facts_of(stand, stand.champion.judged(), None, True)["settings"] is known


def test_a_report_without_a_single_result_evidences_no_point():
    bare = replace(
        cell(),
        params={},
        tables={},
        attribution=None,
        evidence=(),
        datasets=(),
        results=(),
        metrics={},
    )
    document = assemble([bare], date="2026-11-23")
    names = {t.name for t in supervisory_map().texts}
    maps = [t for t in blocks(document, 12, Table) if t.title in names]
    assert len(maps) == len(names)
    assert {row[3] for table in maps for row in table.rows} == {
        "not evidenced",
        "outside this report",
    }
