"""What a report finds, what it says of it, and who is compared with whom."""

import re
from dataclasses import replace

import pandas as pd
import pytest
from cells import DATE, blocks, cell, evidence, gaps

from sandbox.cell import CellResult
from sandbox.errors import BadInput
from sandbox.isolation.outcome import Level
from sandbox.report import assemble
from sandbox.report.document import Bullets, Table
from sandbox.report.finding import Finding, opinion
from sandbox.report.own_limits import own_limits
from sandbox.report.render import html
from sandbox.report.standing import standing
from sandbox.report.wording import HEADLINE
from sandbox.validation.policy import Severity
from sandbox.validation.result import Verdict
from sandbox.validation.suite import validate_scores


def test_the_worst_seed_decides_the_verdict():
    good, bad = cell(seed=1), cell(seed=2, lift=0.3)
    judged = {j.worst.id: j for j in standing([good, bad]).champion.judged()}
    jeffreys = judged["calibration.jeffreys"]
    assert jeffreys.worst.verdict is Verdict.FAIL
    assert jeffreys.verdicts[1] is not Verdict.FAIL
    assert jeffreys.where == "in 1 of 2 runs, seed 2"


def test_an_assumption_has_the_worst_verdict_of_its_tests():
    made = cell()
    verdicts = {"stability.psi": Verdict.PASS, "stability.csi": Verdict.FAIL}
    results = tuple(
        replace(r, verdict=verdicts[r.id]) if r.id in verdicts else r for r in made.results
    )
    document = assemble([replace(made, results=results)], date=DATE)
    rows = {row[0]: row for t in blocks(document, 3, Table) for row in t.rows}
    *_, mark = rows["Customers of the future resemble those the model learnt from."]
    assert mark.verdict is Verdict.FAIL


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
    document = assemble([cell(role="fraud")], date=DATE)
    (bullets,) = blocks(document, 1, Bullets)
    said = next(item for item in bullets.items if "by other means" in item)
    missing = [line for line in document.annex.register if line.title.endswith(": not evaluated")]
    assert {"Robustness: not evaluated", "Fairness: not evaluated"} <= {m.title for m in missing}
    assert not any("Stress" in m.title or "Portfolio" in m.title for m in missing)
    assert all(m.id in said for m in missing if m.severity != "S4")


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
