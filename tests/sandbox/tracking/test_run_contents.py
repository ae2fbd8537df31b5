"""What a run says, and where: names, decisions, code, and what it has no figure for."""

import colorsys
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tracked_cells import cell_result

from sandbox.errors import BadInput
from sandbox.isolation.outcome import Status
from sandbox.tracking import contents
from sandbox.tracking.artifacts import tables_of, write_artifacts
from sandbox.tracking.colours import colour
from sandbox.tracking.decisions_table import COLUMNS, SMALLEST
from sandbox.tracking.guard import PERSONAL, refuse_confidential
from sandbox.tracking.names import METRICS, PARAMETERS, SECTIONS, TAGS, MetricName, metric
from sandbox.tracking.software import software
from sandbox.validation.catalogue import CATALOGUE
from sandbox.validation.result import ValidationResult, Verdict

LIMIT_MODELS = ("rule matrix", "scorecard", "boosted PD", "boosted PD and exposure", "causal pair")
FRAUD_MODELS = ("boosted fraud", "logistic fraud", "fraud rules", "fraud stack", "isolation forest")


def written(result, folder):
    """The files of a run, by path."""
    write_artifacts(result, folder, tables_of(result))
    return {
        path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()
    }


def unevaluated(test, reason):
    return ValidationResult(
        id=test,
        family="calibration",
        title="a test",
        hypothesis="it holds",
        n=12,
        statistic=float("nan"),
        threshold="none",
        threshold_source="policy",
        verdict=Verdict.NOT_EVALUATED,
        reason=reason,
    )


def test_every_metric_has_a_section_words_and_a_direction():
    assert all(name == each.name for name, each in METRICS.items())
    assert {each.section for each in METRICS.values()} <= set(SECTIONS)
    assert all(each.words for each in METRICS.values())
    carried = {entry.metric for entry in CATALOGUE.values() if entry.metric}
    assert carried <= METRICS.keys()


def test_a_metric_outside_all_sections_is_refused():
    with pytest.raises(BadInput, match="begin its name with one of value/"):
        MetricName("auc", "", "higher", "AUC")
    with pytest.raises(BadInput, match="better is 'up'"):
        MetricName("perf/auc", "", "up", "AUC")


@pytest.mark.parametrize(
    ("name", "one", "other", "better"),
    [
        ("perf/auc", 0.8, 0.7, True),
        ("calib/ece", 0.8, 0.7, False),
        ("calib/slope", 0.95, 1.2, True),
        ("value/approval_rate", 0.9, 0.1, False),
        ("fraud/auprc_low", 0.4, 0.3, True),
    ],
)
def test_which_of_two_values_is_better(name, one, other, better):
    assert metric(name).is_better(one, other) is better


def test_tags_and_parameters_go_by_the_table():
    result = cell_result("named", code=software("abc"))
    own = {name for name in contents.tags(result) if not name.startswith("mlflow.")}
    assert own <= TAGS.keys()
    assert {"model", "model.family", "role", "scenario", "seed"} <= PARAMETERS.keys()


def test_the_first_figures_of_a_run_are_those_that_its_role_is_compared_by(tmp_path):
    figures = {"ops/fit_seconds": 2.0, "value/default_rate": 0.0552614, "perf/auc": 0.63,
               "truth/profit_per_customer": 349.296, "calib/slope": float("nan")}  # fmt: skip
    result = cell_result("first", metrics=figures)
    first = ["truth/profit_per_customer", "value/default_rate", "perf/auc"]
    assert list(contents.metrics(result))[:3] == first
    note = contents.tags(result)["mlflow.note.content"]
    assert "Expected profit, RMB a customer: **349**; default rate" in note
    table = json.loads(written(result, tmp_path)["tables/figures.json"].read_text())
    assert table["columns"][:2] == ["figure", "value"]
    assert [row[-1] for row in table["data"]] == [*first, "ops/fit_seconds"]
    assert table["data"][1][:3] == ["default rate of approved customers", "5.53%", "lower"]


def test_models_of_different_kind_differ_in_three_parameters_that_both_have():
    # what MLflow's Compare draws first; a number that one lacks would be drawn for it as well
    rules = cell_result(params={})
    trees = cell_result(model="boosted PD", family="hgb", params={"model.depth": 4})
    trees = replace(trees, attribution=replace(trees.attribution, method="woodelf"))
    one, other = contents.params(rules), contents.params(trees)
    differing = sorted(n for n in {**one, **other} if one.get(n) != other.get(n))[:3]
    assert differing == ["model", "model.explained", "model.family"]


def test_a_models_runs_have_one_hue_and_the_built_in_models_of_a_role_do_not_look_alike():
    def hue(name, seed=1):
        text = colour(name, seed)
        return colorsys.rgb_to_hls(*(int(text[k : k + 2], 16) / 255 for k in (1, 3, 5)))[0]

    assert len({colour("rule matrix", seed) for seed in (7, 8, 9)}) == 3
    assert hue("rule matrix", 7) == pytest.approx(hue("rule matrix", 8), abs=0.01)
    for role in (LIMIT_MODELS, FRAUD_MODELS):
        hues = sorted(map(hue, role))
        gaps = [(b - a) % 1 for a, b in zip(hues, [*hues[1:], hues[0]], strict=True)]
        assert min(gaps) > 0.1


def test_a_metric_without_a_figure_is_named_with_the_reason_of_its_test(tmp_path):
    result = cell_result("nan", metrics={"perf/auc": 0.7, "calib/slope": float("inf")})
    reasons = (
        unevaluated("calibration.slope", "no defaults among 12 rows"),
        unevaluated("calibration.ece", "12 rows; at least 50 needed"),
    )
    result = replace(result, results=(*result.results, *reasons))
    assert contents.metrics(result) == {"perf/auc": 0.7}
    told = json.loads(written(result, tmp_path)["validation/not_evaluated.json"].read_text())
    assert told == {
        "calib/ece": "12 rows; at least 50 needed",
        "calib/slope": "no defaults among 12 rows",
    }
    tags = contents.tags(result)
    assert tags["not_evaluated"] == "calib/ece, calib/slope"
    assert "`calib/slope`: no defaults among 12 rows" in tags["mlflow.note.content"]


def test_a_metric_that_no_test_speaks_about_has_a_general_reason(tmp_path):
    result = cell_result("nan", metrics={"truth/pd_rmse": float("nan")})
    told = json.loads(written(result, tmp_path)["validation/not_evaluated.json"].read_text())
    assert "not a finite number" in told["truth/pd_rmse"]


def test_many_metrics_without_a_figure_fit_into_tags():
    names = {f"truth/a_metric_with_quite_a_long_name_{k}": float("nan") for k in range(400)}
    result = cell_result("many", metrics=names)
    tags = contents.tags(result)
    assert max(map(len, tags.values())) <= contents.LONGEST_TAG
    assert tags["not_evaluated"].endswith(" more")


@pytest.mark.parametrize(
    ("method", "tag"),
    [
        ("woodelf, interventional, background 100", "woodelf"),
        ("closed form, interventional, background 100", "closed form"),
        ("shap.PermutationExplainer, background 100", "shap"),
    ],
)
def test_how_shap_values_were_had_is_a_tag(method, tag):
    result = cell_result("explained")
    attribution = replace(result.attribution, method=method)
    assert contents.tags(replace(result, attribution=attribution))["explanation"] == tag


@pytest.mark.parametrize(
    ("verdict", "reason", "why", "what"),
    [
        (Verdict.FAIL, "row 7: off by 0.2", "off by 0.2", "do not add up are not shown"),
        (
            Verdict.NOT_EVALUATED,
            "The explanation ended: TimeoutError after income 7634",
            "ended (TimeoutError)",
            "more time or memory",
        ),
        (
            Verdict.NOT_EVALUATED,
            "The model could not be explained: ValueError: income 7634",
            "could not be explained (ValueError)",
            "more time or memory",
        ),
        (
            Verdict.NOT_EVALUATED,
            "The model offers no additive explanation.",
            "offers no additive explanation",
            "tree ensemble, linear or a scorecard",
        ),
    ],
)
def test_a_model_without_shap_values_says_why_and_what_can_be_done(
    tmp_path, verdict, reason, why, what
):
    gate = replace(unevaluated("explanation.additivity", "-"), verdict=verdict, reason=reason)
    result = cell_result("unexplained", attribution=None, results=(gate,))
    found = written(result, tmp_path)
    text = found["explanation/unavailable.txt"].read_text()
    assert why in text
    assert what in text
    assert contents.tags(result)["explanation"] == "unavailable"
    assert "explanation/beeswarm.png" not in found
    assert not any(b"7634" in path.read_bytes() for path in found.values())


def test_a_failed_cell_says_why_it_has_no_explanation(tmp_path):
    result = cell_result("failed", status=Status.TIMED_OUT, attribution=None, results=())
    text = written(result, tmp_path)["explanation/unavailable.txt"].read_text()
    assert "timed out" in text


def test_a_run_says_which_code_it_was(tmp_path):
    code = {**software("f00"), "version": "0.0.1", "commit": "1a2b3c"}
    result = cell_result("code", code=code)
    told = json.loads(written(result, tmp_path)["code/version.json"].read_text())
    assert told["version"] == "0.0.1"
    assert told["digest"] == "f00"
    assert {"python", "package.numpy", "isolation.level"} <= told.keys()
    assert contents.tags(result)["mlflow.source.git.commit"] == "1a2b3c"


def limit_cell():
    segments = pd.DataFrame(
        {
            "segment": ["income fifth 1", "income fifth 2"],
            "customers": [400, SMALLEST - 1],
            "approval_rate": [0.6, 0.7],
            "mean_limit": [3000.0, 4000.0],
            "mean_pd": [0.1, 0.2],
            "default_rate": [0.11, 0.0],
            "profit_per_customer": [90.0, 80.0],
        }
    )
    rows = pd.DataFrame({"approve": [True] * 900, "limit": np.arange(900.0)})
    return cell_result("limits", tables={"decisions": rows, "decisions_by_segment": segments})


def fraud_cell():
    kinds = pd.DataFrame(
        {
            "typology": ["all", "first_party"],
            "applications": [60, 40],
            "alerted": [0.5, 0.6],
            "loss_avoided": [6000.0, 5000.0],
        }
    )
    return cell_result("frauds", role="fraud", tables={"fraud_by_typology": kinds})


def pd_cell():
    draw = np.random.default_rng(1)
    scored = pd.DataFrame({"score": draw.random(600), "target": draw.integers(0, 2, 600) * 1.0})
    return cell_result("pd", role="pd", tables={"scored": scored})


@pytest.mark.parametrize("result", [limit_cell(), fraud_cell(), pd_cell()])
def test_decisions_have_one_name_and_the_same_columns_in_every_role(result):
    tables = tables_of(result)
    assert tuple(tables["decisions"].columns) == COLUMNS
    assert "decisions_by_segment" not in tables
    assert tables["decisions"]["customers"].sum() > len(tables["decisions"])


def test_a_small_group_is_counted_and_not_described():
    table = tables_of(limit_cell())["decisions"]
    assert table["customers"].tolist() == [400, SMALLEST - 1]
    assert table["share"][0] == 0.6
    assert table.iloc[1, 3:].isna().all()


def test_what_a_models_worker_says_of_its_explanation_is_not_repeated(tmp_path):
    result = cell_result("words")
    attribution = replace(
        result.attribution,
        output="income 7634 (as the model's worker says)",
        method="Shapley values; shap, income 7634",
    )
    result = replace(result, attribution=attribution)
    tags = contents.tags(result)
    assert tags["explanation"] == "shap"
    assert not any("7634" in text for text in tags.values())
    table = tables_of(result)["shap_summary"]
    assert list(table.columns) == ["feature", "mean_abs", "share", "direction"]


def test_reasons_of_single_customers_stay_in_the_studys_folder():
    codes = pd.DataFrame({"row": [0, 0], "rank": [1, 2], "code": ["A1", "B1"]})
    assert "reason_codes" not in tables_of(cell_result("rows", tables={"reason_codes": codes}))
    shares = codes.drop(columns="row")
    assert "reason_codes" in tables_of(cell_result("shares", tables={"reason_codes": shares}))


@pytest.mark.parametrize("name", ["scored", "anything"])
def test_a_table_with_a_row_a_customer_stays_in_the_studys_folder(name):
    rows = pd.DataFrame({"score": [0.1] * 40, "target": [0.0] * 40})
    assert name not in tables_of(cell_result("rows", tables={name: rows}))


def test_a_banks_accounts_by_number_stay_in_the_studys_folder():
    rolls = pd.DataFrame({"account": ["A-1"], "month": [3], "dpd": [0.0], "dpd_next": [90.0]})
    assert "rolls" not in tables_of(cell_result("rolls", tables={"rolls": rolls}))


@pytest.mark.parametrize("column", [*PERSONAL, "Customer_ID", "truth_pd", "latent_income"])
def test_no_table_made_for_logging_may_hold_truth_or_identities(column):
    with pytest.raises(BadInput, match=column):
        refuse_confidential(cell_result("made"), {"decisions": pd.DataFrame({column: [1]})})


def test_tables_that_hold_true_figures_stay_in_the_studys_folder(tmp_path):
    table = pd.DataFrame({"advice": ["bank_savings"], "applicants": [12], "true_fall": [0.05]})
    result = replace(cell_result("true"), tables={"recourse": table})
    assert "recourse" not in tables_of(result)
    assert "recourse" in tables_of(
        replace(result, tables={"recourse": table.drop(columns="true_fall")})
    )
