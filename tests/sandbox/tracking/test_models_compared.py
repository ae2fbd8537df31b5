"""Models of a study beside each other: means, words for differences, and what is left out."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sandbox.errors import BadInput
from sandbox.tracking.comparison import EQUAL, NO_SPREAD, NOISE, NOT_SHARED, ONE_SEED, compare
from sandbox.tracking.usable import unfinished, usable, warnings
from sandbox.tracking.views import main_metrics


def runs(figures, role="limit", scenario="online_rental", **changes):
    """A table of runs: `figures` is model -> metric -> a value a seed, from seed 1 on."""
    rows = [
        {
            "run_id": f"{scenario}{model}{seed}",
            "role": role,
            "model": model,
            "scenario": scenario,
            "seed": seed + 1,
            "status": "ok",
            "reason": "",
            "state": "FINISHED",
            "started": 100 + seed,
            "code": "0.1.0",
            "evaluation": f"{scenario}{seed}",
            **{name: values[seed] for name, values in metrics.items()},
            **changes,
        }
        for model, metrics in figures.items()
        for seed in range(len(next(iter(metrics.values()))))
    ]
    return pd.DataFrame(rows)


def word(found, model, metric):
    table = found.differences.set_index(["model", "metric"])
    return table.loc[(model, metric), "word"]


def test_a_clear_difference_is_better_or_worse_by_the_direction_of_its_metric():
    table = runs(
        {
            "low": {
                "perf/auc": [0.6, 0.61, 0.62, 0.63],
                "calib/ece": [0.01, 0.02, 0.03, 0.04],
                "value/approval_rate": [0.4, 0.5, 0.6, 0.7],
            },
            "high": {
                "perf/auc": [0.7, 0.711, 0.722, 0.731],
                "calib/ece": [0.11, 0.121, 0.132, 0.141],
                "value/approval_rate": [0.5, 0.601, 0.702, 0.803],
            },
        }
    )
    found = compare(table, "limit", ["online_rental"], against="low")
    assert found.metrics == ("value/approval_rate", "perf/auc", "calib/ece")
    assert found.models == ("high", "low")
    assert word(found, "high", "perf/auc") == "better"
    assert word(found, "high", "calib/ece") == "worse"
    assert word(found, "high", "value/approval_rate") == "higher"
    assert compare(table, "limit", ["online_rental"]).against == "high"


def test_what_is_best_near_a_value_is_compared_by_the_distance_to_it():
    table = runs(
        {
            "flat": {"calib/slope": [0.5, 0.52, 0.51, 0.5]},
            "steep": {"calib/slope": [1.21, 1.2, 1.19, 1.2]},
        }
    )
    found = compare(table, "limit", ["online_rental"], ["calib/slope"])
    assert found.against == "steep"
    assert found.means.at["calib/slope", "steep"] == pytest.approx(1.2)
    (row,) = found.differences.to_dict("records")
    assert row["difference"] == pytest.approx(0.4925 - 0.2)
    assert row["word"] == "worse"


def test_without_an_interval_there_is_a_word_that_says_so():
    table = runs({"a": {"perf/auc": [0.7]}, "b": {"perf/auc": [0.6]}})
    assert word(compare(table, "limit", ["online_rental"]), "b", "perf/auc") == ONE_SEED
    table = runs(
        {
            "a": {"perf/auc": [0.75, 0.5], "calib/ece": [0.5, 0.25]},
            "b": {"perf/auc": [0.5, 0.25], "calib/ece": [0.5, 0.25]},
        }
    )
    found = compare(table, "limit", ["online_rental"])
    assert word(found, "b", "perf/auc") == NO_SPREAD
    assert word(found, "b", "calib/ece") == EQUAL
    assert found.tests == 0


def test_equal_models_are_seldom_called_different():
    draw = np.random.default_rng(8)
    names = main_metrics("limit")[:3]
    studies, false = 150, 0
    for _ in range(studies):
        table = runs(
            {f"m{i}": {name: list(draw.normal(size=3)) for name in names} for i in range(3)}
        )
        found = compare(table, "limit", ["online_rental"])
        assert found.tests == 3 * len(names)
        false += bool(found.differences["word"].isin(["better", "worse"]).any())
    # at 5% risk a study, more than 17 of 150 would come by chance once in 2,000 tries
    assert false <= 17


def test_a_reference_that_was_picked_pays_for_being_picked():
    figures = {
        "a": {"perf/auc": [0.70, 0.71, 0.73]},
        "b": {"perf/auc": [0.60, 0.62, 0.61]},
        "c": {"perf/auc": [0.50, 0.55, 0.51]},
    }
    picked = compare(runs(figures), "limit", ["online_rental"], ["perf/auc"])
    named = compare(runs(figures), "limit", ["online_rental"], ["perf/auc"], against="a")
    assert (picked.tests, named.tests) == (3, 2)
    assert (picked.differences["p_holm"] >= named.differences["p_holm"]).all()
    assert picked.differences["p"].tolist() == named.differences["p"].tolist()


def test_over_scenarios_each_counts_the_same_and_seeds_are_paired_within_them():
    draw = np.random.default_rng(3)
    one, other = draw.normal(size=(2, 2, 4))  # model × scenario × seed
    table = pd.concat(
        [
            runs(
                {"a": {"perf/auc": list(one[i])}, "b": {"perf/auc": list(other[i] * 1.5)}},
                scenario=name,
            )
            for i, name in enumerate(("travel", "lifestyle"))
        ]
    )
    found = compare(table, "limit", ["travel", "lifestyle"], ["perf/auc"], against="b")
    (row,) = found.differences.to_dict("records")
    expected = stats.ttest_rel(one.mean(axis=0), 1.5 * other.mean(axis=0))
    assert row["p"] == pytest.approx(expected.pvalue)
    assert row["low"] == pytest.approx(expected.confidence_interval(0.95).low)
    assert row["seeds"] == 4
    # a seed that one scenario lacks is no observation over both
    short = table[~((table["scenario"] == "travel") & (table["seed"] == 4))]
    (row,) = compare(
        short, "limit", ["travel", "lifestyle"], ["perf/auc"], against="b"
    ).differences.to_dict("records")
    assert row["seeds"] == 3


def test_means_are_over_the_seeds_that_all_have_and_what_is_missing_is_said():
    table = runs({"a": {"perf/auc": [0.9, 0.5, 0.6]}, "b": {"perf/auc": [np.nan, 0.5, 0.7]}})
    found = compare(table, "limit", ["online_rental"])
    assert found.means.loc["perf/auc", ["a", "b"]].tolist() == pytest.approx([0.55, 0.6])
    assert found.models == ("b", "a")
    assert found.seeds == 2
    (note,) = found.notes
    assert "no figure for b (seed 1)" in note
    apart = runs({"a": {"perf/auc": [0.9, np.nan]}, "b": {"perf/auc": [np.nan, 0.5]}})
    assert word(compare(apart, "limit", ["online_rental"]), "b", "perf/auc") == NOT_SHARED


def test_a_study_without_figures_or_the_model_named_is_refused():
    table = runs({"a": {"perf/auc": [np.nan]}})
    with pytest.raises(BadInput, match="No finished limit run on online rental has any figure"):
        compare(table, "limit", ["online_rental"])
    table = runs({"a": {"perf/auc": [0.5, 0.6]}})
    with pytest.raises(BadInput, match="b has no finished run on online rental"):
        compare(table, "limit", ["online_rental"], against="b")


def test_runs_without_figures_are_kept_apart_with_their_reason_until_made_good():
    good = runs({"a": {"perf/auc": [0.7, 0.8]}})
    bad = runs({"a": {"perf/auc": [np.nan]}, "b": {"perf/auc": [np.nan]}}, state="KILLED",
               status="not finished", reason="the process is gone")  # fmt: skip
    table = pd.concat([good, bad], ignore_index=True)
    assert len(usable(table)) == 2
    (row,) = unfinished(table).to_dict("records")
    assert (row["model"], row["state"], row["why"]) == ("b", "killed", "the process is gone")
    assert unfinished(good).empty
    running = runs({"c": {"perf/auc": [np.nan]}}, state="RUNNING", status="")
    assert unfinished(running)["state"].tolist() == ["still running"]


def test_of_two_runs_of_one_cell_the_latest_counts_and_it_is_said():
    old = runs({"a": {"perf/auc": [0.1]}}, started=1, code="0.0.9")
    new = runs({"a": {"perf/auc": [0.9]}}, started=2)
    table = pd.concat([new, old], ignore_index=True)
    assert usable(table)["perf/auc"].tolist() == [0.9]
    assert warnings(table) == (
        "1 older run of the same model, scenario and seed is left out; the latest counts.",
    )


def test_unlike_code_and_unlike_data_are_warned_about():
    table = pd.concat(
        [
            runs({"a": {"perf/auc": [0.7, 0.8]}}),
            runs({"b": {"perf/auc": [0.7, 0.8]}}, code="0.2.0", evaluation="other"),
        ],
        ignore_index=True,
    )
    code, data = warnings(table)
    assert "different code versions (0.1.0; 0.2.0)" in code
    assert "different data (online rental, seed 1; online rental, seed 2)" in data
    assert warnings(runs({"a": {"perf/auc": [0.7, 0.8]}, "b": {"perf/auc": [0.6, 0.8]}})) == ()
    assert NOISE == "may be noise"
