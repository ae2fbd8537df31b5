"""The report: true to its results, whole, safe to open, the same for the same input."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from sandbox.cell import Cell, CellResult, DatasetRecord
from sandbox.errors import BadInput
from sandbox.explanation.attribution import Attribution
from sandbox.isolation.limits import Limits
from sandbox.isolation.outcome import Evidence, Level, Status
from sandbox.report import assemble, render_html
from sandbox.report.comparison import difference
from sandbox.report.document import Bullets, Gap, Table
from sandbox.report.finding import Finding, opinion
from sandbox.report.own_limits import own_limits
from sandbox.report.render import html
from sandbox.report.standing import over_seeds, standing
from sandbox.report.wording import HEADLINE
from sandbox.validation.policy import Severity
from sandbox.validation.result import Verdict
from sandbox.validation.suite import metrics_of, validate_against_truth, validate_scores

DATE = "1 May 2026"


def evidence(level=Level.NAMESPACE):
    return Evidence(level, ("bubblewrap", "no network"), Limits(), 500 << 20, 1.0, 1.5, "Linux")


def cell(model="rules", role="limit", seed=1, *, n=600, noise=0.02, lift=1.0, truth=True, **more):
    """A finished cell with figures that follow from scores, as a study makes them."""
    rng = np.random.default_rng(seed)
    true = rng.beta(1, 5, n)
    target = rng.binomial(1, true).astype(float)
    other = np.random.default_rng([seed, len(model)])
    score = np.clip(true * lift + other.normal(0, noise, n), 0, 1)
    features = pd.DataFrame({"income": rng.lognormal(size=n), "debt <b>": rng.random(n)})
    results = validate_scores(
        target,
        score,
        role=role,
        training_score=score,
        features=features,
        training_features=features,
    )
    metrics = {"ops/fit_seconds": 1.0}
    tables = {"scored": pd.DataFrame({"score": score, "target": target})}
    if truth and role == "limit":
        value = 100 * (0.3 - score)
        results += validate_against_truth(
            score=score, true_pd=true, model_value=value, oracle_value=value + 2
        )
        metrics |= {"truth/profit_per_customer": float(value.mean()), "value/approval_rate": 0.6}
        tables["decisions_by_segment"] = pd.DataFrame(
            {
                "segment": ["student", "tier $1"],
                "approval_rate": [0.4, 0.7],
                "profit_per_customer": [-3.0, 21.0],
            }
        )
    attribution = Attribution(
        values=features.to_numpy() * [-1, 1],
        base=np.zeros(n),
        features=features,
        output="log-odds of default",
        method="closed form",
    )
    return CellResult(
        Cell("a study", model, "rules", role, "online_rental", seed, f"{seed:032x}"),
        Status.OK,
        params={"model.depth": "4"},
        metrics=metrics | metrics_of(results),
        results=results,
        tables=tables,
        attribution=attribution,
        evidence=(evidence(), evidence()),
        datasets=(DatasetRecord.of("evaluation table", "evaluation", features),),
        inputs=tuple(features.columns),
        outputs=("pd",),
        **more,
    )


def failed(model="vendor", role="limit", seed=1, reason="The model did not answer in 300 s."):
    return CellResult(
        Cell("a study", model, "vendor", role, "online_rental", seed, "f" * 32),
        Status.TIMED_OUT,
        reason,
        evidence=(evidence(),),
    )


@pytest.fixture(scope="module")
def limit_cells():
    return (
        [cell(seed=s) for s in (1, 2, 3)]
        + [cell("causal", seed=s, noise=0.3) for s in (1, 2, 3)]
        + [failed()]
    )


@pytest.fixture(scope="module")
def limit_html(limit_cells):
    return html(assemble(limit_cells, date=DATE))


def blocks(document, number, kind):
    section = next(s for s in document.sections if s.number == number)
    return [b for b in section.blocks if isinstance(b, kind)]


def gaps(document, number):
    return " ".join(g.text for g in blocks(document, number, Gap))


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
        assert "Not evaluated in this version" in gaps(document, number)
    lights = re.findall(r'<a class="light (\w+)"[^>]*>\s*<span class="subject">([^<]*)', limit_html)
    assert {"Fairness", "Robustness and stress"} <= {
        name for kind, name in lights if kind == "none"
    }


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


def test_the_worst_seed_decides_the_verdict():
    good, bad = cell(seed=1), cell(seed=2, lift=0.3)
    judged = {j.worst.id: j for j in standing([good, bad]).champion.judged()}
    jeffreys = judged["calibration.jeffreys"]
    assert jeffreys.worst.verdict is Verdict.FAIL
    assert jeffreys.verdicts[1] is not Verdict.FAIL
    assert jeffreys.where == "seed 2 of 2"


def test_planted_defects_are_found_with_the_severity_of_the_policy():
    """PDs at a third of the truth, and a feature that holds the outcome."""
    plain = cell(n=3000, lift=0.3)
    target = plain.tables["scored"]["target"].to_numpy()
    features = plain.attribution.features.assign(arrears=target)
    leaking = validate_scores(
        target, plain.tables["scored"]["score"], role="limit", features=features
    )
    document = assemble([replace(plain, results=leaking)], date=DATE)
    rows = {row[3].text: row for row in blocks(document, 11, Table)[0].rows}
    assert rows["Leakage screen: fails"][2] == "S1"
    assert "arrears" in rows["Leakage screen: fails"][3].below
    assert rows["Jeffreys test by grade: fails"][2] == "S2"
    assert document.opinion.text == "remediate before use"


@pytest.mark.parametrize(
    ("severities", "said"),
    [
        ((), "approve"),
        (("S4",), "approve"),
        (("S3", "S4"), "approve with conditions"),
        (("S2",), "approve with conditions"),
        (("S1", "S4"), "remediate before use"),
    ],
)
def test_the_opinion_follows_the_worst_finding(severities, said):
    found = [Finding(6, Severity(s), "", "", "") for s in severities]
    assert opinion(found).text == said


def test_a_model_outside_a_sandbox_is_a_finding():
    loose = replace(cell(), evidence=(evidence(Level.NONE),))
    rows = blocks(assemble([loose], date=DATE), 11, Table)[0].rows
    assert "S2" in {row[2] for row in rows if "isolation level none" in row[3].text}


def test_models_of_other_roles_are_named_and_not_compared(limit_cells):
    document = assemble([*limit_cells, cell("fraud hunter", role="fraud")], date=DATE)
    compared = next(t for t in blocks(document, 6, Table) if "challengers" in t.title)
    assert "fraud hunter" not in {row[0].text for row in compared.rows}
    assert "fraud hunter on online rental" in html(document)


def test_results_without_tables_and_explanation_still_make_a_report():
    bare = replace(cell(), tables={}, attribution=None, evidence=(), datasets=(), results=())
    document = assemble([bare], date=DATE)
    assert "the model was not explained" in gaps(document, 8)
    assert "no evidence of isolation" in gaps(document, 5)
    assert 'class="mark pass"' not in html(document)


def test_chinese_names_are_drawn_as_text_without_a_warning(recwarn):
    text = html(assemble([cell("额度模型"), cell("挑战者")], date=DATE))
    assert text.count("挑战者") > 3
    assert not [w for w in recwarn if "Glyph" in str(w.message)]


def test_nothing_or_two_studies_are_refused():
    with pytest.raises(BadInput, match="no results"):
        assemble([], date=DATE)
    other = cell()
    other = replace(other, cell=replace(other.cell, study="another"))
    with pytest.raises(BadInput, match=r"2 studies \(a study, another\)"):
        assemble([cell(), other], date=DATE)


def titles(document):
    return {row[3].text: row for row in blocks(document, 11, Table)[0].rows}


def test_a_score_that_ranks_the_wrong_way_round_is_not_approved():
    turned = cell(role="pd", lift=-1.0, noise=0.0)
    scored = turned.tables["scored"]
    scored = scored.assign(score=1 - cell(role="pd").tables["scored"]["score"])
    turned = replace(turned, results=validate_scores(scored.target, scored.score, role="pd"))
    document = assemble([turned], date=DATE)
    finding = titles(document)["Ranks the wrong way round: is it the probability of no default?"]
    assert finding[2] == "S1"
    assert document.opinion.text == "remediate before use"


def segments(default_rate):
    return pd.DataFrame(
        {
            "segment": ["low", "high"],
            "customers": [1000, 1000],
            "approval_rate": [0.5, 1.0],
            "mean_limit": [2000.0, 9000.0],
            "mean_pd": [0.02, 0.02],
            "default_rate": default_rate,
            "profit_per_customer": [1.0, 2.0],
        }
    )


@pytest.mark.parametrize(("rate", "found"), [([0.06, 0.05], True), ([0.02, 0.025], False)])
def test_defaults_above_the_pds_under_the_models_own_limits_are_a_finding(rate, found):
    made = cell()
    made = replace(made, tables={**made.tables, "decisions_by_segment": segments(rate)})
    document = assemble([made], date=DATE)
    title = "Default rate under the model's own limits exceeds its PDs"
    assert (title in titles(document)) is found
    shown = next(t for t in blocks(document, 6, Table) if t.title.startswith("Decisions by"))
    assert "under the limits that this model gave" in shown.note


def test_own_limits_count_defaults_over_segments_and_runs():
    from scipy.stats import binomtest

    made = cell()
    made = replace(made, tables={"decisions_by_segment": segments([0.06, 0.05])})
    found = own_limits(standing([made, replace(made)]).champion)
    assert (found.approved, found.defaults) == (3000, 160)
    assert found.p_value == pytest.approx(binomtest(160, 3000, 0.02, "greater").pvalue)


def test_the_rule_that_chose_the_champion_is_stated_and_is_the_studys():
    from sandbox.experiment.ranking import CHOSEN_BY

    assert {role: name for role, (name, _) in CHOSEN_BY.items()} == HEADLINE
    weaker, stronger = cell("weak", role="pd", noise=0.5), cell("strong", role="pd")
    text = html(assemble([weaker, stronger], date=DATE))
    assert "ranked by AUC" in text
    assert "By it strong leads; this report was asked for on weak." in text
    assert "leads; this report" not in html(assemble([stronger, weaker], date=DATE))


def test_a_challenger_better_on_another_figure_is_an_observation():
    vague = cell("vague", role="limit", noise=0.3)
    sharp = replace(cell("sharp"), metrics=vague.metrics)
    rows = titles(assemble([vague, sharp], date=DATE))
    assert rows["Challenger sharp does better on AUC"][2] == "S4"
    assert rows["Challenger sharp does better on Brier score"][2] == "S4"


def test_what_is_predicted_on_whom_is_the_first_exhibit_of_the_data():
    facts = {"Definition of default": "90 days past due", "Withheld from the models": "sex"}
    made = replace(cell(role="pd"), facts=facts)
    first = blocks(assemble([made], date=DATE), 4, Table)[0]
    assert first.title == "Portfolio and target"
    assert first.rows == tuple(facts.items())
    world = blocks(assemble([cell()], date=DATE), 4, Table)[0]
    assert "over 90 days past due" in dict(world.rows)["Definition of default"]
    assert "fraudulent applicants are left out" in dict(world.rows)["Judged on"]
    assert "were not recorded" in gaps(assemble([cell(role="pd")], date=DATE), 4)


def explained(signs, names):
    made = cell(role="pd")
    features = made.attribution.features.set_axis(names, axis=1)
    shown = replace(made.attribution, features=features, values=features.to_numpy() * signs)
    return replace(made, attribution=shown, inputs=tuple(names))


def test_an_effect_against_expectation_is_an_observation():
    rows = titles(assemble([explained([1, 1], ["declared_income", "lenders"])], date=DATE))
    (title,) = [t for t in rows if "against expectation" in t]
    assert title == "Direction against expectation: declared_income"
    assert rows[title][2] == "S4"
    rows = titles(assemble([explained([-1, 1], ["declared_income", "lenders"])], date=DATE))
    assert not [t for t in rows if "against expectation" in t]


@pytest.mark.parametrize(("sign", "severity"), [(1, "S3"), (0, "S4")])
def test_protected_inputs_are_named(sign, severity):
    rows = titles(assemble([explained([-1, sign], ["income", "marital_status"])], date=DATE))
    assert rows["Protected attributes among the inputs: marital_status"][2] == severity


def test_what_is_outside_at_validation_is_left_to_its_owner():
    document = assemble([cell(n=3000, lift=0.3)], date=DATE)
    table = blocks(document, 9, Table)[0]
    row = next(r for r in table.rows if r[0] == "Jeffreys test by grade")
    assert row[1].below == "outside the trigger at validation: owner decides"
    assert row[2:4] == ("p at least 0.05", "below 0.01")


def test_conditions_name_the_parts_that_are_missing():
    (bullets,) = blocks(assemble([cell(role="fraud")], date=DATE), 1, Bullets)
    said = next(item for item in bullets.items if "by other means" in item)
    assert "conceptual soundness (section 3)" in said
    assert "vintages" not in said


def test_a_name_cannot_leave_the_running_header():
    hostile = cell('x"; } body { display: none } /*')
    text = html(assemble([hostile], date=DATE))
    (header,) = re.findall(r'@top-left \{ content: "(.*?)"; \}', text)
    assert not set(header) & set("{};*\"'<>")


def test_facts_survive_the_store(tmp_path):
    made = replace(cell(), facts={"Currency": "CNY"})
    made.save(tmp_path / "cell")
    assert CellResult.load(tmp_path / "cell").facts == {"Currency": "CNY"}


def test_grades_shown_are_those_of_the_seed_that_the_test_counts():
    good, bad = cell(seed=1), cell(seed=2, lift=0.3)
    shown = next(
        t
        for t in blocks(assemble([good, bad], date=DATE), 6, Table)
        if t.title == "Calibration by grade"
    )
    assert "Seed 2 of 2" in shown.note
    column = [c.title for c in shown.columns].index("p, Holm")
    assert "< 0.001" in {row[column] for row in shown.rows}
