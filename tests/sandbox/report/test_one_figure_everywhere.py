"""Whoever reads the pages, the JSON or the CSV reads the same figures."""

import csv
import io
import json
from collections import Counter
from html.parser import HTMLParser

import pytest
from cells import DATE

from sandbox.report import assemble
from sandbox.report.formats import findings_csv, report_json
from sandbox.report.wording import figure_form

VOID = {"br", "meta", "col", "input", "img", "link"}


class Page(HTMLParser):
    """The text of every element that has an id."""

    def __init__(self):
        super().__init__()
        self.texts, self.open = {}, []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append((tag, dict(attributes).get("id", "")))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        words = " ".join(data.split())
        for _, name in self.open:
            if name and words:
                self.texts[name] = f"{self.texts.get(name, '')} {words}".strip()


@pytest.fixture(scope="module")
def written(limit_cells, limit_html):
    document = assemble(limit_cells, date=DATE)
    page = Page()
    page.feed(limit_html)
    lines = list(csv.DictReader(io.StringIO(findings_csv(document).lstrip("\ufeff"))))
    return json.loads(report_json(document)), lines, page.texts


def test_every_test_of_the_json_has_its_figure_and_verdict_in_the_appendix(written):
    told, _, page = written
    figures = 0
    for result in told["results"]:
        row = page[f"test-{result['id']}"]
        assert result["title"] in row
        if result["verdict"] == "not evaluated":
            assert "not evaluated" in row or "for information" in row
            assert "● pass" not in row
        else:
            assert {"pass": "pass", "warn": "warning", "fail": "fail"}[result["verdict"]] in row
        if result["statistic"] is not None:
            figures += 1
            assert figure_form(result["id"])(result["statistic"]) in row, result["id"]
        assert f"{result['n']:,}" in row
    assert figures >= 12


def test_the_sections_show_the_figures_of_the_json(written):
    told, _, page = written
    section = {"discrimination": 6, "calibration": 6, "stability": 6, "truth": 6, "data": 4}
    seen = 0
    for result in told["results"]:
        if result["family"] in section and result["statistic"] is not None:
            said = figure_form(result["id"])(result["statistic"])
            assert said in page[f"section-{section[result['family']]}"], result["id"]
            seen += 1
    assert seen >= 12


def test_findings_are_the_same_in_summary_register_json_and_csv(written):
    told, lines, page = written
    assert [line["id"] for line in lines] == [f["id"] for f in told["findings"]]
    for place, (found, line) in enumerate(zip(told["findings"], lines, strict=True), start=1):
        row = page[f"finding-{place}"]
        for key in ("id", "severity", "title", "evidence", "remedy", "owner", "due", "status"):
            assert line[key].lstrip("'") == str(found[key])
            assert str(found[key]) in row, (key, row)
    for found in told["findings"][:5]:
        assert found["evidence"] in page["section-1"]


def test_the_opinion_and_the_counts_follow_from_the_findings_and_results(written):
    told, _, page = written
    severe = Counter(f["severity"] for f in told["findings"])
    said = ", ".join(f"{severe[s]} {s}" for s in ("S1", "S2", "S3", "S4") if severe[s])
    assert told["opinion"]["because"] == f"Findings by severity: {said}."
    worst = min(severe)
    opinions = {"S1": "remediate before use", "S4": "approve"}
    assert told["opinion"]["text"] == opinions.get(worst, "approve with conditions")
    assert told["opinion"]["because"] in page["section-0"]
    assert told["opinion"]["because"] in page["section-1"]
    ends = Counter(r["verdict"] for r in told["results"])
    assert f"{ends['pass']} passed, {ends['warn']} gave a warning" in page["section-1"]
    assert f"Of {len(told['results'])} tests" in page["section-1"]
