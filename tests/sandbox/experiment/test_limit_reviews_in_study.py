"""Limits reviewed while lines are open, as a row beside models that set limits once."""

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import data_generators as dg
import sandbox as sb
from sandbox.cli import limits as cli
from sandbox.cli.program import main
from sandbox.experiment import Study, limits_job
from sandbox.experiment.entrant import Entrant
from sandbox.experiment.limit_table import by_market
from sandbox.experiment.review_run import base_model
from sandbox.experiment.review_trial import review_trial, reviews_lines
from sandbox.experiment.trial import Scores
from sandbox.isolation import Status
from sandbox.models.limit_increase import STATE
from sandbox.policy.increases import ACTIONS
from sandbox.validation.result import Verdict

LIFESTYLE = dg.World(dg.scenarios.lifestyle, customers=4_000, months=24)


def run(folder, models, world=LIFESTYLE, level="none"):
    study = Study(
        "s", worlds=[world], models=models, seeds=[7], level=level, jobs=1, evaluation_seed=1,
        replicas=2, workspace=sb.Workspace(folder),
    )  # fmt: skip
    cells = study.run(progress=False, track=False).cells
    return {c.cell.model: c for c in cells}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    models = [base_model(), Entrant.of(sb.models.LimitIncrease(), name="reviewed")]
    cells = run(tmp_path_factory.mktemp("pair"), models, level="process")
    assert [c.reason for c in cells.values()] == ["", ""]
    return cells["boosted PD"], cells["reviewed"]


def test_the_row_is_that_of_the_limits_left_alone_and_what_reviews_added(pair):
    alone, reviewed = pair
    gain = reviewed.metrics["value/review_gain"]
    for name in ("truth/profit_per_customer", "value/profit_per_customer"):
        assert reviewed.metrics[name] - alone.metrics[name] == pytest.approx(gain)
    regrets = [c.metrics["truth/regret_per_customer"] for c in pair]
    assert regrets[0] - regrets[1] == pytest.approx(gain)
    for name in ("value/approval_rate", "value/mean_limit", "truth/oracle_profit_per_customer"):
        assert reviewed.metrics[name] == alone.metrics[name]


def test_what_is_learnt_from_the_log_pays(pair):
    metrics = pair[1].metrics
    assert metrics["value/review_gain"] > metrics["value/review_gain_half_width"] > 0


def test_a_replay_of_the_same_lines_tells_what_became_of_each_action(pair):
    reviewed = pair[1]
    became = reviewed.tables["reviewed_lines"].set_index("first_action")
    honest = len(reviewed.tables["decisions"])
    gained = (became["gain"] * became["customers"]).sum() / honest
    assert gained == pytest.approx(reviewed.metrics["value/review_gain"])
    assert list(became.index) == list(ACTIONS)
    kept = became.loc["keep"]
    assert (kept["gain"], kept["default_rate"]) == (0, kept["default_rate_unreviewed"])
    assert (
        became.loc["increase", "default_rate"] > became.loc["increase", "default_rate_unreviewed"]
    )


def test_decisions_are_told_with_count_reason_and_gain(pair):
    done = pair[1].tables["reviews"]
    assert list(done["action"].unique()) == list(ACTIONS)
    increased = done[done["action"] == "increase"].iloc[0]
    assert increased["reason"] == "worth more"
    assert increased["mean_limit_after"] > increased["mean_limit_before"]
    assert increased["expected_gain"] > 20
    lowered = done[done["action"].isin(["decrease", "freeze"])]
    assert (lowered["mean_limit_after"] <= lowered["mean_limit_before"]).all()
    assert "late: frozen" in set(lowered["reason"])
    # after six, twelve and eighteen months, where the line is open and not late
    lines = pair[1].tables["reviewed_lines"]["customers"].sum()
    at_reviews = done[done["reason"] != "late: frozen"]["lines"].sum()
    assert 2 * lines < at_reviews <= 3 * lines


def test_nothing_is_said_of_a_pd_that_the_model_does_not_give(pair):
    alone, reviewed = pair
    tests = {r.id: r for r in reviewed.results}
    assert len(reviewed.results) == len(tests)
    assert {r.id for r in alone.results} == set(tests)
    assert tests["discrimination.auc"].verdict is Verdict.NOT_EVALUATED
    assert "gives no PD; that of boosted PD is judged" in tests["discrimination.auc"].reason
    for test in ("robustness.noise_auc", "robustness.overfit", "data.representativeness"):
        assert tests[test].verdict is Verdict.NOT_EVALUATED, test
    assert np.isfinite(tests["truth.regret"].statistic)
    assert not [name for name in reviewed.metrics if name.startswith(("perf/", "calib/", "ope/"))]
    assert by_market([reviewed])["pd_gap"].isna().all()


def test_tables_name_no_customer(pair):
    for name, table in pair[1].tables.items():
        assert "customer_id" not in table, name
    assert pair[1].inputs == STATE
    assert pair[1].model_blob


def test_where_there_are_loans_only_the_row_is_that_of_the_limits(tmp_path):
    cars = dg.World(dg.scenarios.car_purchase, customers=800, months=12)
    models = [base_model(), Entrant.of(sb.models.LimitIncrease(), name="reviewed")]
    cells = run(tmp_path, models, cars)
    alone, reviewed = cells["boosted PD"], cells["reviewed"]
    for name in ("truth/profit_per_customer", "value/default_rate", "value/loss_rate"):
        assert reviewed.metrics[name] == alone.metrics[name]
    assert reviewed.params["review.lines"] == "none in this market"
    assert reviewed.metrics["value/reviewed_rate"] == 0
    assert reviewed.model_blob is None
    assert "reviews" not in reviewed.tables


class Acts:
    """Says the same of every line; fails when it is asked for the `fails`-th time."""

    name, family, role, outputs = "acts", "test", "limit", ACTIONS

    def __init__(self, action, fails=0):
        self.action, self.fails, self.asked = ACTIONS.index(action), fails, 0

    def fit(self, features, labels):
        assert tuple(features.columns) == STATE
        assert labels["target"].isin([0.0, 1.0]).all()
        return self

    def predict(self, features):
        assert tuple(features.columns) == STATE
        self.asked += 1
        if self.asked == self.fails:
            raise RuntimeError(f"asked {self.asked} times")
        values = np.zeros((len(features), len(ACTIONS)))
        values[:, self.action] = 1e6
        return values


def test_any_model_of_actions_is_tried_and_one_that_fails_midway_is_a_status(tmp_path):
    travel = dg.World(dg.scenarios.travel, customers=900, months=12)
    models = [
        Entrant.of(Acts("increase"), name="raises"),
        Entrant.of(Acts("keep"), name="keeps"),
        Entrant.of(Acts("increase", fails=5), name="fails"),
    ]
    cells = run(tmp_path, models, travel)
    assert cells["fails"].status is Status.RAISED
    assert "asked 5 times" in cells["fails"].reason
    assert len(cells["fails"].evidence) == 4
    assert (
        cells["raises"].metrics["value/review_gain"] != cells["keeps"].metrics["value/review_gain"]
    )
    # in travel most products are loans, which are approved and never asked about
    assert 0.1 < cells["keeps"].metrics["value/reviewed_rate"] < 0.6
    done = cells["keeps"].tables["reviews"]
    assert set(done["reason"]) == {"no gain", "late: frozen"}
    # not due for review in other months, though late lines are looked for then
    assert done.loc[done["action"] == "keep", "lines"].sum() < 2 * len(
        cells["keeps"].tables["decisions"]
    )


def test_a_model_of_reviews_learns_from_lines_of_those_who_were_no_fraud():
    world = dg.World(dg.scenarios.travel, customers=2_000, months=12)
    models = [Entrant.of(sb.models.LimitIncrease(months=12))]
    study = Study("s", worlds=[world], models=models, seeds=[3], evaluation_seed=1, replicas=2)
    # without its potential outcomes, which are not needed here
    plan = study.planned()[0]
    judge = limit_judge_of(plan)
    flat = np.full(world.customers, 0.05)
    scores = Scores({"pd": flat[: len(judge.honest)]}, {"pd": flat})
    asked = review_trial(plan.training, judge, scores)
    seen = plan.training.observed()
    lines = set(np.flatnonzero(seen.applications["product"] == "revolving"))
    honest = lines - set(seen.fraud_labels["customer_id"])
    assert len(honest) < len(lines)
    months = seen.accounts.groupby("customer_id").size()
    assert len(asked.features) == sum(months[c] - 1 for c in honest if c in months)
    assert asked.is_line.mean() == pytest.approx(0.4, abs=0.05)


def limit_judge_of(plan):
    from sandbox.experiment.limit_judge import LimitJudge

    world = plan.evaluation
    honest = np.flatnonzero(world.truth.fraud() == "")
    return LimitJudge(world, honest, pd.DataFrame(), pd.DataFrame(), None, plan.policy)


def test_it_is_one_of_the_models_that_are_compared():
    models = limits_job.limit_models(months=12)
    assert len(models) == cli.MODELS
    reviewed = next(m for m in models if m.name == limits_job.REVIEWED)
    assert reviews_lines(reviewed.outputs)
    assert reviewed.params["model.months"] == "12"
    assert sum(reviews_lines(m.outputs) for m in models) == 1


def test_the_command_says_where_there_is_nothing_to_review(monkeypatch, tmp_path):
    models = (base_model(), Entrant.of(sb.models.LimitIncrease(), name=limits_job.REVIEWED))
    monkeypatch.setattr(limits_job, "limit_models", lambda months: models)
    monkeypatch.setenv("COLUMNS", "120")
    words = ["limits", "--scenario", "car_purchase", "--customers", "800", "--months", "12"]
    words += ["--seeds", "1", "--replicas", "2", "--evaluation-seed", "1", "--jobs", "1"]
    told = CliRunner().invoke(main, [*words, "--isolation", "none", "--store", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert "no lines to review: boosted PD + reviews is the same limits, left alone" in told.stdout
    assert "There is no PD gap" in " ".join(told.stdout.split())
