"""What supervisory texts ask is shown as answered only where results answer it."""

from dataclasses import replace

import pytest
from cells import blocks, cell

from sandbox.report import assemble
from sandbox.report.document import Table
from sandbox.report.families import FAMILIES
from sandbox.report.mapping import FACTS, Point, answer, supervisory_map
from sandbox.report.standing import Judged
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


def missing(test):
    return Judged(
        not_evaluated(test, "for want of data", n=0, policy=POLICY), {1: Verdict.NOT_EVALUATED}
    )


def point(*tests, facts=()):
    return Point(id="a point", asks="something", tests=tests, facts=facts)


def test_every_test_and_fact_that_is_named_exists():
    for text in supervisory_map().texts:
        for each in text.points:
            assert each.tests or each.facts
            for test in each.tests:
                family = test.removesuffix(".*")
                assert test in CATALOGUE or test in ELSEWHERE or family in FAMILIES, test


def test_what_was_not_read_in_the_official_text_says_so():
    for text in supervisory_map().texts:
        assert text.verified or text.missing
    names = " ".join(t.name for t in supervisory_map().texts)
    for said in ("SR 26-2", "SS1/23", "ECB", "商业银行互联网贷款管理暂行办法"):
        assert said in names


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


def test_a_report_without_a_single_result_evidences_no_point():
    bare = replace(
        cell(), tables={}, attribution=None, evidence=(), datasets=(), results=(), metrics={}
    )
    document = assemble([bare], date="2026-11-23")
    names = {t.name for t in supervisory_map().texts}
    maps = [t for t in blocks(document, 12, Table) if t.title in names]
    assert len(maps) == len(names)
    assert {row[3] for table in maps for row in table.rows} == {"not evidenced"}
