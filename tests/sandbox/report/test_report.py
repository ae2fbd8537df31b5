"""The report: true to its results, whole, safe to open, the same for the same input."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from cells import DATE, blocks, cell, failed, gaps

from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.report import assemble, render_html
from sandbox.report.comparison import difference
from sandbox.report.document import Table
from sandbox.report.render import html
from sandbox.report.standing import over_seeds, standing


def test_all_sections_stand_in_order(limit_cells):
    document = assemble(limit_cells, date=DATE)
    assert [s.number for s in document.sections] == list(range(1, 13))


@pytest.mark.parametrize("role", ["limit", "pd", "fraud"])
def test_a_report_of_every_role_renders_and_survives_the_store(tmp_path, role):
    made = cell(role=role)
    made.save(tmp_path / "cell")
    again = CellResult.load(tmp_path / "cell")
    first = html(assemble([made], date=DATE))
    assert "nan" not in re.sub(r"<[^>]*>", " ", first).lower().split()
    assert html(assemble([again], date=DATE)) == first


def test_the_same_input_gives_the_same_bytes_but_for_the_date(limit_cells, limit_html):
    assert html(assemble(limit_cells, date=DATE)) == limit_html
    other = html(assemble(limit_cells, date="2 May 2026"))
    assert other != limit_html
    assert other.replace("2 May 2026", DATE) == limit_html


class Tags(HTMLParser):
    """Ids, links and whatever would be fetched from elsewhere."""

    def __init__(self):
        super().__init__()
        self.ids, self.links, self.fetched = [], [], []

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "xlink:href", "src"):
                if value.startswith("#"):
                    self.links.append(value[1:])
                elif not value.startswith("data:"):
                    self.fetched.append(value)
        assert tag != "script"


def test_the_file_needs_no_network_and_every_link_leads_somewhere(limit_html):
    tags = Tags()
    tags.feed(limit_html)
    assert tags.fetched == []
    assert len(tags.ids) == len(set(tags.ids))
    assert set(tags.links) <= set(tags.ids)
    assert "@import" not in limit_html
    assert set(re.findall(r"url\((.)", limit_html)) <= {"#"}


def test_names_are_text_and_never_markup(limit_cells):
    hostile = cell("<script>alert(1)</script>")
    hostile = replace(hostile, params={"a": "<img src=x onerror=y>"})
    text = html(assemble([hostile, failed(reason="<b>bold</b>")], date=DATE))
    assert "<script" not in text
    assert "<img src=x" not in text
    assert "<b>bold" not in text
    assert "debt <b>" not in text


def test_the_file_is_small_and_written_whole(tmp_path, limit_cells, monkeypatch):
    document = assemble(limit_cells, date=DATE)
    path = render_html(document, tmp_path / "deep" / "report.html")
    assert path.stat().st_size < 5_000_000
    assert path.read_text().startswith("<!DOCTYPE html>")
    monkeypatch.setattr("sandbox.report.render.LARGEST", 1000)
    with pytest.raises(BadInput, match="more than"):
        render_html(document, tmp_path / "second.html")
    assert [p.name for p in tmp_path.iterdir()] == ["deep"]


def test_what_is_not_evaluated_is_said_and_never_green(limit_html, limit_cells):
    document = assemble(limit_cells, date=DATE)
    for number in (3, 7, 8):
        assert "Not evaluated: " in gaps(document, number)
    lights = re.findall(r'<a class="light (\w+)"[^>]*>\s*<span class="subject">([^<]*)', limit_html)
    assert {"Fairness", "Robustness", "Stress"} <= {name for kind, name in lights if kind == "none"}


def test_a_portfolio_says_that_it_has_no_truth():
    document = assemble([cell(role="pd")], date=DATE)
    assert "a portfolio has no known truth" in gaps(document, 6)
    assert "Not evaluated: the study holds no challenger" in gaps(document, 6)


def test_a_fraud_score_is_not_judged_as_a_probability():
    document = assemble([cell(role="fraud")], date=DATE)
    assert "not read as a probability" in gaps(document, 6)


def test_true_kinds_of_fraud_are_shown_and_no_portfolio_is_claimed():
    kinds = pd.DataFrame({"typology": ["rings"], "applications": [40], "recall_at_fpr_2pct": [0.5]})
    made = cell(role="fraud")
    document = assemble(
        [replace(made, tables={**made.tables, "recall_by_typology": kinds})], date=DATE
    )
    shown = next(t for t in blocks(document, 6, Table) if t.title == "Recall by kind of fraud")
    assert shown.rows == (("rings", "40", "50.0%", "35.2%", "64.8%"),)
    assert "portfolio" not in gaps(document, 6)


def test_a_model_that_did_not_finish_is_not_approved_and_the_reason_is_shown():
    document = assemble([failed()], date=DATE)
    assert document.opinion.text == "remediate before use"
    text = html(document)
    assert "The model did not answer in 300 s." in text
    assert 'class="mark pass"' not in text
    assert "the model did not finish (timed out)" in gaps(document, 6)


def test_a_failed_seed_of_the_champion_and_of_a_challenger_are_findings():
    document = assemble([cell(seed=1), failed("rules", seed=2), failed("vendor")], date=DATE)
    rows = blocks(document, 11, Table)[0].rows
    severity = {row[3].text: row[2] for row in rows}
    assert severity["rules, seed 2: timed out"] == "S2"
    assert severity["vendor, seed 1: timed out"] == "S4"


def test_figures_of_several_seeds_are_averaged_with_students_interval(limit_cells):
    from scipy.stats import t

    stand = standing(limit_cells)
    values = [c.metrics["perf/auc"] for c in limit_cells[:3]]
    spread = stand.champion.spread("perf/auc")
    assert spread.mean == pytest.approx(np.mean(values))
    interval = t.interval(0.95, 2, np.mean(values), np.std(values, ddof=1) / 3**0.5)
    assert (spread.low, spread.high) == pytest.approx(interval)


def test_a_single_seed_has_the_interval_of_its_test_and_no_other():
    stand = standing([cell()])
    auc = next(r for r in stand.champion.reference.results if r.id == "discrimination.auc")
    spread = stand.champion.spread("perf/auc")
    assert (spread.low, spread.high) == auc.interval
    assert not stand.champion.spread("value/approval_rate").known
    assert not over_seeds([1.0]).known


def test_models_are_compared_on_the_seeds_they_share(limit_cells):
    stand = standing([*limit_cells[:3], *limit_cells[4:6]])
    pairs = zip(limit_cells[1:3], limit_cells[4:6], strict=True)
    differences = [a.metrics["perf/auc"] - b.metrics["perf/auc"] for a, b in pairs]
    spread = stand.paired("perf/auc", stand.challengers[0])
    assert spread.seeds == 2
    assert spread.mean == pytest.approx(np.mean(differences))


def test_one_run_each_does_not_tell_profits_apart_but_rankings_case_by_case():
    document = assemble([cell(), cell("causal", noise=0.3)], date=DATE)
    assert "whether the difference in Expected profit" in gaps(document, 6)
    text = html(document)
    assert "paired over" not in text
    assert "DeLong, on the same 600 cases of seed 1" in text


def test_models_that_judged_other_cases_are_not_paired_case_by_case():
    other = cell("causal")
    scored = other.tables["scored"]
    other = replace(
        other,
        tables={**other.tables, "scored": scored.assign(target=scored.target[::-1].to_numpy())},
    )
    assert difference(standing([cell(), other]), "perf/auc", standing([other]).champion) is None


def test_a_challenger_that_does_better_is_a_finding(limit_cells):
    better = [cell("gold", seed=s) for s in (1, 2, 3)]
    better = [replace(c, metrics=c.metrics | {"truth/profit_per_customer": 99.0}) for c in better]
    titles = [
        row[3].text
        for row in blocks(assemble([*limit_cells[:3], *better], date=DATE), 11, Table)[0].rows
    ]
    assert "Challenger gold does better" in titles
