"""Advice in a study: asked for inside the sandbox, held against the truth outside."""

import pickle
from dataclasses import replace

import numpy as np
from studies import study

from sandbox.experiment.cell_run import run_cell
from sandbox.experiment.plan import CellPlan
from sandbox.models import BoostedPD, CausalPair

#: of these, what is true of the world's own customers
FIGURES = {"truth/recourse_validity", "truth/recourse_improvement", "truth/recourse_games"}


def test_a_cut_off_of_the_pd_gives_advice_that_is_held_against_the_truth(tmp_path):
    plan = study(tmp_path, [BoostedPD(role="limit", trees=30)]).planned()[0]
    strict = replace(plan, policy=replace(plan.policy, pd_bands=(0.01, 0.02, 0.04, 0.06)))
    cell = run_cell(strict)
    assert cell.status == "ok", cell.reason
    assert set(cell.metrics) >= FIGURES
    assert 0 <= cell.metrics["truth/recourse_validity"] <= 1
    judged = {r.id: r for r in cell.results if r.id.startswith("truth.recourse")}
    assert judged["truth.recourse_validity"].n >= 30
    for name, found in judged.items():
        assert found.statistic == cell.metrics[name.replace(".", "/")]
    assert judged["truth.recourse_games"].verdict in {"pass", "warn", "fail"}
    table = cell.tables["recourse"]
    assert table["applicants"].sum() > 0
    games = table["advice"].isin(["bureau_utilisation", "bureau_inquiries_6m"])
    assert (table.loc[games, ["true_fall", "valid"]].fillna(0.0) == 0).all(axis=None)
    # what came of advice to a few would be the truth of persons
    few = table["applicants"] < 10
    assert few.any()
    assert table.loc[few, ["promised", "true_fall", "valid"]].isna().all(axis=None)
    assert table.loc[~few].notna().all(axis=None)


def test_where_no_cut_off_declines_there_is_no_advice(tmp_path):
    plan = study(tmp_path, [BoostedPD(role="limit", trees=30), CausalPair()]).planned()
    lenient = replace(plan[0], policy=replace(plan[0].policy, pd_bands=(0.5, 0.6, 0.7, 0.99)))
    for each, why in ((lenient, "nobody was declined"), (plan[1], "expected profit, not from")):
        cell = run_cell(each)
        judged = [r for r in cell.results if r.id.startswith("truth.recourse")]
        assert len(judged) == 3
        assert all(r.verdict == "not evaluated" and why in r.reason for r in judged)
        assert cell.status == "ok", cell.reason
        assert not FIGURES & {k for k, v in cell.metrics.items() if np.isfinite(v)}
        assert "recourse" not in cell.tables


def test_a_plan_keeps_its_digest_when_sources_change_under_it(tmp_path, monkeypatch):
    plan: CellPlan = study(tmp_path, [BoostedPD(role="limit")]).planned()[0]
    digest = plan.cell.digest
    monkeypatch.setattr("sandbox.experiment.plan.code_digest", lambda: "edited since")
    assert pickle.loads(pickle.dumps(plan)).cell.digest == digest
